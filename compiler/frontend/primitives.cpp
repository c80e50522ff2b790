// Calls of library functions marked NN_PRIMITIVE: they become operations of the IR.
#include <cmath>

#include "frontend/lifter_parts.h"
#include "frontend/types.h"

namespace nndiff::frontend {

/// The template arguments of a primitive, in order.
struct Lifter::StaticArguments {
  std::vector<int> integers;
  std::vector<ir::Dim> dims;
  std::vector<clang::QualType> types;

  void add(llvm::ArrayRef<clang::TemplateArgument> arguments) {
    for (const clang::TemplateArgument& argument : arguments) {
      if (argument.getKind() == clang::TemplateArgument::Pack)
        add(argument.pack_elements());
      else if (argument.getKind() == clang::TemplateArgument::Integral)
        integers.push_back(static_cast<int>(argument.getAsIntegral().getExtValue()));
      else if (argument.getKind() == clang::TemplateArgument::Type)
        types.push_back(argument.getAsType());
      else if (const auto dim = dim_of(argument))
        dims.push_back(*dim);
    }
  }
  explicit StaticArguments(const clang::FunctionDecl* callee) {
    if (const auto* list = callee->getTemplateSpecializationArgs()) add(list->asArray());
  }
};

/// The name in NN_PRIMITIVE before a function; empty for others.
llvm::StringRef Lifter::primitive_name(const clang::FunctionDecl* callee) const {
  const auto named = [](const clang::FunctionDecl* function) -> llvm::StringRef {
    for (const auto* note : function->specific_attrs<clang::AnnotateAttr>())
      if (llvm::StringRef text = note->getAnnotation(); text.consume_front("nn.primitive:")) return text;
    return {};
  };
  llvm::StringRef name = named(callee);
  if (name.empty())
    if (const clang::FunctionDecl* pattern = callee->getTemplateInstantiationPattern()) name = named(pattern);
  return name;
}

Object* Lifter::call_primitive(const PrimitiveCall& call) {
  at(call.expr);
  if (Object* result = call_derivative(call)) return result;
  if (const auto map = ir::map_named(call.name)) return call_map(*map, call);
  if (const auto result = call_in_place(call)) return result;
  if (call.name == "identity") return call_identity(call);
  if (call.name == "stop_gradient") return call_stop(call);
  if (call.name == "extent" || call.name == "size") return call_size(call);
  const StaticArguments statics(call.callee);
  if (Object* result = call_reduction(call, statics)) return result;
  if (Object* result = call_shape(call, statics)) return result;
  if (call.name == "matmul") return objects_.of(build_.matmul(operand(call, 0), operand(call, 1)));
  if (call.name == "dot") return objects_.of(build_.dot(operand(call, 0), operand(call, 1)));
  if (call.name == "pick") return objects_.of(build_.pick(operand(call, 0), operand(call, 1)));
  if (call.name == "one_hot" && statics.dims.size() == 1 && !statics.types.empty())
    return objects_.of(build_.one_hot(operand(call, 0), statics.dims[0], elem(statics.types[0], call.expr)));
  if (call.name == "cast" && !statics.types.empty()) {
    if (elem_of(call.sources[0]->getType())) return convert(call.arguments[0], statics.types[0], call.expr);
    return objects_.of(build_.cast(operand(call, 0), elem(statics.types[0], call.expr)));
  }
  if (call.name == "element") return call_element(call);
  if (call.name == "view" && !statics.types.empty()) return call_view(call, statics.types[0]);
  refuse(call.expr->getExprLoc(), "'nn::" + call.name.str() + "' is not supported yet");
}

/// x(i, j), or the part x(i): checked, as the library does it.
Object* Lifter::call_element(const PrimitiveCall& call) {
  Object* result = call.self;
  for (std::size_t i = 0; result && i < call.arguments.size(); ++i)
    result = element(result, call.arguments[i], call.sources[i]);
  const std::function<void(Object*)> check = [&](Object* place) {
    if (place && place->state == Content::State::choice) {
      for (Object* side : place->parts) check(side);
      return;
    }
    if (!place || place->state != Content::State::place)
      refuse(call.expr->getExprLoc(), "this access to a tensor is not supported");
    place->place.checked = !place->place.flat;
  };
  check(result);
  return result;
}

/// nn::view<Tensor>(pointer, sizes…): a block of the memory that the pointer points into.
Object* Lifter::call_view(const PrimitiveCall& call, clang::QualType type) {
  const auto tensor = tensor_type(type);
  const Object* pointer = read(call.arguments.at(0), call.sources[0]);
  if (!tensor || pointer->state != Content::State::pointer || !pointer->place.root)
    refuse(call.expr->getExprLoc(), "this view is not supported");
  check_new_sizes(call, {}, tensor->shape);
  Object* root = pointer->place.root;
  const Object* kind = root;
  while (kind->state == Content::State::choice) kind = kind->parts[0];
  if (kind->state != Content::State::value || build_.shape(kind->value).empty())
    refuse(call.expr->getExprLoc(),
           "a view of this memory is not supported; use an array of numbers, a std::vector or an nn::Tensor");
  const Index start = pointer->place.index.empty() ? Index{} : pointer->place.index[0];
  Object* view = objects_.of(Content::State::place, {root, {start}, true});
  view->dims = tensor->shape;
  view->read_only = root->read_only || call.sources[0]->getType()->getPointeeType().isConstQualified();
  return view;
}

/// An argument as a value of the IR.
ir::Value Lifter::operand(const PrimitiveCall& call, std::size_t i) {
  if (i >= call.arguments.size()) refuse(call.expr->getExprLoc(), "this call is not supported");
  const ir::Value value = value_of(call.arguments[i], call.sources[i]->getType(), call.sources[i]);
  at(call.expr);
  return value;
}

/// Elementwise operators: numbers take the element type of the tensors beside them, otherwise C++'s common
/// type.
Object* Lifter::call_map(ir::Map map, const PrimitiveCall& call) {
  const std::size_t first = map == ir::Map::where ? 1 : 0;
  std::optional<ir::Elem> common, scalars;
  for (std::size_t i = first; i < call.sources.size(); ++i) {
    const clang::QualType type = call.sources[i]->getType();
    if (const auto tensor = value_type(type))
      common = tensor->elem;
    else
      scalars = std::max(scalars.value_or(ir::Elem::boolean), elem(type, call.sources[i]));
  }
  if (!common) {
    common = scalars;
    const auto result = elem_of(call.expr->getType());
    if (!ir::is_comparison(map) && result) common = result;
  }
  std::vector<ir::Value> operands;
  for (std::size_t i = 0; i < call.sources.size(); ++i) {
    const ir::Elem to = i < first ? ir::Elem::boolean : *common;
    operands.push_back(as_element(call.arguments[i], call.sources[i], to));
  }
  at(call.expr);
  return objects_.of(build_.map(map, std::move(operands)));
}

/// A tensor as it is, a number in the element type `to`.
ir::Value Lifter::as_element(const Object* object, const clang::Expr* source, ir::Elem to) {
  if (value_type(source->getType())) return value_of(object, source->getType(), source);
  at(source);
  object = read(object, source);
  if (object->is_known()) {
    const double x = object->state == Object::State::real
                         ? object->real
                         : static_cast<double>(known_integer(object, source, "this"));
    if (to == ir::Elem::boolean) return number(x != 0, to);
    return number(ir::is_floating(to) ? x : std::trunc(x), to);
  }
  return build_.cast(value_of(object, source->getType(), source), to);
}

/// += -= *= /= on tensors: the value is replaced.
Object* Lifter::call_in_place(const PrimitiveCall& call) {
  llvm::StringRef name = call.name;
  if (!name.consume_back("_assign") || !call.self || call.arguments.size() != 1) return nullptr;
  const auto map = ir::map_named(name);
  if (!map) return nullptr;
  const ir::Value old = value_of(call.self, call.expr->getType(), call.expr);
  const ir::Value by = as_element(call.arguments[0], call.sources[0], build_.type(old).elem);
  at(call.expr);
  write(call.self, *objects_.of(build_.map(*map, old, by)), call.expr);
  return call.self;
}

/// Copies, conversions from an expression to its tensor, and assignments of either.
Object* Lifter::call_identity(const PrimitiveCall& call) {
  if (!call.self) return copy(*call.arguments.at(0), call.expr);
  if (call.arguments.empty()) return copy(*call.self, call.expr);
  if (call.arguments[0]->state == Object::State::unset)
    refuse(call.sources[0]->getExprLoc(), "this variable is used before anything was assigned to it");
  write(call.self, *call.arguments[0], call.expr);
  return call.self;
}

/// What is no floating-point value of the IR has no gradient to stop.
Object* Lifter::call_stop(const PrimitiveCall& call) {
  const Object* x = read(call.arguments.at(0), call.sources[0]);
  if (x->is_known()) return copy(*x, call.expr);
  const ir::Value value = operand(call, 0);
  return objects_.of(ir::is_floating(build_.type(value).elem) ? build_.stop_gradient(value) : value);
}

/// x.extent(axis), x.size(): a number where the sizes are static, else a value of the IR.
Object* Lifter::call_size(const PrimitiveCall& call) {
  if (!call.self) refuse(call.expr->getExprLoc(), "this call is not supported");
  const ir::Value tensor = value_of(call.self, call.expr->getType(), call.expr);
  const ir::Shape shape = build_.shape(tensor);
  ir::Dim size = ir::count(shape);
  if (call.name == "extent") {
    std::int64_t axis = known_integer(call.arguments.at(0), call.sources[0], "an axis");
    const auto rank = static_cast<std::int64_t>(shape.size());
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank)
      refuse(call.expr->getExprLoc(), "axis out of range for a tensor " + ir::to_string(shape));
    size = shape[axis];
  }
  const clang::QualType type = call.expr->getType();
  if (size.is_static()) return objects_.of(context_.MakeIntValue(size.value, type));
  at(call.expr);
  return objects_.of(build_.size(size, {elem(type, call.expr), {}}));
}

Object* Lifter::call_reduction(const PrimitiveCall& call, const StaticArguments& statics) {
  const bool is_mean = call.name == "mean";
  if (!is_mean && call.name != "sum" && call.name != "max" && call.name != "min") return nullptr;
  if (elem_of(call.sources[0]->getType()))
    return copy(*call.arguments[0], call.expr);  // a number is its own reduction
  const ir::Value x = operand(call, 0);
  const bool keep_dims = call.arguments.size() > 1;
  if (is_mean) return objects_.of(build_.mean(x, statics.integers, keep_dims));
  const auto reducer = call.name == "sum"   ? ir::Reducer::sum
                       : call.name == "max" ? ir::Reducer::max
                                            : ir::Reducer::min;
  return objects_.of(build_.reduce(reducer, x, statics.integers, keep_dims));
}

/// Names of `to` that `from` doesn't have are given their sizes by the arguments after the tensor, in order
/// of first appearance. Only the size of that very name is sure to be right.
void Lifter::check_new_sizes(const PrimitiveCall& call, const ir::Shape& from, const ir::Shape& to) {
  std::vector<std::string> known, further;
  const auto add = [](std::vector<std::string>& names, std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  };
  for (const ir::Dim& dim : from) dim.for_each_name([&](std::string_view name) { add(known, name); });
  for (const ir::Dim& dim : to)
    dim.for_each_name([&](std::string_view name) {
      if (std::find(known.begin(), known.end(), name) == known.end()) add(further, name);
    });
  for (std::size_t i = 0; i < further.size(); ++i)
    check_size_of_name(call.arguments.at(i + 1), further[i], call.sources[i + 1]);
}

void Lifter::check_size_of_name(const Object* size, const std::string& name, const clang::Expr* where) {
  // What an extent is converted to is still its size.
  const ir::Op* op = size->state == Object::State::value ? &f_[size->value] : nullptr;
  while (op && op->kind == ir::Kind::cast && ir::is_integer(op->type.elem)) op = &f_[op->operands[0]];
  if (!op || op->kind != ir::Kind::size || op->dim.text() != name)
    refuse(where->getExprLoc(), "the size of the new name " + name +
                                    " must be an extent of that name, as y.extent(0) of an "
                                    "nn::Tensor<float, " +
                                    name + "> y");
}

Object* Lifter::call_shape(const PrimitiveCall& call, const StaticArguments& statics) {
  const bool is_reshape = call.name == "reshape";
  if (call.name == "transpose") {
    const ir::Value x = operand(call, 0);
    return objects_.of(statics.integers.empty() ? build_.transpose(x) : build_.permute(x, statics.integers));
  }
  if (!is_reshape && call.name != "broadcast_to") return nullptr;
  const ir::Value x = operand(call, 0);
  const ir::Shape from = build_.shape(x);
  check_new_sizes(call, from, statics.dims);
  if (is_reshape && ir::count(from) != ir::count(statics.dims))
    refuse(call.expr->getExprLoc(),
           "cannot reshape " + ir::to_string(from) + " to " + ir::to_string(statics.dims) +
               ": the numbers of elements are equal only for some sizes; write one size as arithmetic on the "
               "others' names, as in nn::Tensor<float, M * 4>, nn::reshape<M, 4>(x)");
  return objects_.of(is_reshape ? build_.reshape(x, statics.dims) : build_.broadcast_to(x, statics.dims));
}

}  // namespace nndiff::frontend
