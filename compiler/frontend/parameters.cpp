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
  Parameters& result;
  ir::Param& param;
  int& next_leaf;
  ir::Loc loc;
  bool wanted;
  bool by_reference = false;  // what follows belongs to the caller, who lends it unless it is const
  bool is_lent = false;

  [[noreturn]] void refuse(const std::string& message) const {
    throw ir::Refusal({ir::Severity::error, loc, message});
  }

  Object* leaf(const ir::Type& type, const std::string& path, ir::Holder holder) {
    if (param.leaves.size() >= max_leaves)
      refuse("the parameter '" + param.name + "' holds more than " + std::to_string(max_leaves) +
             " tensors and numbers; use larger tensors");
    const ir::Value value = build.append({.kind = ir::Kind::input, .type = type, .index = next_leaf++});
    Object* object = objects.of(value);
    object->name = param.name;
    object->in_memory = holder != ir::Holder::scalar && holder != ir::Holder::tensor;
    object->read_only = by_reference && !is_lent;
    if (is_lent) result.lent.push_back({build.f.params.size(), param.leaves.size(), object});
    param.leaves.push_back({path, type, value, wanted && ir::is_floating(type.elem), holder});
    return object;
  }

  /// What a reference, pointer or span to `type` says about writing.
  void enter_reference(clang::QualType type) {
    by_reference = true;
    is_lent = !type.isConstQualified();
  }

  Object* flatten(clang::QualType type, const std::string& path) {
    if (const auto tensor = tensor_type(type)) return leaf(*tensor, path, ir::Holder::tensor);
    if (type->isPointerType()) return flatten_pointer(type->getPointeeType(), path);
    if (const auto element = element_of(type, "vector"))
      return flatten_sized(*element, path, ir::Holder::vector);
    if (const auto element = frontend::element_of(type, "span")) {
      Flattener inner = *this;
      inner.enter_reference(*element);
      return inner.flatten_sized(*element, path, ir::Holder::span);
    }
    if (type->isScalarType()) return leaf({scalar(type, path), {}}, path, ir::Holder::scalar);
    if (const auto numbers = array_of_numbers(type)) return leaf(*numbers, path, ir::Holder::array);
    if (is_long_table(type)) return members(type, path, {});
    std::vector<Object*> parts;
    if (const auto array = array_of(type, context)) {
      for (std::uint64_t i = 0; i < array->count; ++i)
        parts.push_back(flatten(array->element, path + "[" + std::to_string(i) + "]"));
    } else {
      flatten_record(type, path, parts);
    }
    Object* object = objects.of(std::move(parts));
    object->read_only = by_reference && !is_lent;
    return object;
  }

  /// T*: the address of the first of unknown many.
  Object* flatten_pointer(clang::QualType to, const std::string& path) {
    if (to->isFunctionType())
      refuse(
          "'" + path +
          "' is a pointer to a function, which must be known at compile time; call a template that takes the "
          "function or a lambda");
    const bool is_number = to->isArithmeticType() && elem_of(to);
    const auto packed = is_number ? std::nullopt : packed_of(to, context);
    if (!is_number && !packed)
      refuse("'" + path + "' is a pointer to '" + shown(to, context) +
             "', which is not supported; take a pointer to numbers or to structs of numbers of one type, a "
             "std::span or an nn::Tensor");
    Flattener inner = *this;
    inner.enter_reference(to);
    const ir::Elem elem = packed ? packed->elem : scalar(to, path);
    Object* first = inner.leaf({elem, {ir::unknown_extent()}}, path, ir::Holder::pointer);
    param.leaves.back().packed = packed.has_value();
    if (packed) {
      std::int64_t offset = 0;
      first = inner.interleaved(first, to, {ir::unknown_extent()}, {packed->count}, offset);
      first->state = Content::State::table;
      first->dims = {ir::unknown_extent()};
    }
    return objects.of(Content::State::pointer, {first, {Index{}}, true});
  }

  /// A struct in memory that holds it as numbers one behind the other, from number `offset` on, for each
  /// element of the axes `outer`: so far apart.
  Object* interleaved(Object* numbers, clang::QualType type, const ir::Shape& outer,
                      std::vector<std::int64_t> strides, std::int64_t& offset) {
    ir::Shape dims, shape = outer;
    while (const auto array = array_of(type, context)) {
      dims.emplace_back(static_cast<std::int64_t>(array->count));
      type = array->element;
    }
    shape.insert(shape.end(), dims.begin(), dims.end());
    const std::int64_t start = offset, count = ir::count(dims).value;
    Content content{.state = dims.empty() ? Content::State::parts : Content::State::table};
    content.dims = dims;
    if (type->isScalarType()) {
      content.state = Content::State::place;
      content.dims = shape;
      content.place = {numbers, {Index{{}, offset}}, true};
      content.place.strides = std::move(strides);
      offset += count;
    } else {
      const std::int64_t size = packed_of(type, context)->count;
      for (std::size_t i = 0; i < dims.size(); ++i)
        strides.push_back(size *
                          ir::count({dims.begin() + static_cast<std::ptrdiff_t>(i) + 1, dims.end()}).value);
      const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
      for (const clang::CXXBaseSpecifier& base : record->bases())
        content.parts.push_back(interleaved(numbers, base.getType(), shape, strides, offset));
      for (const clang::FieldDecl* field : record->fields())
        content.parts.push_back(interleaved(numbers, field->getType(), shape, strides, offset));
      offset = start + size * count;
    }
    Object* object = objects.holding(std::move(content));
    object->read_only = by_reference && !is_lent;
    return object;
  }

  /// A vector or span: its elements, and how many these are.
  Object* flatten_sized(clang::QualType element, const std::string& path, ir::Holder holder) {
    if (element->isBooleanType() && holder == ir::Holder::vector)
      refuse("'" + path + "' is a std::vector<bool>, which is not supported; use integers");
    const bool is_number = element->isArithmeticType() && elem_of(element);
    if (!is_number && !is_numeric(element, context))
      refuse("'" + path + "' holds elements of type '" + shown(element, context) +
             "', which is not supported; use numbers, or arrays and structs of numbers");
    if (!is_number && element.isConstQualified() && wanted && path != param.name)
      refuse("'" + path + "' is a span of const structs, so its gradient could not be written; remove const");
    std::string name = "size_of_" + path;
    for (char& c : name)
      if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    const ir::Dim dim = ir::Dim::parse(name);
    Object* numbers =
        is_number ? leaf({scalar(element, path), {dim}}, path, holder) : members(element, path + "[]", {dim});
    if (numbers->has_parts()) {
      numbers->state = Content::State::table;
      numbers->dims.insert(numbers->dims.begin(), dim);
    }
    Object* data = holder == ir::Holder::span
                       ? objects.of(Content::State::pointer, {numbers, {Index{}}, true})
                       : numbers;
    Object* object = objects.of(std::vector<Object*>{data, objects.of(build.size(dim, {ir::Elem::u64, {}}))});
    object->read_only = numbers->read_only;
    object->parts[1]->read_only = numbers->read_only;
    return object;
  }

  /// What the elements of a container hold, an array for each number in them: as Lifter::default_table.
  Object* members(clang::QualType type, std::string path, const ir::Shape& outer) {
    ir::Shape dims, shape = outer;
    while (const auto array = array_of(type, context)) {
      dims.emplace_back(static_cast<std::int64_t>(array->count));
      type = array->element;
      path += "[]";
    }
    shape.insert(shape.end(), dims.begin(), dims.end());
    if (type->isScalarType()) return leaf({scalar(type, path), shape}, path, ir::Holder::member);
    Content content{.state = dims.empty() ? Content::State::parts : Content::State::table};
    content.dims = dims;
    for_each_part(type, path, [&](clang::QualType part, const std::string& at) {
      content.parts.push_back(members(part, at, shape));
    });
    Object* object = objects.holding(std::move(content));
    object->read_only = by_reference && !is_lent;
    return object;
  }

  /// An array of structs that is too long for an object for each.
  bool is_long_table(clang::QualType type) const {
    constexpr std::uint64_t most = 64;
    std::uint64_t count = 1;
    if (!is_numeric(type, context)) return false;
    while (const auto array = array_of(type, context)) {
      count *= array->count;
      type = array->element;
    }
    return count > most;
  }

  std::optional<ir::Type> array_of_numbers(clang::QualType type) const {
    ir::Type result;
    while (const auto array = array_of(type, context)) {
      result.shape.push_back(ir::Dim(static_cast<std::int64_t>(array->count)));
      if (array->count == 0) return std::nullopt;
      type = array->element;
    }
    if (result.shape.empty() || !type->isArithmeticType() || !elem_of(type)) return std::nullopt;
    result.elem = *elem_of(type);
    return result;
  }

  void flatten_record(clang::QualType type, const std::string& path, std::vector<Object*>& parts) {
    for_each_part(type, path,
                  [&](clang::QualType part, const std::string& at) { parts.push_back(flatten(part, at)); });
  }

  /// Calls `visit` for the bases and members of a struct, with their paths.
  void for_each_part(clang::QualType type, const std::string& path,
                     llvm::function_ref<void(clang::QualType, const std::string&)> visit) const {
    const std::string problem = record_problem(type, context);
    if (!problem.empty()) refuse("'" + path + "' cannot be a parameter: " + problem);
    const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
    if (value_type(type)) refuse("'" + path + "' is an expression; declare the parameter as nn::Tensor<…>");
    if (wanted && !record->hasDefaultConstructor())
      refuse("'" + path + "' of type '" + shown(type.getUnqualifiedType(), context) +
             "' needs a default constructor, since its gradient has "
             "the same type");
    for (const clang::CXXBaseSpecifier& base : record->bases()) {
      if (base.getAccessSpecifier() != clang::AS_public && !base.getType()->getAsCXXRecordDecl()->isEmpty())
        refuse("the bases of '" + path + "' must be public");
      visit(base.getType(), path);
    }
    for (const clang::FieldDecl* field : record->fields()) {
      const std::string member = path + "." + field->getNameAsString();
      if (field->getAccess() != clang::AS_public && field->getAccess() != clang::AS_none)
        refuse("'" + member + "' is not public; the members of a parameter must be");
      if (wanted && field->getType().isConstQualified())
        refuse("'" + member + "' is const, so its gradient could not be written; remove const");
      visit(field->getType(), member);
    }
  }

  ir::Elem scalar(clang::QualType type, const std::string& path) const {
    const auto elem = elem_of(type);
    if (!elem)
      refuse("'" + path + "' has the type '" + shown(type, context) +
             "', which is not supported; use float, double, integers or bool");
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
  param.is_aggregate = false;  // known when it has been taken apart
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
  if (type->isRValueReferenceType())
    refuse("'" + parameter->getNameAsString() + "' is an rvalue reference; take it by value or by reference");
}

}  // namespace

ir::Function describe(const clang::FunctionDecl* function, clang::ASTContext& context) {
  ir::Function f;
  f.name = function->getNameAsString();
  f.qualified = function->getQualifiedNameAsString();
  f.signature = signature_text(function, context);
  f.result_type = spell(function->getReturnType(), context);
  const auto tensor = tensor_type(function->getReturnType());
  f.result = tensor ? *tensor : ir::Type{*elem_of(function->getReturnType()), {}};
  f.loc = loc_of(function->getLocation(), context.getSourceManager());
  return f;
}

Parameters add_parameters(const Annotated& annotated, clang::ASTContext& context, op::Builder& build,
                          Objects& objects) {
  Parameters result;
  int next_leaf = 0;
  bool any = false;
  for (const clang::ParmVarDecl* parameter : annotated.function->parameters()) {
    const ir::Loc loc = loc_of(parameter->getLocation(), context.getSourceManager());
    check_passing(parameter, loc);
    ir::Param param = describe(parameter, annotated, context);
    build.loc = loc;
    Flattener flattener{context, build, objects, result, param, next_leaf, loc, param.differentiated};
    const clang::QualType type = parameter->getType().getNonReferenceType();
    if (parameter->getType()->isReferenceType()) flattener.enter_reference(type);
    result.objects.push_back(flattener.flatten(type, param.name));
    param.is_aggregate = param.leaves.size() != 1 || param.leaves[0].path != param.name;
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
  return result;
}

}  // namespace nndiff::frontend
