// Builders of IR operations: shape rules and their checks.
#include "op/build.h"

#include <algorithm>
#include <numeric>

namespace nndiff::op {

using ir::Kind;
using ir::Op;

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape out = longer;
  const std::size_t skip = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    Dim& d = out[skip + i];
    if (d == shorter[i] || shorter[i] == Dim{1}) continue;
    if (d != Dim{1}) return std::nullopt;
    d = shorter[i];
  }
  return out;
}

std::optional<std::vector<int>> normal_axes(std::vector<int> axes, int rank) {
  for (int& a : axes) {
    if (a < 0) a += rank;
    if (a < 0 || a >= rank) return std::nullopt;
  }
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) return std::nullopt;
  return axes;
}

void Builder::refuse(const std::string& message) const {
  throw ir::Refusal({ir::Severity::error, loc, message});
}

Value Builder::append(Op op) {
  op.loc = loc;
  op.statement = statement;
  op.sweep = sweep;
  Value v = f.make(std::move(op));
  region->ops.push_back(v);
  return v;
}

Value Builder::constant(double number, Type type) {
  return append({.kind = Kind::constant, .type = std::move(type), .number = number});
}

Value Builder::size(Dim dim, Type type) {
  if (dim.is_static()) return constant(static_cast<double>(dim.value), std::move(type));
  return append({.kind = Kind::size, .type = std::move(type), .dim = dim});
}

Value Builder::iota(Shape shape, int axis) {
  return append({.kind = Kind::iota, .type = {Elem::i32, std::move(shape)}, .axes = {axis}});
}

Value Builder::map(Map map, std::vector<Value> operands) {
  Shape common;
  for (Value v : operands) {
    auto next = broadcast_shape(common, shape(v));
    if (!next)
      refuse("shapes " + to_string(common) + " and " + to_string(shape(v)) + " of '" +
             std::string(name_of(map)) + "' cannot be broadcast together");
    common = *next;
  }
  for (Value& v : operands) v = broadcast_to(v, common);
  const std::size_t first = map == Map::where ? 1 : 0;
  if (map == Map::where && type(operands[0]).elem != Elem::boolean)
    refuse("the condition of 'where' is not boolean");
  const Elem elem = type(operands[first]).elem;
  for (std::size_t i = first; i < operands.size(); ++i)
    if (type(operands[i]).elem != elem)
      refuse("operands of '" + std::string(name_of(map)) + "' have different element types; use nn::cast<T>");
  Type result{is_comparison(map) ? Elem::boolean : elem, common};
  return append({.kind = Kind::map, .type = result, .operands = std::move(operands), .map = map});
}

Value Builder::cast(Value x, Elem elem) {
  if (type(x).elem == elem) return x;
  return append({.kind = Kind::cast, .type = {elem, shape(x)}, .operands = {x}});
}

Value Builder::broadcast_to(Value x, Shape to) {
  const Shape from = shape(x);
  if (from == to) return x;
  auto merged = broadcast_shape(from, to);
  if (!merged || *merged != to)
    refuse("shape " + to_string(from) + " cannot be broadcast to " + to_string(to));
  // Axes of size 1 that are repeated are dropped first: broadcast itself only ever adds axes.
  const int skip = static_cast<int>(to.size() - from.size());
  Shape kept;
  std::vector<int> axes;
  for (int i = 0; i < static_cast<int>(from.size()); ++i) {
    if (from[i] == Dim{1} && to[skip + i] != Dim{1}) continue;
    kept.push_back(from[i]);
    axes.push_back(skip + i);
  }
  return broadcast_in(reshape(x, std::move(kept)), std::move(to), std::move(axes));
}

Value Builder::broadcast_in(Value x, Shape to, std::vector<int> axes) {
  if (shape(x) == to) return x;
  return append({.kind = Kind::broadcast,
                 .type = {type(x).elem, std::move(to)},
                 .operands = {x},
                 .axes = std::move(axes)});
}

Value Builder::reduce(Reducer reducer, Value x, std::vector<int> axes, bool keep_dims) {
  const Shape from = shape(x);
  const int rank = static_cast<int>(from.size());
  if (rank == 0) return x;
  if (axes.empty()) {
    axes.resize(from.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  auto normal = normal_axes(std::move(axes), rank);
  if (!normal) refuse("axis out of range for shape " + to_string(from));
  Shape to, kept;
  for (int i = 0; i < rank; ++i) {
    const bool reduced = std::binary_search(normal->begin(), normal->end(), i);
    if (!reduced) to.push_back(from[i]);
    kept.push_back(reduced ? Dim{1} : from[i]);
  }
  Value r = append({.kind = Kind::reduce,
                    .type = {type(x).elem, to},
                    .operands = {x},
                    .reducer = reducer,
                    .axes = *normal});
  return keep_dims ? reshape(r, std::move(kept)) : r;
}

Value Builder::mean(Value x, std::vector<int> axes, bool keep_dims) {
  if (shape(x).empty()) return x;
  Dim n{1};
  if (axes.empty()) {
    n = ir::count(shape(x));
  } else {
    for (int a : axes) n = n * shape(x)[a < 0 ? a + shape(x).size() : a];
  }
  const Value total = reduce(Reducer::sum, x, std::move(axes), keep_dims);
  return map(Map::div, total, size(n, type(total)));
}

Value Builder::reshape(Value x, Shape to) {
  if (shape(x) == to) return x;
  if (ir::count(shape(x)) != ir::count(to))
    refuse("cannot reshape " + to_string(shape(x)) + " to " + to_string(to) +
           ": different numbers of elements");
  return append({.kind = Kind::reshape, .type = {type(x).elem, std::move(to)}, .operands = {x}});
}

Value Builder::permute(Value x, std::vector<int> axes) {
  const Shape from = shape(x);
  for (int& a : axes)
    if (a < 0) a += static_cast<int>(from.size());
  auto normal = normal_axes(axes, static_cast<int>(from.size()));
  if (!normal || normal->size() != from.size())
    refuse("transpose needs each axis of " + to_string(from) + " once");
  if (axes == *normal) return x;
  Shape to;
  for (int a : axes) to.push_back(from[a]);
  return append(
      {.kind = Kind::permute, .type = {type(x).elem, to}, .operands = {x}, .axes = std::move(axes)});
}

Value Builder::transpose(Value x) {
  std::vector<int> axes(shape(x).size());
  std::iota(axes.rbegin(), axes.rend(), 0);
  return permute(x, axes);
}

Value Builder::matmul(Value a, Value b) {
  const std::size_t ra = shape(a).size(), rb = shape(b).size();
  if (ra < 1 || ra > 2 || rb < 1 || rb > 2) refuse("matmul takes vectors and matrices");
  if (ra == 1 && rb == 1) return dot(a, b);
  if (ra == 1) {
    Value r = matmul(reshape(a, {Dim{1}, shape(a)[0]}), false, b, false);
    return reshape(r, {shape(r)[1]});
  }
  if (rb == 1) {
    Value r = matmul(a, false, reshape(b, {shape(b)[0], Dim{1}}), false);
    return reshape(r, {shape(r)[0]});
  }
  return matmul(a, false, b, false);
}

Value Builder::matmul(Value a, bool trans_a, Value b, bool trans_b) {
  if (shape(a).size() != 2 || shape(b).size() != 2) refuse("matmul takes matrices here");
  if (type(a).elem != type(b).elem) refuse("matmul of different element types; use nn::cast<T>");
  if (shape(a)[trans_a ? 0 : 1] != shape(b)[trans_b ? 1 : 0])
    refuse("inner sizes of matmul differ: " + to_string(shape(a)) + " and " + to_string(shape(b)));
  Type result{type(a).elem, {shape(a)[trans_a ? 1 : 0], shape(b)[trans_b ? 0 : 1]}};
  return append(
      {.kind = Kind::matmul, .type = result, .operands = {a, b}, .trans_a = trans_a, .trans_b = trans_b});
}

Value Builder::dot(Value a, Value b) {
  if (shape(a).size() != 1 || shape(a) != shape(b))
    refuse("dot takes two vectors of one size, not " + to_string(shape(a)) + " and " + to_string(shape(b)));
  return reduce(Reducer::sum, map(Map::mul, a, b), {});
}

Value Builder::pick(Value x, Value index) {
  Shape rows = shape(x);
  if (rows.empty()) refuse("pick takes a tensor of rank 1 or more");
  rows.pop_back();
  if (rows != shape(index))
    refuse("pick needs one index per row: " + to_string(shape(x)) + " and " + to_string(shape(index)));
  if (type(index).elem != Elem::i32 && type(index).elem != Elem::i64) refuse("pick needs integer indices");
  return append({.kind = Kind::pick, .type = {type(x).elem, rows}, .operands = {x, index}});
}

Value Builder::one_hot(Value index, Dim classes, Elem elem) {
  Shape to = shape(index);
  std::vector<int> axes(to.size());
  std::iota(axes.begin(), axes.end(), 0);
  to.push_back(classes);
  Value position = cast(iota(to, static_cast<int>(axes.size())), type(index).elem);
  Value hit = map(Map::eq, broadcast_in(index, to, axes), position);
  Type result{elem, to};
  return map(Map::where, {hit, constant(1, result), constant(0, result)});
}

Value Builder::softmax_like(Kind kind, Value x, std::vector<int> axes) {
  Shape to = shape(x);
  if (kind == Kind::logsumexp)
    for (auto it = axes.rbegin(); it != axes.rend(); ++it) to.erase(to.begin() + *it);
  return append({.kind = kind, .type = {type(x).elem, to}, .operands = {x}, .axes = std::move(axes)});
}

Value Builder::stop_gradient(Value x) {
  return append({.kind = Kind::stop_gradient, .type = type(x), .operands = {x}});
}

}  // namespace nndiff::op
