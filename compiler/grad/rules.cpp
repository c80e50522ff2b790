// One rule per kind of operation and direction: what it does to adjoints and to tangents.
#include "grad/rules.h"

#include <algorithm>

#include "op/adjoint.h"

namespace nndiff::grad {

using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Reducer;
using ir::Shape;
using ir::Value;
using op::Builder;

namespace {

// The axes of a shape of rank `rank` that `axes` does not name.
std::vector<int> other_axes(const std::vector<int>& axes, int rank) {
  std::vector<int> out;
  for (int i = 0; i < rank; ++i)
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) out.push_back(i);
  return out;
}

// dy, which lacks `axes`, repeated along them to `shape`.
Value repeat(Builder& b, Value dy, const std::vector<int>& axes, const Shape& shape) {
  return b.broadcast_in(dy, shape, other_axes(axes, static_cast<int>(shape.size())));
}

Value sum_over(Builder& b, Value x, const std::vector<int>& axes) {
  return axes.empty() ? x : b.reduce(Reducer::sum, x, axes);
}

// Where x is the extremum y of its row, and how often it is in each row.
struct Extrema {
  Value hit, count;
};
Extrema extrema(Builder& b, Value y, const Op& op) {
  const Value x = op.operands[0];
  const ir::Type type = b.type(x);
  const Value hit = b.map(Map::eq, x, repeat(b, y, op.axes, type.shape));
  return {hit, sum_over(b, b.map(Map::where, {hit, b.constant(1, type), b.constant(0, type)}), op.axes)};
}

// A maximum's adjoint goes to the largest elements in equal parts, which is the subgradient of least norm.
Value reduce_contribution(Builder& b, Value y, const Op& op, Value dy) {
  const ir::Type type = b.type(op.operands[0]);
  if (op.reducer == Reducer::sum) return repeat(b, dy, op.axes, type.shape);
  const Extrema at = extrema(b, y, op);
  Value share = b.map(Map::div, dy, at.count);
  return b.map(Map::where, {at.hit, repeat(b, share, op.axes, type.shape), b.constant(0, type)});
}

// The transpose of that: the mean over the largest elements.
Value reduce_tangent(Builder& b, Value y, const Op& op, Value tx) {
  if (op.reducer == Reducer::sum) return sum_over(b, tx, op.axes);
  const Extrema at = extrema(b, y, op);
  const Value chosen = b.map(Map::where, {at.hit, tx, b.constant(0, b.type(tx))});
  return b.map(Map::div, sum_over(b, chosen, op.axes), at.count);
}

// For C = op(A)·op(B): dA = dC·op(B)ᵀ and dB = op(A)ᵀ·dC, transposed again where the operand is.
Value matmul_contribution(Builder& b, const Op& op, std::size_t operand, Value dc) {
  const Value a = op.operands[0], c = op.operands[1];
  if (operand == 0)
    return op.trans_a ? b.matmul(c, op.trans_b, dc, true) : b.matmul(dc, false, c, !op.trans_b);
  return op.trans_b ? b.matmul(dc, true, a, op.trans_a) : b.matmul(a, !op.trans_a, dc, false);
}

Value pick_contribution(Builder& b, const Op& op, Value dy) {
  const Value x = op.operands[0], index = op.operands[1];
  const ir::Type type = b.type(x);
  const int last = type.rank() - 1;
  Value position = b.cast(b.iota(type.shape, last), b.type(index).elem);
  Value hit = b.map(Map::eq, repeat(b, index, {last}, type.shape), position);
  return b.map(Map::where, {hit, repeat(b, dy, {last}, type.shape), b.constant(0, type)});
}

// Bridle (1990): the Jacobian of softmax is ŷi(δij − ŷj); of log-softmax δij − ŷj.
Value softmax_contribution(Builder& b, Value y, const Op& op, Value dy) {
  const Value x = op.operands[0];
  const Shape shape = b.shape(x);
  if (op.kind == Kind::softmax) {
    Value total = sum_over(b, b.map(Map::mul, dy, y), op.axes);
    return b.map(Map::mul, y, b.map(Map::sub, dy, repeat(b, total, op.axes, shape)));
  }
  Value p = b.softmax_like(Kind::softmax, x, op.axes);
  if (op.kind == Kind::logsumexp) return b.map(Map::mul, p, repeat(b, dy, op.axes, shape));
  Value total = sum_over(b, dy, op.axes);
  return b.map(Map::sub, dy, b.map(Map::mul, p, repeat(b, total, op.axes, shape)));
}

// The Jacobian of softmax is symmetric, those of its kin are not.
Value softmax_tangent(Builder& b, Value y, const Op& op, Value tx) {
  if (op.kind == Kind::softmax) return softmax_contribution(b, y, op, tx);
  const Value p = b.softmax_like(Kind::softmax, op.operands[0], op.axes);
  const Value mean = sum_over(b, b.map(Map::mul, p, tx), op.axes);
  if (op.kind == Kind::logsumexp) return mean;
  return b.map(Map::sub, tx, repeat(b, mean, op.axes, b.shape(tx)));
}

// An elementwise adjoint is linear in dy, and what multiplies dy there is the partial derivative.
std::optional<Value> map_tangent(Builder& b, Value y, const Op& op, std::span<const Value> tangents) {
  if (op.map == Map::where) {
    const auto part = [&](std::size_t i) { return tangents[i] ? tangents[i] : b.constant(0, op.type); };
    const Value yes = part(1), no = part(2);
    return b.map(Map::where, {op.operands[0], yes, no});
  }
  std::optional<Value> sum;
  for (std::size_t i = 0; i < tangents.size(); ++i) {
    if (!tangents[i]) continue;
    const auto c = op::adjoint(b, op.map, static_cast<int>(i), op.operands, y, tangents[i]);
    if (c) sum = sum ? b.map(Map::add, *sum, *c) : *c;
  }
  return sum;
}

Value matmul_tangent(Builder& b, const Op& op, std::span<const Value> tangents) {
  std::optional<Value> sum;
  for (std::size_t i : {0, 1}) {
    if (!tangents[i]) continue;
    const Value left = i == 0 ? tangents[0] : op.operands[0], right = i == 1 ? tangents[1] : op.operands[1];
    const Value product = b.matmul(left, op.trans_a, right, op.trans_b);
    sum = sum ? b.map(Map::add, *sum, product) : product;
  }
  return *sum;
}

std::vector<int> inverse(const std::vector<int>& axes) {
  std::vector<int> out(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) out[axes[i]] = static_cast<int>(i);
  return out;
}

}  // namespace

std::optional<Value> contribution(Builder& b, Value y, std::size_t operand, Value dy) {
  const Op op = b.f[y];  // a copy: building grows the array it lives in
  const ir::Type from = b.type(op.operands[operand]);
  switch (op.kind) {
    case Kind::map:
      return op::adjoint(b, op.map, static_cast<int>(operand), op.operands, y, dy);
    case Kind::cast:
      return b.cast(dy, from.elem);
    case Kind::broadcast:
      return sum_over(b, dy, other_axes(op.axes, op.type.rank()));
    case Kind::reduce:
      return reduce_contribution(b, y, op, dy);
    case Kind::reshape:
      return b.reshape(dy, from.shape);
    case Kind::permute:
      return b.permute(dy, inverse(op.axes));
    case Kind::matmul:
      return matmul_contribution(b, op, operand, dy);
    case Kind::pick:
      return operand == 0 ? std::optional(pick_contribution(b, op, dy)) : std::nullopt;
    case Kind::softmax:
    case Kind::log_softmax:
    case Kind::logsumexp:
      return softmax_contribution(b, y, op, dy);
    case Kind::stop_gradient:
      return std::nullopt;
    default:
      ir::bug("no adjoint rule for " + std::string(name_of(op.kind)));
  }
}

std::optional<Value> tangent(Builder& b, Value y, std::span<const Value> tangents) {
  const Op op = b.f[y];
  const auto is_some = [](Value t) { return static_cast<bool>(t); };
  if (std::none_of(tangents.begin(), tangents.end(), is_some)) return std::nullopt;
  const Value tx = tangents[0];
  switch (op.kind) {
    case Kind::map:
      return map_tangent(b, y, op, tangents);
    case Kind::cast:
      return ir::is_floating(op.type.elem) ? std::optional(b.cast(tx, op.type.elem)) : std::nullopt;
    case Kind::broadcast:
      return b.broadcast_in(tx, op.type.shape, op.axes);
    case Kind::reduce:
      return reduce_tangent(b, y, op, tx);
    case Kind::reshape:
      return b.reshape(tx, op.type.shape);
    case Kind::permute:
      return b.permute(tx, op.axes);
    case Kind::matmul:
      return matmul_tangent(b, op, tangents);
    case Kind::pick:
      return b.pick(tx, op.operands[1]);
    case Kind::softmax:
    case Kind::log_softmax:
    case Kind::logsumexp:
      return softmax_tangent(b, y, op, tx);
    case Kind::stop_gradient:
      return std::nullopt;
    default:
      ir::bug("no tangent rule for " + std::string(name_of(op.kind)));
  }
}

}  // namespace nndiff::grad
