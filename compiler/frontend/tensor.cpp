// Tensors as objects: made of sizes or numbers, and as memory that pointers reach.
#include <algorithm>

#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {

/// The numbers in nested lists that fit a shape, in order; false where they don't.
bool flatten(const Object* list, llvm::ArrayRef<ir::Dim> shape, std::vector<Object*>& numbers) {
  if (shape.empty()) {
    numbers.push_back(const_cast<Object*>(list));
    return true;
  }
  if (list->state != State::parts || static_cast<std::int64_t>(list->parts.size()) != shape[0].value)
    return false;
  return std::all_of(list->parts.begin(), list->parts.end(),
                     [&](const Object* part) { return flatten(part, shape.drop_front(), numbers); });
}

}  // namespace

/// Tensors: copies and conversions are the value; the default constructor and sizes give zeros.
Object* Lifter::construct_tensor(const clang::CXXConstructExpr* expr, Arguments arguments,
                                 clang::QualType type) {
  if (primitive_name(expr->getConstructor()) == "identity") return copy(*arguments.at(0), expr);
  const ir::Type tensor = *value_type(type);
  const bool is_static = std::all_of(tensor.shape.begin(), tensor.shape.end(),
                                     [](const ir::Dim& dim) { return dim.is_static(); });
  build_.loc = place(expr->getExprLoc());
  if (arguments.empty()) return is_static ? objects_.of(build_.constant(0, tensor)) : objects_.fresh();
  const clang::QualType first = expr->getArg(0)->getType().getNonReferenceType();
  const bool is_list = specialisation(first, "std", "initializer_list");
  if (!is_static && is_list)
    refuse(expr->getExprLoc(), "a tensor made of numbers needs sizes that are known at compile time");
  if (is_static) return tensor_of_numbers(expr, arguments, tensor, is_list);
  std::vector<std::string> names;
  for (const ir::Dim& dim : tensor.shape)
    dim.for_each_name([&](std::string_view name) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
    });
  for (std::size_t i = 0; i < names.size() && i < arguments.size(); ++i)
    check_size_of_name(arguments[i], names[i], expr->getArg(static_cast<unsigned>(i)));
  build_.loc = place(expr->getExprLoc());
  return objects_.of(build_.constant(0, tensor));
}

/// {1, 2} or {{1, 2}, {3, 4}}, or the elements of a tensor with several axes one after the other.
Object* Lifter::tensor_of_numbers(const clang::CXXConstructExpr* expr, Arguments arguments,
                                  const ir::Type& tensor, bool is_list) {
  std::vector<Object*> numbers;
  if (!is_list)
    numbers = arguments;
  else if (!flatten(arguments[0], tensor.shape, numbers))
    refuse(expr->getExprLoc(), "these numbers do not fit the shape " + ir::to_string(tensor.shape));
  if (static_cast<std::int64_t>(numbers.size()) != ir::count(tensor.shape).value)
    refuse(expr->getExprLoc(), "these numbers do not fit the shape " + ir::to_string(tensor.shape));
  const auto* record = expr->getType()->getAsCXXRecordDecl();
  const auto* special = llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(record);
  if (!special) refuse(expr->getExprLoc(), "a tensor cannot be made in this way");
  const clang::QualType element = special->getTemplateArgs()[0].getAsType();
  if (tensor.shape.empty()) return convert(numbers[0], element, expr);
  Object* object = array_of_numbers(tensor, false);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Content cell{.state = State::place};
    cell.place = {object, {Index{{}, static_cast<std::int64_t>(i)}}, true};
    assign(objects_.holding(std::move(cell)), *convert(numbers[i], element, expr), expr);
  }
  return object;
}

/// Members of nn::Tensor that reach its memory; null for others.
Object* Lifter::call_tensor(llvm::StringRef name, Object* self, Arguments arguments,
                            const clang::Expr* call) {
  if (name == "data" || name == "begin") return decay(self);
  if (name == "end" && self->state == State::value) {
    at(call);
    const ir::Dim count = ir::count(build_.shape(self->value));
    const Index size =
        count.is_static() ? Index{{}, count.value} : Index{build_.size(count, {ir::Elem::i64, {}})};
    return advance(decay(self), size, context_.DoubleTy, call);
  }
  if (name != "fill" || arguments.size() != 1 || self->state != State::value) return nullptr;
  write(self, *self, call);  // it may be written
  fill(self, *arguments[0], call);
  return objects_.fresh();
}

}  // namespace nndiff::frontend
