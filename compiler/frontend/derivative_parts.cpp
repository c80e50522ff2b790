// What a parameter of a function with an adjoint is passed as: numbers, tensors and arrays.
#include "frontend/derivative_parts.h"

#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

using clang::QualType;
using ir::Foreign;
using Form = Foreign::Argument::Form;

/// Whether the IR has a type of the same bits and name: memory cannot be converted.
bool is_own(QualType type) {
  const auto* builtin = llvm::dyn_cast<clang::BuiltinType>(type.getCanonicalType().getTypePtr());
  if (!builtin) return false;
  switch (builtin->getKind()) {
    case clang::BuiltinType::Char_S:
    case clang::BuiltinType::Char_U:
    case clang::BuiltinType::LongLong:
    case clang::BuiltinType::ULongLong:
      return false;
    default:
      return elem_of(type).has_value();
  }
}

struct PartsOf {
  const clang::ASTContext& context;
  std::string whole = {};
  DerivativeParts parts = {};

  void fail(const std::string& why) {
    if (parts.problem.empty()) parts.problem = why;
  }

  void add(Form form, ir::Type type, QualType spelled, const std::string& path) {
    parts.list.push_back({Foreign::Argument::Role::value, -1, std::move(type), "", spell(spelled, context),
                          form, 0, path, whole});
  }

  /// The type of the numbers in an array of arrays, and how many there are of them.
  std::optional<ir::Type> numbers(QualType type) const {
    ir::Type out;
    while (const auto array = array_of(type, context)) {
      if (array->count == 0) return std::nullopt;
      out.shape.emplace_back(static_cast<std::int64_t>(array->count));
      type = array->element;
    }
    const auto elem = type->isArithmeticType() ? elem_of(type) : std::nullopt;
    if (out.shape.empty() || !elem) return std::nullopt;
    out.elem = *elem;
    return out;
  }

  /// Memory that is lent: what `type` points at.
  void lent(Form form, QualType type, QualType of) {
    if (!is_own(of))
      return fail("memory of '" + shown(of.getUnqualifiedType(), context) +
                  "' is not supported there; use numbers of float, double, bool, int or std::int64_t");
    add(form, {*elem_of(of), {ir::unknown_extent()}}, type, "");
    if (form == Form::pointer) add(Form::offset, {ir::Elem::i64, {}}, context.LongTy, "");
  }

  void outermost(QualType type) {
    if (type->isPointerType()) return lent(Form::pointer, type, type->getPointeeType());
    if (const auto of = element_of(type, "span")) return lent(Form::span, type, *of);
    if (const auto of = element_of(type, "vector")) {
      if ((*of)->isBooleanType()) return fail("std::vector<bool> is not supported");
      return lent(Form::vector, type, *of);
    }
    if (!tensor_type(type) && !elem_of(type) && !numbers(type)) whole = spell(type, context);
    inside(type, "");
  }

  void inside(QualType type, const std::string& path) {
    if (const auto tensor = tensor_type(type)) {
      if (tensor->shape.empty()) return fail("a tensor without axes is not supported there; use a number");
      return add(Form::plain, *tensor, type, path);
    }
    if (const auto elem = elem_of(type)) return add(Form::plain, {*elem, {}}, type, path);
    if (const auto array = numbers(type)) return add(Form::array, *array, type, path);
    if (const auto array = array_of(type, context)) {
      for (std::uint64_t i = 0; i < array->count; ++i)
        inside(array->element, path + "[" + std::to_string(i) + "]");
      return;
    }
    record(type, path);
  }

  void record(QualType type, const std::string& path) {
    const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
    if (!record || value_type(type) || element_of(type, "vector") || element_of(type, "span") ||
        is_pointer_like(type))
      return fail("'" + shown(type, context) + "' is not supported there");
    if (const std::string problem = record_problem(type, context); !problem.empty()) return fail(problem);
    if (!record->hasDefaultConstructor())
      return fail("'" + shown(type, context) + "' has no default constructor");
    for (const clang::CXXBaseSpecifier& base : record->bases()) {
      if (base.getAccessSpecifier() != clang::AS_public) return fail("a base is not public");
      inside(base.getType(), path);
    }
    for (const clang::FieldDecl* field : record->fields()) {
      const std::string name = field->getNameAsString();
      if (field->getAccess() != clang::AS_public && field->getAccess() != clang::AS_none)
        return fail("the member '" + name + "' is not public");
      if (field->getType().isConstQualified() || field->getType()->isReferenceType())
        return fail("the member '" + name + "' cannot be assigned");
      inside(field->getType(), path + "." + name);
    }
  }
};

/// What a gradient with respect to it is written to, without reference; a span by its spelling alone.
QualType gradient_type(QualType type, const clang::ASTContext& context) {
  clang::Qualifiers qualifiers;
  type = context.getUnqualifiedArrayType(type.getNonReferenceType(), qualifiers).getUnqualifiedType();
  return type->isPointerType() ? context.getPointerType(type->getPointeeType().getUnqualifiedType()) : type;
}

std::string without_const(std::string text) {
  if (const std::size_t at = text.find("const "); at != std::string::npos) text.erase(at, 6);
  return text;
}

bool is_lent(QualType type) {
  type = type.getNonReferenceType();
  return type->isPointerType() || element_of(type, "span");
}

}  // namespace

DerivativeParts derivative_parts(QualType type, const clang::ASTContext& context) {
  PartsOf parts{context};
  parts.outermost(type.getNonReferenceType().getUnqualifiedType());
  if (!parts.parts.problem.empty()) parts.parts.list.clear();
  return std::move(parts.parts);
}

std::string declared(QualType type, const std::string& name, bool is_gradient,
                     const clang::ASTContext& context) {
  const QualType plain = gradient_type(type, context);
  if (element_of(plain, "span")) {
    const std::string text = shown(plain, context);
    return (is_gradient ? without_const(text) : text) + " " + name;
  }
  if (plain->isPointerType())
    return is_gradient ? shown(plain, context) + name
                       : shown(type.getNonReferenceType().getUnqualifiedType(), context) + name;
  const bool by_value = !is_gradient && plain->isScalarType();
  const std::string start = by_value || is_gradient ? "" : "const ";
  if (!plain->isArrayType()) return start + shown(plain, context) + (by_value ? " " : "& ") + name;
  std::string text = start + shown(plain, context);
  return text.insert(text.find('['), " (&" + name + ")");
}

bool is_read_only(QualType type) {
  if (type->isRValueReferenceType()) return false;
  const QualType inner = type.getNonReferenceType();
  if (type->isReferenceType() && !inner.isConstQualified()) return false;
  if (inner->isPointerType()) return inner->getPointeeType().isConstQualified();
  const auto element = element_of(inner, "span");
  return !element || element->isConstQualified();
}

bool takes_gradient(QualType to, QualType of, const clang::ASTContext& context) {
  const QualType wanted = gradient_type(of, context), given = to.getNonReferenceType();
  if (!is_lent(of))
    return to->isLValueReferenceType() && !given.isConstQualified() &&
           context.hasSameUnqualifiedType(given, wanted);
  if (to->isReferenceType()) return false;
  return spell(given, context) == without_const(spell(wanted, context));
}

}  // namespace nndiff::frontend
