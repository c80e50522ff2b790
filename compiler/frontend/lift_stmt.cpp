// Declarations, and the statements that comments in the generated code quote.
#include "frontend/lifter.h"
#include "frontend/source_text.h"
#include "frontend/types.h"

namespace nndiff::frontend {

/// Records the user's statement that the following operations come from.
int Lifter::note_statement(const clang::Stmt* stmt) {
  if (is_library(stmt->getBeginLoc())) return build_.statement;
  f_.statements.push_back({place(stmt->getBeginLoc()), statement_text(stmt, context_), variable_of(stmt)});
  return static_cast<int>(f_.statements.size()) - 1;
}

void Lifter::declare(const clang::VarDecl* variable) {
  const clang::QualType type = variable->getType();
  if (type.isVolatileQualified())
    refuse(variable->getLocation(), "volatile variables are not supported; remove 'volatile'");
  if (type->isMemberPointerType())
    refuse(variable->getLocation(), "pointers to members are not supported; name the member");
  if (type->isVariableArrayType())
    refuse(variable->getLocation(),
           "an array whose size is not a constant is not standard C++; use std::vector");
  if (variable->isStaticLocal() || variable->hasExternalStorage())
    return;  // read as a global, which checks it
  build_.loc = place(variable->getLocation());
  const bool is_reference = type->isReferenceType() || is_slice(type);
  Object* object = nullptr;
  if (const clang::APValue* value = variable->isConstexpr() ? variable->evaluateValue() : nullptr)
    object = from_constant(*value, type);
  if (!object && variable->getInit()) {
    object = eval(variable->getInit());
    const bool is_place = object->state == Object::State::place || object->state == Object::State::choice;
    if (is_place && !is_reference && !tensor_type(type))  // a tensor that is no object of its own is a view
      object = copy(*object, variable->getInit());
  }
  if (!object) object = default_object(type, variable->getLocation(), false);
  if (!is_reference) name_parts(object, variable->getNameAsString(), type);
  frames_.back()->locals[variable] = object;
  if (const auto* names = llvm::dyn_cast<clang::DecompositionDecl>(variable)) declare_parts(names, object);
}

/// Names an object and its parts after the variable that it is: by their members' names, or by number.
void Lifter::name_parts(Object* object, const std::string& name, clang::QualType type) {
  if (name.empty()) return;
  give_name(object, name);
  if (!object->has_parts() || object->parts.size() > 64) return;
  const auto* record = type.isNull() ? nullptr : type->getAsCXXRecordDecl();
  std::vector<const clang::FieldDecl*> fields;
  if (record && record->getNumBases() == 0) fields.assign(record->field_begin(), record->field_end());
  if (fields.size() != object->parts.size()) fields.assign(object->parts.size(), nullptr);
  for (std::size_t i = 0; i < fields.size(); ++i)
    name_parts(object->parts[i], name + "_" + (fields[i] ? fields[i]->getNameAsString() : std::to_string(i)),
               fields[i] ? fields[i]->getType() : clang::QualType());
}

/// auto [a, b] = …: each name is a part of the hidden object.
void Lifter::declare_parts(const clang::DecompositionDecl* names, Object* whole) {
  for (const clang::BindingDecl* name : names->bindings()) {
    Object* part = nullptr;
    if (const clang::VarDecl* holder = name->getHoldingVar()) {
      declare(holder);
      part = lookup(holder);
    } else if (const auto array = array_of(names->getType().getNonReferenceType(), context_)) {
      const auto index = std::find(names->bindings().begin(), names->bindings().end(), name);
      part = element(whole, Index{{}, index - names->bindings().begin()}, names->getInit());
    } else if (!name->getBinding() || !whole->has_parts()) {
      refuse(name->getLocation(),
             "structured bindings of a '" + shown(names->getType()) + "' are not supported");
    } else {
      part = eval(name->getBinding());
    }
    give_name(part, name->getName());
    frames_.back()->locals[name] = part;
  }
}

}  // namespace nndiff::frontend
