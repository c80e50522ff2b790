// Operations that only move elements: they compose, and transposes disappear into matmul's flags.
#include <algorithm>

#include "opt/match.h"
#include "opt/rules.h"

namespace nndiff::opt {

std::vector<int> repeated_axes(const Op& broadcast) {
  std::vector<int> out;
  for (int i = 0; i < broadcast.type.rank(); ++i)
    if (std::find(broadcast.axes.begin(), broadcast.axes.end(), i) == broadcast.axes.end()) out.push_back(i);
  return out;
}

namespace {

using Result = std::optional<Value>;

bool swaps_matrix(const Op& op) {
  return op.kind == Kind::permute && op.axes == std::vector<int>{1, 0};
}

Result matmul(Builder& b, const Op& op) {
  for (int side : {0, 1}) {
    if (!swaps_matrix(get(b, op.operands[side]))) continue;
    Op flipped = op;
    flipped.operands[side] = get(b, op.operands[side]).operands[0];
    (side == 0 ? flipped.trans_a : flipped.trans_b) ^= true;
    return b.matmul(flipped.operands[0], flipped.trans_a, flipped.operands[1], flipped.trans_b);
  }
  return std::nullopt;
}

Result permute(Builder& b, const Op& op) {
  const Value x = op.operands[0];
  const Op inner = get(b, x);
  if (inner.kind == Kind::permute) {
    std::vector<int> axes;
    for (int a : op.axes) axes.push_back(inner.axes[a]);
    return b.permute(inner.operands[0], axes);
  }
  // (A·B)ᵀ = Bᵀ·Aᵀ
  if (swaps_matrix(op) && inner.kind == Kind::matmul)
    return b.matmul(inner.operands[1], !inner.trans_b, inner.operands[0], !inner.trans_a);
  return std::nullopt;
}

// The axes of `from` that a reshape to `to` keeps when all it does is drop axes of size 1; nothing otherwise.
std::optional<std::vector<int>> squeezed_axes(const ir::Shape& from, const ir::Shape& to) {
  if (to.size() >= from.size()) return std::nullopt;
  std::vector<int> kept;
  for (int i = 0; i < static_cast<int>(from.size()); ++i) {
    const std::size_t left_from = from.size() - i, left_to = to.size() - kept.size();
    const bool matches = left_to > 0 && from[i] == to[kept.size()];
    if (matches && (from[i] != ir::Dim{1} || left_from == left_to))
      kept.push_back(i);
    else if (from[i] != ir::Dim{1})
      return std::nullopt;
  }
  return kept.size() == to.size() ? std::optional(kept) : std::nullopt;
}

// Axes of size 1 are dropped as early as possible, so that patterns and like terms need not look through
// them.
Result squeeze(Builder& b, const Op& op) {
  const Op inner = get(b, op.operands[0]);
  const auto kept = squeezed_axes(inner.type.shape, op.type.shape);
  if (!kept) return std::nullopt;
  if (inner.kind == Kind::cast) return b.cast(b.reshape(inner.operands[0], op.type.shape), op.type.elem);
  if (inner.kind == Kind::map) {
    std::vector<Value> operands;
    for (Value o : inner.operands) operands.push_back(b.reshape(o, op.type.shape));
    return b.map(inner.map, operands);
  }
  if (inner.kind != Kind::broadcast) return std::nullopt;
  ir::Shape small;
  std::vector<int> axes;
  for (std::size_t i = 0; i < inner.axes.size(); ++i) {
    auto at = std::find(kept->begin(), kept->end(), inner.axes[i]);
    if (at == kept->end()) continue;
    small.push_back(inner.type.shape[inner.axes[i]]);
    axes.push_back(static_cast<int>(at - kept->begin()));
  }
  return b.broadcast_in(b.reshape(inner.operands[0], small), op.type.shape, axes);
}

Result reshape(Builder& b, const Op& op) {
  const Value x = op.operands[0];
  if (b.shape(x) == op.type.shape) return x;
  const Op inner = get(b, x);
  if (inner.kind == Kind::reshape) return b.reshape(inner.operands[0], op.type.shape);
  if (inner.kind == Kind::broadcast && inner.axes.empty())
    return b.broadcast_in(inner.operands[0], op.type.shape, {});
  if (auto s = squeeze(b, op)) return s;
  return std::nullopt;
}

Result broadcast(Builder& b, const Op& op) {
  const Value x = op.operands[0];
  if (b.shape(x) == op.type.shape) return x;
  const Op inner = get(b, x);
  if (inner.kind != Kind::broadcast) return std::nullopt;
  std::vector<int> axes;
  for (int a : inner.axes) axes.push_back(op.axes[a]);
  return b.broadcast_in(inner.operands[0], op.type.shape, axes);
}

// A sum over axes of size 1 is a reshape; a sum of sums is one sum.
Result reduce(Builder& b, const Op& op) {
  const Value x = op.operands[0];
  const auto& from = b.shape(x);
  if (std::all_of(op.axes.begin(), op.axes.end(), [&](int a) { return from[a] == ir::Dim{1}; }))
    return b.reshape(x, op.type.shape);
  const Op inner = get(b, x);
  if (inner.kind != Kind::reduce || inner.reducer != op.reducer) return std::nullopt;
  std::vector<int> kept, axes = inner.axes;
  for (int i = 0; i < b.type(inner.operands[0]).rank(); ++i)
    if (std::find(inner.axes.begin(), inner.axes.end(), i) == inner.axes.end()) kept.push_back(i);
  for (int a : op.axes) axes.push_back(kept[a]);
  return b.reduce(op.reducer, inner.operands[0], axes);
}

}  // namespace

Result simplify_shapes(Builder& b, const Op& op) {
  switch (op.kind) {
    case Kind::matmul:
      return matmul(b, op);
    case Kind::permute:
      return permute(b, op);
    case Kind::reshape:
      return reshape(b, op);
    case Kind::broadcast:
      return broadcast(b, op);
    case Kind::reduce:
      return reduce(b, op);
    case Kind::cast:
      if (b.type(op.operands[0]).elem == op.type.elem) return op.operands[0];
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace nndiff::opt
