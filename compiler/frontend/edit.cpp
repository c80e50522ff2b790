// std::vector in the middle: emplace_back, assign, insert, erase.
#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {

/// The first node of a kind in a statement, or null.
template <class Node>
const Node* first_of(const clang::Stmt* stmt) {
  if (!stmt) return nullptr;
  if (const auto* node = llvm::dyn_cast<Node>(stmt)) return node;
  for (const clang::Stmt* child : stmt->children())
    if (const Node* found = first_of<Node>(child)) return found;
  return nullptr;
}

/// The function of that name that a function calls directly or through others, or null.
const clang::FunctionDecl* callee_of(const clang::FunctionDecl* function, llvm::StringRef name, int depth) {
  const clang::FunctionDecl* definition = function ? function->getDefinition() : nullptr;
  if (!definition || depth == 0) return nullptr;
  const clang::FunctionDecl* found = nullptr;
  const std::function<void(const clang::Stmt*)> visit = [&](const clang::Stmt* stmt) {
    if (!stmt || found) return;
    const auto* call = llvm::dyn_cast<clang::CallExpr>(stmt);
    if (const clang::FunctionDecl* callee = call ? call->getDirectCallee() : nullptr; callee)
      found = callee->getIdentifier() && callee->getName() == name ? callee->getDefinition()
                                                                   : callee_of(callee, name, depth - 1);
    for (const clang::Stmt* child : stmt->children()) visit(child);
  };
  visit(definition->getBody());
  return found;
}

}  // namespace

/// The element that emplace makes of its arguments: as std::construct_at does it.
Object* Lifter::emplaced(Arguments arguments, clang::QualType element, const clang::Expr* call) {
  if (arguments.empty()) return value_initialised(element, call);
  if (element->isScalarType() && arguments.size() == 1)
    return copy(*convert_element(copy(*arguments[0], call), element, call), call);
  const clang::FunctionDecl* maker =
      callee_of(llvm::cast<clang::CallExpr>(call)->getDirectCallee(), "construct_at", 3);
  const auto* made = maker ? first_of<clang::CXXNewExpr>(maker->getBody()) : nullptr;
  const clang::Expr* value = made ? made->getInitializer() : nullptr;
  if (!value || maker->getNumParams() != arguments.size() + 1)
    refuse(call->getExprLoc(), "an element of type '" + shown(element) +
                                   "' cannot be made of these arguments here; use push_back");
  std::vector<Object*> all = {objects_.of(State::pointer, Place{})};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Object* result = nullptr;
  in_frame(maker, nullptr, all, call, [&](Frame&) { result = copy(*eval(value), value); });
  return result;
}

/// `count` elements, item(i), before the one that `before` points to; the address of the first.
Object* Lifter::insert(Object* self, const Object* before, const Index& count, clang::QualType element,
                       const std::function<Object*(const Object*)>& item, const clang::Expr* call) {
  Object *data = self->parts.at(0), *begin = decay(data);
  const Index size = index_of(self->parts.at(1), call), next = plus(size, count);
  const Index from =
      index_of(pointer_difference(clang::BO_Sub, before, begin, element, context_.LongTy, call), call);
  make_room(data, next, call);
  const Object* place = advance(begin, from, element, call);
  move_elements(advance(place, count, element, call), place, minus(size, from), element, call);
  repeat(
      {}, count, leaves_of(data),
      [=, this](const Object* i) {
        const Object* at = advance(place, index_of(i, call), element, call);
        write(dereference(at, element, call), *convert_element(item(i), element, call), call);
      },
      call);
  write(self->parts.at(1), *count_object(next), call);
  return const_cast<Object*>(place);
}

/// Without `count` elements from the one that `from` points to.
Object* Lifter::erase(Object* self, const Object* from, const Index& count, clang::QualType element,
                      const clang::Expr* call) {
  Object* begin = decay(self->parts.at(0));
  const Index size = index_of(self->parts.at(1), call);
  const Object* place = copy(*from, call);
  const Object* rest = advance(place, count, element, call);
  const Index before =
      index_of(pointer_difference(clang::BO_Sub, rest, begin, element, context_.LongTy, call), call);
  copy_elements(place, rest, minus(size, before), element, call);
  write(self->parts.at(1), *count_object(minus(size, count)), call);
  return const_cast<Object*>(place);
}

/// insert, emplace, erase, assign, and assignment of a list; null for other members.
Object* Lifter::edit_vector(llvm::StringRef name, clang::QualType element, Object* self, Arguments arguments,
                            const clang::Expr* call) {
  const bool is_assignment = name == "assign" || name == "=";
  if (!is_assignment && name != "insert" && name != "emplace" && name != "erase") return nullptr;
  const auto type_at = [&](std::size_t i) {
    const auto* of = llvm::cast<clang::CallExpr>(call);
    const unsigned skipped = llvm::isa<clang::CXXOperatorCallExpr>(of) ? 1 : 0;
    return of->getArg(static_cast<unsigned>(i) + skipped)->getType().getNonReferenceType();
  };
  const auto between = [&](const Object* first, const Object* last) {
    return index_of(pointer_difference(clang::BO_Sub, last, first, element, context_.LongTy, call), call);
  };
  const std::size_t first = is_assignment ? 0 : 1;  // before that the position
  if (name == "erase")
    return erase(self, arguments.at(0),
                 arguments.size() == 1 ? Index{{}, 1} : between(arguments[0], arguments[1]), element, call);
  const bool is_list =
      arguments.size() == first + 1 && specialisation(type_at(first), "std", "initializer_list");
  if (name == "=" && !is_list) return nullptr;
  if (is_assignment) write(self->parts.at(1), *count_object({}), call);
  const Object* before = is_assignment ? decay(self->parts.at(0)) : copy(*arguments.at(0), call);
  const auto insert_all = [&](const Index& count, const std::function<Object*(const Object*)>& item) {
    Object* place = insert(self, before, count, element, item, call);
    return is_assignment ? self : place;
  };
  if (is_list) {
    Object* items = arguments[first];
    Object* place = const_cast<Object*>(before);
    for (std::int64_t i = 0; i < element_count(items); ++i)
      insert(
          self, advance(place, {{}, i}, element, call), {{}, 1}, element,
          [&](const Object*) { return this->element(items, Index{{}, i}, call); }, call);
    return is_assignment ? self : place;
  }
  if (name == "emplace" || arguments.size() == first + 1) {
    const std::vector<Object*> made(arguments.begin() + 1, arguments.end());
    Object* value = name == "emplace" ? emplaced(made, element, call) : copy(*arguments[first], call);
    return insert_all({{}, 1}, [=](const Object*) { return value; });
  }
  if (type_at(first)->isIntegralOrEnumerationType()) {
    Object* value = copy(*arguments.at(first + 1), call);
    return insert_all(index_of(arguments[first], call), [=](const Object*) { return value; });
  }
  if (!is_contiguous(type_at(first)))
    refuse(call->getExprLoc(), "'" + name.str() + "' of such a range is not supported; use a loop");
  const Object* source = copy(*arguments[first], call);
  const clang::QualType to = pointee_of(type_at(first), call);
  return insert_all(between(arguments[first], arguments.at(first + 1)), [=, this](const Object* i) {
    return copy(*dereference(advance(source, index_of(i, call), to, call), to, call), call);
  });
}

}  // namespace nndiff::frontend
