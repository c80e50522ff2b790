// The parameters of a differentiated function: as described in the IR, and as objects for the lifter.
#include "frontend/parameters.h"

#include <algorithm>

#include "frontend/source_text.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

constexpr std::size_t max_leaves = 4096;

/// Takes one parameter apart.
struct Flattener {
  clang::ASTContext& context;
  op::Builder& build;
  Objects& objects;
  ir::Param& param;
  int& next_leaf;
  ir::Loc loc;
  bool wanted;
  bool read_only;

  [[noreturn]] void refuse(const std::string& message) const {
    throw ir::Refusal({ir::Severity::error, loc, message});
  }

  Object* leaf(const ir::Type& type, const std::string& path, bool is_tensor) {
    if (param.leaves.size() >= max_leaves)
      refuse("the parameter '" + param.name + "' holds more than " + std::to_string(max_leaves) +
             " tensors and numbers; use larger tensors");
    const ir::Value value = build.append({.kind = ir::Kind::input, .type = type, .index = next_leaf++});
    param.leaves.push_back({path, type, value, wanted && ir::is_floating(type.elem), is_tensor});
    Object* object = objects.of(value);
    object->read_only = read_only;
    return object;
  }

  Object* flatten(clang::QualType type, const std::string& path) {
    if (const auto tensor = tensor_type(type)) return leaf(*tensor, path, true);
    if (type->isScalarType()) return leaf({scalar(type, path), {}}, path, false);
    std::vector<Object*> parts;
    if (const auto array = array_of(type, context)) {
      for (std::uint64_t i = 0; i < array->count; ++i)
        parts.push_back(flatten(array->element, path + "[" + std::to_string(i) + "]"));
    } else {
      flatten_record(type, path, parts);
    }
    Object* object = objects.of(std::move(parts));
    object->read_only = read_only;
    return object;
  }

  void flatten_record(clang::QualType type, const std::string& path, std::vector<Object*>& parts) {
    const std::string problem = record_problem(type, context);
    if (!problem.empty()) refuse("'" + path + "' cannot be a parameter: " + problem);
    const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
    if (value_type(type)) refuse("'" + path + "' is an expression; declare the parameter as nn::Tensor<…>");
    if (wanted && !record->hasDefaultConstructor())
      refuse("'" + path + "' of type '" + shown(type.getUnqualifiedType(), context) +
             "' needs a default constructor, since its gradient has "
             "the same type");
    for (const clang::CXXBaseSpecifier& base : record->bases()) {
      if (base.getAccessSpecifier() != clang::AS_public) refuse("the bases of '" + path + "' must be public");
      parts.push_back(flatten(base.getType(), path));
    }
    for (const clang::FieldDecl* field : record->fields()) {
      const std::string member = path + "." + field->getNameAsString();
      if (field->getAccess() != clang::AS_public && field->getAccess() != clang::AS_none)
        refuse("'" + member + "' is not public; the members of a parameter must be");
      if (wanted && field->getType().isConstQualified())
        refuse("'" + member + "' is const, so its gradient could not be written; remove const");
      parts.push_back(flatten(field->getType(), member));
    }
  }

  ir::Elem scalar(clang::QualType type, const std::string& path) {
    if (type->isAnyPointerType() || type->isMemberPointerType() || type->isNullPtrType())
      refuse("'" + path +
             "' is a pointer, which is not supported yet; take an nn::Tensor (nn::view makes one of memory)");
    const auto elem = elem_of(type);
    if (!elem || (type->isUnsignedIntegerType() && !type->isBooleanType()))
      refuse("'" + path + "' has the type '" + shown(type, context) +
             "', which is not supported; use float, double, int, std::int64_t or bool");
    return *elem;
  }
};

ir::Param describe(const clang::ParmVarDecl* parameter, const Annotated& annotated,
                   clang::ASTContext& context) {
  ir::Param param;
  const clang::QualType type = parameter->getType().getNonReferenceType();
  param.name = parameter->getNameAsString();
  if (param.name.empty()) param.name = "unnamed" + std::to_string(parameter->getFunctionScopeIndex() + 1);
  param.type = spell(type, context);
  param.is_tensor = tensor_type(type).has_value();
  param.is_aggregate = !param.is_tensor && !type->isScalarType();
  param.differentiated =
      annotated.wanted.empty() ||
      std::find(annotated.wanted.begin(), annotated.wanted.end(), param.name) != annotated.wanted.end();
  return param;
}

void check_passing(const clang::ParmVarDecl* parameter, const ir::Loc& loc) {
  const clang::QualType type = parameter->getType();
  const clang::QualType inner = type.getNonReferenceType();
  const auto refuse = [&](const std::string& message) {
    throw ir::Refusal({ir::Severity::error, loc, message});
  };
  if (inner.isVolatileQualified()) refuse("volatile parameters are not supported");
  if (type->isRValueReferenceType() || (type->isLValueReferenceType() && !inner.isConstQualified()))
    refuse("'" + parameter->getNameAsString() +
           "' can be changed by the function; take it by value or by const "
           "reference");
}

}  // namespace

std::vector<Object*> add_parameters(const Annotated& annotated, clang::ASTContext& context,
                                    op::Builder& build, Objects& result) {
  std::vector<Object*> objects;
  int next_leaf = 0;
  bool any = false;
  for (const clang::ParmVarDecl* parameter : annotated.function->parameters()) {
    const ir::Loc loc = loc_of(parameter->getLocation(), context.getSourceManager());
    check_passing(parameter, loc);
    ir::Param param = describe(parameter, annotated, context);
    build.loc = loc;
    Flattener flattener{context,
                        build,
                        result,
                        param,
                        next_leaf,
                        loc,
                        param.differentiated,
                        parameter->getType()->isReferenceType()};
    objects.push_back(flattener.flatten(parameter->getType().getNonReferenceType(), param.name));
    const auto wanted = [](const ir::Leaf& leaf) { return leaf.wanted; };
    const bool floating = std::any_of(param.leaves.begin(), param.leaves.end(), wanted);
    if (param.differentiated && !floating && !annotated.wanted.empty())
      flattener.refuse("NN_DIFF names '" + param.name + "', which holds no floating-point value");
    if (floating && parameter->getName().empty()) flattener.refuse("a differentiated parameter needs a name");
    param.differentiated = floating;
    any = any || floating;
    build.f.params.push_back(std::move(param));
  }
  if (!any)
    throw ir::Refusal({ir::Severity::error,
                       loc_of(annotated.function->getLocation(), context.getSourceManager()),
                       "'" + annotated.function->getNameAsString() +
                           "' has no floating-point parameter to "
                           "differentiate with respect to"});
  return objects;
}

}  // namespace nndiff::frontend
