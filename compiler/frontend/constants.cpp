// What Clang itself can evaluate: constant expressions and the values of constants.
#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

/// The number that a scalar expression is, where Clang can compute it; otherwise null.
Object* Lifter::constant(const clang::Expr* expr) {
  const clang::QualType type = expr->getType();
  if (!expr->isPRValue() || expr->isValueDependent()) return nullptr;
  const bool is_integer = type->isIntegralOrEnumerationType();
  const bool is_real = elem_of(type) && type->isRealFloatingType();
  if (!is_integer && !is_real) return nullptr;
  clang::Expr::EvalResult result;
  if (!expr->EvaluateAsRValue(result, context_) || result.HasSideEffects || result.HasUndefinedBehavior)
    return nullptr;
  return from_constant(result.Val, type);
}

/// A constant of any supported type as an object; null where the type has no such form.
Object* Lifter::from_constant(const clang::APValue& value, clang::QualType type) {
  switch (value.getKind()) {
    case clang::APValue::Int:
      return objects_.of(value.getInt());
    case clang::APValue::Float:
      return elem_of(type) ? objects_.of(value.getFloat().convertToDouble(), *elem_of(type)) : nullptr;
    case clang::APValue::Struct:
      return struct_constant(value, type);
    case clang::APValue::Array: {
      const auto array = array_of(type, context_);
      if (!array) return nullptr;
      std::vector<Object*> parts;
      for (std::uint64_t i = 0; i < array->count; ++i) {
        const bool given = i < value.getArrayInitializedElts();
        Object* part =
            from_constant(given ? value.getArrayInitializedElt(i) : value.getArrayFiller(), array->element);
        if (!part) return nullptr;
        parts.push_back(part);
      }
      return objects_.of(std::move(parts));
    }
    default:
      return nullptr;
  }
}

Object* Lifter::struct_constant(const clang::APValue& value, clang::QualType type) {
  const auto* record = type->getAsCXXRecordDecl();
  if (!record || !record->hasDefinition() || record->getNumVBases() > 0) return nullptr;
  if (array_of(type, context_))
    return value.getStructNumFields() == 1
               ? from_constant(value.getStructField(0), record->field_begin()->getType())
               : objects_.of(std::vector<Object*>());
  std::vector<Object*> parts;
  unsigned index = 0;
  for (const clang::CXXBaseSpecifier& base : record->bases())
    parts.push_back(from_constant(value.getStructBase(index++), base.getType()));
  for (const clang::FieldDecl* field : record->fields())
    parts.push_back(from_constant(value.getStructField(field->getFieldIndex()), field->getType()));
  for (const Object* part : parts)
    if (!part) return nullptr;
  return objects_.of(std::move(parts));
}

}  // namespace nndiff::frontend
