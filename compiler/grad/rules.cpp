// One adjoint rule per kind of operation.
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

// A maximum's adjoint goes to the largest elements in equal parts, which is the subgradient of least norm.
Value reduce_contribution(Builder& b, Value y, const Op& op, Value dy) {
  const Value x = op.operands[0];
  const Shape shape = b.shape(x);
  if (op.reducer == Reducer::sum) return repeat(b, dy, op.axes, shape);
  const ir::Type type = b.type(x);
  Value hit = b.map(Map::eq, x, repeat(b, y, op.axes, shape));
  Value count = sum_over(b, b.map(Map::where, {hit, b.constant(1, type), b.constant(0, type)}), op.axes);
  Value share = b.map(Map::div, dy, count);
  return b.map(Map::where, {hit, repeat(b, share, op.axes, shape), b.constant(0, type)});
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

}  // namespace nndiff::grad
