// Making objects: constructors, brace lists, default values, lambdas.
#include <algorithm>

#include "frontend/lifter.h"
#include "frontend/phrases.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

bool has_static_sizes(const ir::Type& tensor) {
  return std::all_of(tensor.shape.begin(), tensor.shape.end(),
                     [](const ir::Dim& dim) { return dim.is_static(); });
}

}  // namespace

/// Parts are numbered bases first, then fields.
std::size_t Lifter::part_of(const clang::CXXRecordDecl* record, const clang::FieldDecl* field) const {
  return record->getNumBases() + field->getFieldIndex();
}

std::size_t Lifter::part_of(const clang::CXXRecordDecl* record, const clang::CXXRecordDecl* base) const {
  std::size_t index = 0;
  for (const clang::CXXBaseSpecifier& candidate : record->bases()) {
    if (candidate.getType()->getAsCXXRecordDecl()->getCanonicalDecl() == base->getCanonicalDecl()) break;
    ++index;
  }
  return index;
}

/// An object without a value, or with zeros; tensors wait for their constructor.
Object* Lifter::default_object(clang::QualType type, clang::SourceLocation where, bool zero) {
  const bool is_real = elem_of(type) && type->isRealFloatingType();
  if (type->isIntegralOrEnumerationType() || is_real) {
    if (!zero) return objects_.fresh();
    return is_real ? objects_.of(0.0) : objects_.of(context_.MakeIntValue(0, type));
  }
  if (value_type(type)) return objects_.fresh();
  std::vector<Object*> parts;
  if (const auto array = array_of(type, context_)) {
    if (array->count > 65536)
      refuse(where, "an array of more than 65536 elements is not supported; use a tensor");
    for (std::uint64_t i = 0; i < array->count; ++i)
      parts.push_back(default_object(array->element, where, zero));
    return objects_.of(std::move(parts));
  }
  check_record(type, where);
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  for (const clang::CXXBaseSpecifier& base : record->bases())
    parts.push_back(default_object(base.getType(), where, zero));
  for (const clang::FieldDecl* field : record->fields())
    parts.push_back(default_object(field->getType(), where, zero));
  return objects_.of(std::move(parts));
}

/// Refuses classes that cannot be taken apart into independent members.
void Lifter::check_record(clang::QualType type, clang::SourceLocation where) {
  const std::string problem = record_problem(type, context_);
  if (!problem.empty()) refuse(where, problem);
}

/// `type` is the expression's, or the element type where it makes an array.
Object* Lifter::eval_construct(const clang::CXXConstructExpr* expr, clang::QualType type) {
  const clang::CXXConstructorDecl* constructor = expr->getConstructor();
  if (const auto array = array_of(type, context_); array && type->isArrayType()) {
    Object* object = default_object(type, expr->getExprLoc(), false);
    for (Object* part : object->parts) objects_.replace(*part, *eval_construct(expr, array->element));
    return object;
  }
  if (!value_type(type) && !expr->getConstructor()->getParent()->isLambda())
    check_record(type, expr->getExprLoc());  // before its arguments, which may be the library's own
  if (value_type(type)) check_tensor_constructor(expr, type);  // the same
  const std::vector<const clang::Expr*> sources(expr->arg_begin(), expr->arg_end());
  const std::vector<Object*> arguments =
      expr->isListInitialization() ? eval_sequenced(sources) : eval_unsequenced(sources);
  if (value_type(type)) return construct_tensor(expr, arguments, type);
  const bool is_given = constructor->isUserProvided();
  if (constructor->isCopyOrMoveConstructor() && !is_given) return objects_.copy(*arguments.at(0));
  Object* object = default_object(type, expr->getExprLoc(), expr->requiresZeroInitialization());
  if (constructor->isDefaultConstructor() && !is_given && !constructor->hasBody()) return object;
  run_constructor(constructor, arguments, expr, object);
  return object;
}

/// Refuses constructors of tensors that take elements or sizes.
void Lifter::check_tensor_constructor(const clang::CXXConstructExpr* expr, clang::QualType type) {
  if (primitive_name(expr->getConstructor()) == "identity" || expr->getNumArgs() == 0) return;
  const clang::QualType first = expr->getArg(0)->getType();
  const bool is_list = specialisation(first.getNonReferenceType(), "std", "initializer_list");
  refuse(expr->getExprLoc(), is_list || has_static_sizes(*value_type(type))
                                 ? "a tensor made of numbers is not supported yet; pass it as a parameter"
                                 : "a tensor made with run-time sizes is not supported yet; compute it from "
                                   "the parameters, e.g. by nn::broadcast_to");
}

/// Tensors: copies and conversions are the value; the default constructor gives zeros.
Object* Lifter::construct_tensor(const clang::CXXConstructExpr* expr, const std::vector<Object*>& arguments,
                                 clang::QualType type) {
  if (!arguments.empty()) return objects_.copy(*arguments[0]);
  const ir::Type tensor = *value_type(type);
  if (!has_static_sizes(tensor)) return objects_.fresh();
  build_.loc = place(expr->getExprLoc());
  return objects_.of(build_.constant(0, tensor));
}

/// Executes a constructor on `object`: its initialisers in order, then its body.
void Lifter::run_constructor(const clang::CXXConstructorDecl* constructor,
                             const std::vector<Object*>& arguments, const clang::Expr* where,
                             Object* object) {
  check_can_enter(constructor, where);
  const auto* definition = llvm::cast<clang::CXXConstructorDecl>(constructor->getDefinition());
  const clang::CXXRecordDecl* record = definition->getParent();
  in_frame(definition, object, arguments, where, [&] {
    for (const clang::CXXCtorInitializer* init : definition->inits()) {
      const clang::Expr* value = init->getInit();
      Object* part = nullptr;
      if (init->isDelegatingInitializer())
        part = object;
      else if (init->isBaseInitializer())
        part = object->parts.at(part_of(record, init->getBaseClass()->getAsCXXRecordDecl()));
      else if (init->isMemberInitializer())
        part = object->parts.at(part_of(record, init->getMember()));
      else
        refuse(value->getExprLoc(), "this initialiser is not supported");
      objects_.replace(*part, *eval(value));
    }
    exec(definition->getBody());
  });
}

Object* Lifter::eval_list(const clang::InitListExpr* list) {
  if (const clang::InitListExpr* semantic = list->getSemanticForm()) list = semantic;
  if (list->isTransparent() || (list->getType()->isScalarType() && list->getNumInits() == 1))
    return eval(list->getInit(0));
  if (list->getType()->isScalarType()) return default_object(list->getType(), list->getExprLoc(), true);
  return eval_items(list, list->inits());
}

/// A brace list for an array or a struct; items are evaluated in order, missing ones are zero.
Object* Lifter::eval_items(const clang::Expr* list, llvm::ArrayRef<clang::Expr*> items) {
  const clang::QualType type = list->getType();
  const bool is_std_array = !type->isArrayType() && array_of(type, context_);
  if (is_std_array && items.size() == 1) return eval(items[0]);  // the array inside
  if (type->isRecordType()) check_record(type, list->getExprLoc());
  Object* object = default_object(type, list->getExprLoc(), true);
  if (object->state != Object::State::parts || items.size() > object->parts.size())
    refuse(list->getExprLoc(), "this list does not fit the type '" + shown(type) + "'");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Restore<Object*> self(frames_.back()->self);
    const clang::Expr* item = items[i];
    if (llvm::isa<clang::CXXDefaultInitExpr>(item)) frames_.back()->self = object;
    objects_.replace(*object->parts[i], *eval(item));
  }
  const auto* braces = llvm::dyn_cast<clang::InitListExpr>(list);
  const clang::Expr* filler = braces ? braces->getArrayFiller() : nullptr;
  for (std::size_t i = items.size(); filler && i < object->parts.size(); ++i)
    objects_.replace(*object->parts[i], *eval(filler));
  return object;
}

Object* Lifter::eval_lambda(const clang::LambdaExpr* lambda) {
  if (lambda->isMutable())
    refuse(lambda->getExprLoc(), "mutable lambdas are not supported; pass what changes");
  auto closure = std::make_shared<Closure>();
  auto init = lambda->capture_init_begin();
  for (const clang::LambdaCapture& capture : lambda->captures()) {
    const clang::Expr* value = *init++;
    if (capture.capturesThis())
      closure->self =
          capture.getCaptureKind() == clang::LCK_StarThis ? objects_.copy(*self(lambda)) : self(lambda);
    else if (capture.capturesVariable())
      closure->captured[capture.getCapturedVar()] = eval(value);
    else
      refuse(capture.getLocation(), "this capture is not supported");
  }
  Object* object = objects_.fresh();
  object->state = Object::State::closure;
  object->closure = std::move(closure);
  return object;
}

}  // namespace nndiff::frontend
