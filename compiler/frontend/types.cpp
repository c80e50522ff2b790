// Clang's types as the IR's: element types, tensors, arrays, and how a type is spelled in generated code.
#include "frontend/types.h"

#include "frontend/clang_messages.h"
#include "frontend/phrases.h"

namespace nndiff::frontend {

std::optional<ir::Elem> elem_of(clang::QualType type) {
  if (const auto* enumeration = type.getCanonicalType()->getAs<clang::EnumType>())
    type = enumeration->getDecl()->getIntegerType();
  const auto* builtin = type.isNull() ? nullptr : type.getCanonicalType()->getAs<clang::BuiltinType>();
  if (!builtin) return std::nullopt;
  switch (builtin->getKind()) {
    case clang::BuiltinType::Bool:
      return ir::Elem::boolean;
    case clang::BuiltinType::Char_S:
    case clang::BuiltinType::SChar:
      return ir::Elem::i8;
    case clang::BuiltinType::Char_U:
    case clang::BuiltinType::UChar:
    case clang::BuiltinType::Char8:
      return ir::Elem::u8;
    case clang::BuiltinType::Short:
      return ir::Elem::i16;
    case clang::BuiltinType::UShort:
      return ir::Elem::u16;
    case clang::BuiltinType::Int:
      return ir::Elem::i32;
    case clang::BuiltinType::UInt:
      return ir::Elem::u32;
    case clang::BuiltinType::Long:
    case clang::BuiltinType::LongLong:
      return ir::Elem::i64;
    case clang::BuiltinType::ULong:
    case clang::BuiltinType::ULongLong:
      return ir::Elem::u64;
    case clang::BuiltinType::Float:
      return ir::Elem::f32;
    case clang::BuiltinType::Double:
      return ir::Elem::f64;
    default:
      return std::nullopt;
  }
}

bool is_inside(const clang::Decl* decl, llvm::StringRef name) {
  const clang::DeclContext* context = decl->getDeclContext();
  for (; context && !context->isTranslationUnit(); context = context->getParent()) {
    const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(context);
    if (space && space->getName() == name && space->getParent()->getRedeclContext()->isTranslationUnit())
      return true;
  }
  return false;
}

const clang::ClassTemplateSpecializationDecl* specialisation(clang::QualType type, llvm::StringRef ns,
                                                             llvm::StringRef name) {
  const auto* record = type.getCanonicalType()->getAsCXXRecordDecl();
  const auto* special = llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(record);
  return special && special->getName() == name && is_inside(special, ns) ? special : nullptr;
}

std::optional<ir::Dim> dim_of(const clang::TemplateArgument& argument) {
  const clang::APValue* value = nullptr;
  if (argument.getKind() == clang::TemplateArgument::StructuralValue) {
    value = &argument.getAsStructuralValue();
  } else if (argument.getKind() == clang::TemplateArgument::Declaration) {
    const auto* object = llvm::dyn_cast<clang::TemplateParamObjectDecl>(argument.getAsDecl());
    if (object) value = &object->getValue();
  }
  if (!value || !value->isStruct() || value->getStructNumFields() != 2) return std::nullopt;
  const clang::APValue& number = value->getStructField(0);
  const clang::APValue& text = value->getStructField(1);
  if (!number.isInt() || !text.isArray()) return std::nullopt;
  std::string symbol;
  for (unsigned i = 0; i < text.getArrayInitializedElts(); ++i) {
    const auto c = static_cast<char>(text.getArrayInitializedElt(i).getInt().getExtValue());
    if (c == '\0') break;
    symbol += c;
  }
  return symbol.empty() ? ir::Dim(number.getInt().getExtValue()) : ir::Dim::parse(symbol);
}

namespace {

/// nn::NAME<T, Dim...> as a type of the IR.
std::optional<ir::Type> type_of_elements(clang::QualType type, llvm::StringRef name) {
  const auto* tensor = specialisation(type.getNonReferenceType(), "nn", name);
  if (!tensor) return std::nullopt;
  const clang::TemplateArgumentList& arguments = tensor->getTemplateArgs();
  if (arguments.size() != 2 || arguments[0].getKind() != clang::TemplateArgument::Type) return std::nullopt;
  const auto elem = elem_of(arguments[0].getAsType());
  if (!elem) return std::nullopt;
  ir::Type result{*elem, {}};
  for (const clang::TemplateArgument& argument : arguments[1].pack_elements()) {
    const auto dim = dim_of(argument);
    if (!dim) return std::nullopt;
    result.shape.push_back(*dim);
  }
  return result;
}

}  // namespace

std::optional<ir::Type> tensor_type(clang::QualType type) {
  return type_of_elements(type, "Tensor");
}

bool is_slice(clang::QualType type) {
  return specialisation(type, "nn", "Slice") != nullptr;
}

bool is_const_slice(clang::QualType type) {
  const auto* slice = specialisation(type, "nn", "Slice");
  return slice && slice->getTemplateArgs()[0].getAsType().isConstQualified();
}

std::optional<ir::Type> value_type(clang::QualType type) {
  type = type.getNonReferenceType();
  if (is_slice(type)) return type_of_elements(type, "Slice");
  const auto* expression = specialisation(type, "nn", "Expr");
  if (!expression || expression->getTemplateArgs()[0].getKind() != clang::TemplateArgument::Type)
    return tensor_type(type);
  return tensor_type(expression->getTemplateArgs()[0].getAsType());
}

std::optional<ArrayOf> array_of(clang::QualType type, const clang::ASTContext& context) {
  if (const auto* array = context.getAsConstantArrayType(type))
    return ArrayOf{array->getElementType(), array->getSize().getZExtValue()};
  const auto* array = specialisation(type, "std", "array");
  if (!array || array->getTemplateArgs().size() != 2) return std::nullopt;
  const clang::TemplateArgument& count = array->getTemplateArgs()[1];
  if (count.getKind() != clang::TemplateArgument::Integral) return std::nullopt;
  return ArrayOf{array->getTemplateArgs()[0].getAsType(), count.getAsIntegral().getZExtValue()};
}

namespace {

bool is_empty(const clang::CXXDestructorDecl* destructor) {
  const auto* body = llvm::dyn_cast_or_null<clang::CompoundStmt>(destructor->getBody());
  return body && body->body_empty();
}

}  // namespace

std::string record_problem(clang::QualType type, const clang::ASTContext& context) {
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  const std::string objects =
      "objects of type '" + shown(type.getUnqualifiedType(), context) + "' are not supported";
  if (!record || !record->hasDefinition()) return objects + " here";
  if (const auto element = element_of(type, "vector"); element && (*element)->isBooleanType())
    return "std::vector<bool> is not supported; use a std::vector<int> or a std::array<bool, n>";
  if (element_of(type, "vector") || element_of(type, "span") || is_pointer_like(type)) return "";
  if (const std::string why = is_inside(record, "std") ? unsupported_class(record->getName()) : "";
      !why.empty())
    return why;
  if (record->isUnion()) return "unions are not supported; use a struct";
  if (record->getNumVBases() > 0 || record->isPolymorphic())
    return "classes with virtual functions or bases are not supported; use a template";
  const clang::CXXDestructorDecl* destructor = record->getDestructor();
  if (destructor && destructor->isUserProvided() && !is_empty(destructor))
    return objects + ": it has a destructor of its own";
  for (const clang::FieldDecl* field : record->fields()) {
    const clang::QualType member = field->getType();
    if (field->isAnonymousStructOrUnion() && member->isUnionType())
      return "unions are not supported; use a struct";
    const char* what = member->isMemberPointerType()       ? "a pointer to a member"
                       : field->isBitField()               ? "a bit-field"
                       : member.isVolatileQualified()      ? "volatile"
                       : field->isAnonymousStructOrUnion() ? "without a name"
                                                           : nullptr;
    if (what) return objects + ": the member '" + field->getNameAsString() + "' is " + what;
  }
  return "";
}

bool is_numeric(clang::QualType type, const clang::ASTContext& context) {
  if (const auto array = array_of(type, context))
    return array->count > 0 && is_numeric(array->element, context);
  if (value_type(type)) return false;
  if (type->isScalarType()) return elem_of(type).has_value();
  if (element_of(type, "vector") || element_of(type, "span") || is_pointer_like(type)) return false;
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  if (!record || !record->hasDefinition() || !record_problem(type, context).empty() || record->isLambda())
    return false;
  return std::all_of(record->bases_begin(), record->bases_end(),
                     [&](const auto& base) { return is_numeric(base.getType(), context); }) &&
         std::all_of(record->field_begin(), record->field_end(),
                     [&](const auto* field) { return is_numeric(field->getType(), context); });
}

namespace {

/// Counts the numbers in a type; false where one is of another type than those before.
bool count_numbers(clang::QualType type, const clang::ASTContext& context, std::optional<Packed>& found) {
  if (const auto array = array_of(type, context)) {
    const std::int64_t before = found ? found->count : 0;
    if (!count_numbers(array->element, context, found)) return false;
    found->count = before + (found->count - before) * static_cast<std::int64_t>(array->count);
    return true;
  }
  if (const auto elem = elem_of(type)) {
    if (!found) found = Packed{*elem, 0};
    ++found->count;
    return found->elem == *elem;
  }
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  return std::all_of(record->bases_begin(), record->bases_end(),
                     [&](const auto& base) { return count_numbers(base.getType(), context, found); }) &&
         std::all_of(record->field_begin(), record->field_end(),
                     [&](const auto* field) { return count_numbers(field->getType(), context, found); });
}

}  // namespace

std::optional<Packed> packed_of(clang::QualType type, const clang::ASTContext& context) {
  std::optional<Packed> found;
  if (!is_numeric(type, context) || !count_numbers(type, context, found) || !found) return std::nullopt;
  const std::int64_t size = context.getTypeSizeInChars(type).getQuantity();
  return size == found->count * ir::bytes_of(found->elem) ? found : std::nullopt;
}

std::optional<clang::QualType> element_of(clang::QualType type, llvm::StringRef name) {
  const auto* special = specialisation(type, "std", name);
  return special ? std::optional(special->getTemplateArgs()[0].getAsType()) : std::nullopt;
}

bool is_pointer_like(clang::QualType type) {
  return specialisation(type, "__gnu_cxx", "__normal_iterator") || specialisation(type, "std", "unique_ptr");
}

namespace {

bool continues_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// "2*N+1" as `2*nn::Dim{"N"}+1`: generated code cannot know what the user called the constant.
std::string spell_dim(const ir::Dim& dim) {
  if (dim.is_static()) return std::to_string(dim.value);
  std::string result;
  const std::string_view text = dim.name();
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && continues_name(text[end])) ++end;
    const bool is_name = end > i && !std::isdigit(static_cast<unsigned char>(text[i]));
    if (end == i) ++end;
    const std::string part(text.substr(i, end - i));
    result += is_name ? "nn::Dim{\"" + part + "\"}" : part;
    i = end;
  }
  return result;
}

clang::PrintingPolicy plain_policy(const clang::ASTContext& context) {
  clang::PrintingPolicy policy(context.getLangOpts());
  policy.SuppressTagKeyword = true;
  policy.FullyQualifiedName = true;
  policy.PrintCanonicalTypes = true;
  policy.Bool = true;
  return policy;
}

std::string spell_argument(const clang::TemplateArgument& argument, const clang::ASTContext& context) {
  if (argument.getKind() == clang::TemplateArgument::Type)
    return (argument.getAsType().isConstQualified() ? "const " : "") + spell(argument.getAsType(), context);
  if (const auto dim = dim_of(argument)) return spell_dim(*dim);
  if (argument.getKind() == clang::TemplateArgument::Pack) {
    std::string list;
    for (const clang::TemplateArgument& part : argument.pack_elements())
      list += (list.empty() ? "" : ", ") + spell_argument(part, context);
    return list;
  }
  std::string text;
  llvm::raw_string_ostream stream(text);
  argument.print(plain_policy(context), stream, true);
  return text;
}

}  // namespace

std::string spell(clang::QualType type, const clang::ASTContext& context) {
  type = type.getCanonicalType().getUnqualifiedType();
  if (const auto* array = context.getAsConstantArrayType(type))
    return "std::type_identity_t<" + spell(array->getElementType(), context) + "[" +
           std::to_string(array->getSize().getZExtValue()) + "]>";
  const auto* special =
      llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(type->getAsCXXRecordDecl());
  if (!special) return type.getAsString(plain_policy(context));
  std::string text = special->getQualifiedNameAsString() + "<";
  bool first = true;
  for (const clang::TemplateArgument& argument : special->getTemplateArgs().asArray()) {
    const std::string part = spell_argument(argument, context);
    if (part.empty()) continue;
    text += (first ? "" : ", ") + part;
    first = false;
  }
  return text + ">";
}

std::string shown(clang::QualType type, const clang::ASTContext& context) {
  clang::PrintingPolicy policy(context.getLangOpts());
  policy.SuppressTagKeyword = true;
  return readable_dims(type.getAsString(policy));
}

}  // namespace nndiff::frontend
