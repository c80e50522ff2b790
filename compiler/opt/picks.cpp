// Picking one element of a row: done before elementwise work on the row, and its one-hot adjoint sums to its
// value.
#include "opt/match.h"
#include "opt/rules.h"

namespace nndiff::opt {

namespace {

using Result = std::optional<Value>;

// Whether `v` is the same along its last axis.
bool is_row_constant(const Builder& b, Value v) {
  const Op& op = get(b, v);
  if (op.kind == Kind::constant || op.kind == Kind::size) return true;
  return op.kind == Kind::broadcast && (op.axes.empty() || op.axes.back() != op.type.rank() - 1);
}

// pick(f(x, c), i) = f(pick(x, i), c) for c constant along the row: one element of work instead of a row.
// With two operands that vary, f's own result is the better one to keep.
Result pick_of_map(Builder& b, Value x, Value index) {
  const Op op = get(b, x);
  int varying = 0;
  for (Value o : op.operands) {
    if (b.type(o).elem == ir::Elem::boolean) return std::nullopt;
    varying += !is_row_constant(b, o);
  }
  if (op.operands.size() < 2 || varying > 1) return std::nullopt;
  std::vector<Value> operands;
  for (Value o : op.operands) operands.push_back(b.pick(o, index));
  return b.map(op.map, operands);
}

Result pick_of_broadcast(Builder& b, const Op& op) {
  const Op repeat = get(b, op.operands[0]);
  const int last = repeat.type.rank() - 1;
  if (!repeat.axes.empty() && repeat.axes.back() == last) return std::nullopt;
  return b.broadcast_in(repeat.operands[0], op.type.shape, repeat.axes);
}

// Whether some pick takes `index` out of rows of `classes`: then it is known to lie in range.
bool is_checked_index(const Builder& b, Value index, const ir::Dim& classes) {
  for (const Op& op : b.f.ops)
    if (op.kind == Kind::pick && op.operands[1] == index && b.shape(op.operands[0]).back() == classes)
      return true;
  return false;
}

// Σ_k where(i == k, v, 0) = v when i is one of the k.
Result sum_of_one_hot(Builder& b, const Op& op) {
  const Op choice = get(b, op.operands[0]);
  const int last = choice.type.rank() - 1;
  if (!is_map(choice, Map::where) || op.axes != std::vector<int>{last}) return std::nullopt;
  if (!is_constant(b, choice.operands[2], 0)) return std::nullopt;
  const Op hit = get(b, choice.operands[0]);
  if (!is_map(hit, Map::eq)) return std::nullopt;
  for (int side : {0, 1}) {
    const Op index = get(b, hit.operands[side]);
    Op position = get(b, hit.operands[1 - side]);
    if (position.kind == Kind::cast) position = get(b, position.operands[0]);
    if (index.kind != Kind::broadcast || repeated_axes(index) != op.axes) continue;
    if (position.kind != Kind::iota || position.axes != op.axes) continue;
    if (!is_checked_index(b, index.operands[0], choice.type.shape.back())) continue;
    const Op value = get(b, choice.operands[1]);
    if (value.kind == Kind::constant) return b.constant(value.number, op.type);
    if (value.kind == Kind::broadcast && value.axes.empty())
      return b.broadcast_in(value.operands[0], op.type.shape, {});
    if (value.kind == Kind::broadcast && repeated_axes(value) == op.axes) return value.operands[0];
  }
  return std::nullopt;
}

}  // namespace

Result simplify_picks(Builder& b, const Op& op) {
  if (op.kind == Kind::reduce && op.reducer == ir::Reducer::sum) return sum_of_one_hot(b, op);
  if (op.kind != Kind::pick) return std::nullopt;
  switch (get(b, op.operands[0]).kind) {
    case Kind::map:
      return pick_of_map(b, op.operands[0], op.operands[1]);
    case Kind::broadcast:
      return pick_of_broadcast(b, op);
    case Kind::constant:
      return b.constant(get(b, op.operands[0]).number, op.type);
    case Kind::size:
      return b.size(get(b, op.operands[0]).dim, op.type);
    default:
      return std::nullopt;
  }
}

}  // namespace nndiff::opt
