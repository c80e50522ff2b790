// Making objects: constructors, brace lists, default values, lambdas.
#include <algorithm>

#include "frontend/lifter.h"
#include "frontend/phrases.h"
#include "frontend/types.h"

namespace nndiff::frontend {

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
  type = type.getCanonicalType();
  if (type->isPointerType() || type->isNullPtrType() || type->isReferenceType())
    return zero ? objects_.of(Content::State::pointer, Place{}) : objects_.fresh();
  if (type->isScalarType()) {
    const auto elem = elem_of(type);
    if (!elem) return objects_.fresh();
    if (!zero) return objects_.unset(*elem);
    return ir::is_floating(*elem) ? objects_.of(0.0, *elem) : objects_.of(context_.MakeIntValue(0, type));
  }
  if (value_type(type)) return objects_.fresh();
  if (array_of(type, context_)) return default_array(type, where, zero);
  if (element_of(type, "vector") || element_of(type, "span") || is_pointer_like(type))
    return objects_.fresh();
  check_record(type, where);
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  std::vector<Object*> parts;
  for (const clang::CXXBaseSpecifier& base : record->bases())
    parts.push_back(default_object(base.getType(), where, zero));
  for (const clang::FieldDecl* field : record->fields())
    parts.push_back(default_object(field->getType(), where, zero));
  return objects_.of(std::move(parts));
}

/// An array of numbers is one value, an array of structs of numbers a table, others have an object for each
/// element.
Object* Lifter::default_array(clang::QualType type, clang::SourceLocation where, bool zero) {
  if (is_numeric(type, context_)) return default_table(type, {}, zero);
  const auto array = array_of(type, context_);
  if (array->count > 65536)
    refuse(where, "an array of more than 65536 objects is not supported; use a tensor");
  std::vector<Object*> parts;
  for (std::uint64_t i = 0; i < array->count; ++i)
    parts.push_back(default_object(array->element, where, zero));
  return objects_.of(std::move(parts));
}

/// The part of a table that has the type `type`, with `outer` axes in front.
Object* Lifter::default_table(clang::QualType type, const ir::Shape& outer, bool zero) {
  ir::Shape dims;
  while (const auto array = array_of(type, context_)) {
    dims.push_back(ir::Dim(static_cast<std::int64_t>(array->count)));
    type = array->element;
  }
  ir::Shape shape = outer;
  shape.insert(shape.end(), dims.begin(), dims.end());
  if (type->isScalarType()) return array_of_numbers({*elem_of(type), shape}, zero);
  Content content{.state = dims.empty() ? Content::State::parts : Content::State::table};
  content.dims = dims;
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  for (const clang::CXXBaseSpecifier& base : record->bases())
    content.parts.push_back(default_table(base.getType(), shape, zero));
  for (const clang::FieldDecl* field : record->fields())
    content.parts.push_back(default_table(field->getType(), shape, zero));
  return objects_.holding(std::move(content));
}

/// Makes every element of an array, or of a table's arrays, the same.
void Lifter::fill(Object* array, const Object& element, const clang::Expr* where) {
  if (array->has_parts()) {
    const std::vector<Object*> parts = array->parts;
    const bool is_array = array->state == Content::State::parts && !element.has_parts();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (array->state == Content::State::table || (element.has_parts() && !is_array))
        fill(parts[i], *element.parts.at(i), where);
      else
        assign(parts[i], element, where);
    }
    return;
  }
  const Object* now = read(&element, where);
  if (now->state == Content::State::unset) return;
  if (array->state != Content::State::value) return assign(array, *now, where);
  const ir::Type type = build_.type(array->value);
  at(where);
  const ir::Value one = as_value(*now, {type.elem, {}});
  Content content{.state = Content::State::value};
  content.in_memory = true;
  content.value = build_.copy(build_.broadcast_to(one, type.shape));
  objects_.set(*array, std::move(content));
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
    if (object->state == Content::State::value || expr->getConstructor()->isTrivial()) return object;
    if (object->state == Content::State::table) {
      fill(object, *eval_construct(expr, array->element), expr);
      return object;
    }
    for (Object* part : std::vector<Object*>(object->parts))
      assign(part, *eval_construct(expr, array->element), expr);
    return object;
  }
  if (Object* made = construct_std(expr, type)) return made;
  if (!value_type(type) && !expr->getConstructor()->getParent()->isLambda())
    check_record(type, expr->getExprLoc());  // before its arguments, which may be the library's own
  const std::vector<const clang::Expr*> sources(expr->arg_begin(), expr->arg_end());
  const std::vector<Object*> arguments =
      expr->isListInitialization() ? eval_sequenced(sources) : eval_unsequenced(sources);
  if (value_type(type)) return construct_tensor(expr, arguments, type);
  const bool is_given = constructor->isUserProvided();
  if (constructor->isCopyOrMoveConstructor() && !is_given) {
    Object* made = copy(*arguments.at(0), expr, constructor->isMoveConstructor());
    if (constructor->isMoveConstructor()) leave_empty(arguments[0], type, expr);
    return made;
  }
  Object* object = default_object(type, expr->getExprLoc(), expr->requiresZeroInitialization());
  if (constructor->isDefaultConstructor() && !is_given && !constructor->hasBody()) return object;
  run_constructor(constructor, arguments, expr, object);
  return object;
}

/// Executes a constructor on `object`: its initialisers in order, then its body.
void Lifter::run_constructor(const clang::CXXConstructorDecl* constructor,
                             const std::vector<Object*>& arguments, const clang::Expr* where,
                             Object* object) {
  check_can_enter(constructor, where);
  const auto* definition = llvm::cast<clang::CXXConstructorDecl>(constructor->getDefinition());
  const clang::CXXRecordDecl* record = definition->getParent();
  in_frame(definition, object, arguments, where, [&](Frame&) {
    for (const clang::CXXCtorInitializer* init : definition->inits()) {
      const clang::Expr* value = init->getInit();
      if (init->isDelegatingInitializer())
        assign(object, *eval(value), value);
      else if (init->isBaseInitializer())
        assign(object->parts.at(part_of(record, init->getBaseClass()->getAsCXXRecordDecl())), *eval(value),
               value);
      else if (init->isMemberInitializer() && array_of(context_.getRecordType(record), context_))
        initialise(object, init->getMember()->getType(), value);  // std::array and the array inside are one
      else if (init->isMemberInitializer() && object->has_parts())
        initialise(object->parts.at(part_of(record, init->getMember())), init->getMember()->getType(), value);
      else
        refuse(value->getExprLoc(), "this initialiser is not supported");
    }
    exec(definition->getBody());
  });
}

/// A member's first value; a reference is kept as a pointer.
void Lifter::initialise(Object* part, clang::QualType type, const clang::Expr* value) {
  Object* object = eval(value);
  const bool is_lent = object->state == Content::State::place || object->state == Content::State::choice;
  if (is_lent && tensor_type(type) && !type->isReferenceType())
    refuse(value->getExprLoc(), "a view as a member is not supported; use a local variable");
  assign(part, type->isReferenceType() ? *address_of(object) : *object, value);
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
  const auto* braces = llvm::dyn_cast<clang::InitListExpr>(list);
  const clang::Expr* filler = braces ? braces->getArrayFiller() : nullptr;
  const auto array = array_of(type, context_);
  if (array && items.size() > array->count) refuse(list->getExprLoc(), "this list does not fit its type");
  const bool is_full =
      array && (items.size() == array->count || (filler && !llvm::isa<clang::ImplicitValueInitExpr>(filler)));
  Object* object = default_object(type, list->getExprLoc(), !is_full);
  if (array) {
    for (std::size_t i = 0; i < array->count && (i < items.size() || (filler && is_full)); ++i) {
      const clang::Expr* item = i < items.size() ? items[i] : filler;
      const Object* value = eval(item);
      assign(element(object, Index{{}, static_cast<std::int64_t>(i)}, list), *value, item);
    }
    return object;
  }
  if (!object->has_parts() || items.size() > object->parts.size())
    refuse(list->getExprLoc(), "this list does not fit the type '" + shown(type) + "'");
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Restore<Object*> self(frames_.back()->self);
    if (llvm::isa<clang::CXXDefaultInitExpr>(items[i])) frames_.back()->self = object;
    const std::size_t bases = record->getNumBases();
    const clang::QualType member =
        i < bases ? std::next(record->bases_begin(), static_cast<std::ptrdiff_t>(i))->getType()
                  : std::next(record->field_begin(), static_cast<std::ptrdiff_t>(i - bases))->getType();
    initialise(object->parts[i], member, items[i]);
  }
  return object;
}

Object* Lifter::eval_lambda(const clang::LambdaExpr* lambda) {
  auto closure = std::make_shared<Closure>();
  closure->lambda = lambda;
  auto init = lambda->capture_init_begin();
  for (const clang::LambdaCapture& capture : lambda->captures()) {
    const clang::Expr* value = *init++;
    if (capture.capturesThis())
      closure->self =
          capture.getCaptureKind() == clang::LCK_StarThis ? copy(*self(lambda), lambda) : self(lambda);
    else if (capture.capturesVariable())
      closure->captured[capture.getCapturedVar()] =
          capture.getCaptureKind() == clang::LCK_ByCopy ? copy(*eval(value), value) : eval(value);
    else
      refuse(capture.getLocation(), "this capture is not supported");
  }
  Object* object = objects_.fresh();
  object->state = Object::State::closure;
  object->closure = std::move(closure);
  return object;
}

}  // namespace nndiff::frontend
