// Algorithms on elements that the standard library implements in ways that need not be looked into.
#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

/// The objects behind an array, a table or a pointer into one that writing its elements changes.
std::vector<Object*> Lifter::leaves_of(Object* data) {
  while (data->state == State::pointer || data->state == State::place) data = data->place.root;
  if (data->state == State::row) return {data->parts[0]};
  if (!data->has_parts() && data->state != State::choice) return {data};
  std::vector<Object*> leaves;
  for (Object* part : std::vector<Object*>(data->parts))
    for (Object* leaf : leaves_of(part))
      if (std::find(leaves.begin(), leaves.end(), leaf) == leaves.end()) leaves.push_back(leaf);
  return leaves;
}

/// to[i] = from[i] for `count` elements of a type.
void Lifter::copy_elements(const Object* to, const Object* from, const Index& count, clang::QualType element,
                           const clang::Expr* where) {
  const auto at_index = [=, this](const Object* base, const Object* i) {
    return dereference(advance(base, index_of(i, where), element, where), element, where);
  };
  repeat(
      {}, count, leaves_of(const_cast<Object*>(read(to, where))),
      [=, this](const Object* i) { write(at_index(to, i), *copy(*at_index(from, i), where), where); }, where);
}

/// std::copy, copy_n, fill, fill_n over pointers; null for other functions.
Object* Lifter::call_algorithm(llvm::StringRef name, Arguments arguments, const clang::CallExpr* call) {
  const bool is_copy = name == "copy" || name == "copy_n" || name == "move";
  if ((!is_copy && name != "fill" && name != "fill_n") || arguments.size() != 3) return nullptr;
  for (const unsigned iterator : {0u, is_copy ? 2u : 0u})
    if (!is_contiguous(call->getArg(iterator)->getType())) return nullptr;
  const clang::QualType element = pointee_of(call->getArg(0)->getType(), call);
  const Object* first = copy(*arguments[0], call);
  const bool by_count = name.ends_with("_n");
  const Index count =
      by_count
          ? index_of(arguments[1], call)
          : index_of(pointer_difference(clang::BO_Sub, arguments[1], first, element, context_.LongTy, call),
                     call);
  if (is_copy) {
    Object* to = copy(*arguments[2], call);
    copy_elements(to, first, count, element, call);
    return advance(to, count, pointee_of(call->getArg(2)->getType(), call), call);
  }
  const Object* value = convert_element(copy(*arguments[2], call), element, call);
  repeat(
      {}, count, leaves_of(const_cast<Object*>(read(first, call))),
      [=, this](const Object* i) {
        write(dereference(advance(first, index_of(i, call), element, call), element, call), *value, call);
      },
      call);
  return advance(first, count, element, call);
}

Object* Lifter::convert_element(Object* value, clang::QualType element, const clang::Expr* where) {
  return element->isArithmeticType() ? convert(value, element.getUnqualifiedType(), where) : value;
}

namespace {

/// The first call of a function of that name in a statement, or null.
const clang::CallExpr* call_of(const clang::Stmt* stmt, llvm::StringRef name) {
  if (!stmt) return nullptr;
  const auto* call = llvm::dyn_cast<clang::CallExpr>(stmt);
  if (call && call->getDirectCallee() && call->getDirectCallee()->getIdentifier() &&
      call->getDirectCallee()->getName() == name)
    return call;
  for (const clang::Stmt* child : stmt->children())
    if (const clang::CallExpr* found = call_of(child, name)) return found;
  return nullptr;
}

}  // namespace

/// std::stable_sort: by merging, with a buffer that is the lifter's own. Null for other functions.
Object* Lifter::call_stable_sort(const clang::FunctionDecl* callee, Arguments arguments,
                                 const clang::CallExpr* call) {
  if (callee->getName() != "__stable_sort" || arguments.size() != 3) return nullptr;
  const clang::CallExpr* adaptive = nullptr;
  const clang::CallExpr* merging = nullptr;
  if (const clang::FunctionDecl* definition = callee->getDefinition())
    adaptive = call_of(definition->getBody(), "__stable_sort_adaptive");
  if (adaptive && adaptive->getDirectCallee()->getDefinition())
    merging = call_of(adaptive->getDirectCallee()->getDefinition()->getBody(), "__merge_sort_with_buffer");
  if (!merging) return nullptr;
  const clang::QualType element = pointee_of(call->getArg(0)->getType(), call);
  const Index count = index_of(
      pointer_difference(clang::BO_Sub, arguments[1], arguments[0], element, context_.LongTy, call), call);
  const std::vector<Object*> range = {arguments[0], arguments[1],
                                      decay(make_elements(element, count, false, call)), arguments[2]};
  return enter(merging->getDirectCallee(), nullptr, range, call);
}

/// std::sort: of the ways that the standard library knows, the heap, which needs no recursion and leaves
/// nothing to be done. Null for other functions.
Object* Lifter::call_sort(const clang::FunctionDecl* callee, Arguments arguments,
                          const clang::CallExpr* call) {
  const llvm::StringRef name = callee->getName();
  if (name == "__lg" && arguments.size() == 1) {  // floor(log2(n))
    const clang::QualType real = context_.DoubleTy;
    const ir::Value n = value_of(convert(arguments[0], real, call), real, call);
    return convert(objects_.of(build_.map(ir::Map::logb, n)), call->getType(), call);
  }
  if (name == "__final_insertion_sort") return objects_.fresh();
  if (name != "__introsort_loop" || arguments.size() != 4) return nullptr;
  const clang::FunctionDecl* definition = callee->getDefinition();
  const clang::CallExpr* by_heap = definition ? call_of(definition->getBody(), "__partial_sort") : nullptr;
  if (!by_heap) return nullptr;
  const std::vector<Object*> range = {arguments[0], arguments[1], copy(*arguments[1], call), arguments[3]};
  return enter(by_heap->getDirectCallee(), nullptr, range, call);
}

/// std::max and std::min of a list; null for other functions.
Object* Lifter::call_extreme(llvm::StringRef name, Arguments arguments, const clang::CallExpr* call) {
  if ((name != "max" && name != "min") || arguments.size() != 1 || arguments[0]->state != State::parts)
    return nullptr;
  const clang::QualType type = call->getType().getNonReferenceType();
  Object* best = arguments[0]->parts.at(0);
  for (std::size_t i = 1; i < arguments[0]->parts.size(); ++i) {
    Object* next = arguments[0]->parts[i];
    Object* better =
        arithmetic(clang::BO_LT, name == "max" ? best : next, name == "max" ? next : best, type, call);
    if (better->state == State::integer) {
      best = better->integer.getBoolValue() ? next : best;
      continue;
    }
    const ir::Value a = value_of(next, type, call), b = value_of(best, type, call);
    best = objects_.of(build_.map(ir::Map::where, {better->value, a, b}));
  }
  return best;
}

}  // namespace nndiff::frontend
