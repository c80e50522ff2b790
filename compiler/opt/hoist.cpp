// Work on repeated values is done once, before the repetition.
#include <algorithm>

#include "opt/match.h"
#include "opt/rules.h"

namespace nndiff::opt {

namespace {

using Result = std::optional<Value>;

bool is_splat(const Op& op) {
  return op.kind == Kind::constant || op.kind == Kind::size;
}

bool may_be_empty(const ir::Dim& d) {
  return !d.is_static() || d.value == 0;
}

// Whether `v` comes from a reduction over what may be empty; so many operations are looked at.
bool is_of_empty(const Builder& b, Value v, int& budget) {
  const Op& op = get(b, v);
  if (--budget < 0) return true;
  if (op.kind == Kind::reduce)
    for (int a : op.axes)
      if (may_be_empty(b.shape(op.operands[0])[static_cast<std::size_t>(a)])) return true;
  return (op.kind == Kind::map || op.kind == Kind::reduce || op.kind == Kind::cast ||
          op.kind == Kind::broadcast) &&
         std::any_of(op.operands.begin(), op.operands.end(),
                     [&](Value o) { return is_of_empty(b, o, budget); });
}

// What is repeated no times is not computed; done before the repetition it is, and may be no number: the
// logarithm of an empty sum. Its adjoint, 0 times its derivative, would be none either.
bool is_safe_once(const Builder& b, const Op& op) {
  constexpr int most = 64;
  const Op* repeated = nullptr;
  for (Value o : op.operands)
    if (get(b, o).kind == Kind::broadcast) repeated = &get(b, o);
  if (!repeated) return true;
  const std::vector<int> axes = repeated_axes(*repeated);
  const bool never = std::none_of(axes.begin(), axes.end(), [&](int a) {
    return may_be_empty(op.type.shape[static_cast<std::size_t>(a)]);
  });
  int budget = most;
  return never || std::none_of(op.operands.begin(), op.operands.end(),
                               [&](Value o) { return is_of_empty(b, o, budget); });
}

// map(broadcast x, broadcast y, constant) = broadcast(map(x, y, constant)) when all repeat the same axes.
Result map_of_broadcasts(Builder& b, const Op& op) {
  const Op* first = nullptr;
  for (Value o : op.operands) {
    const Op& operand = get(b, o);
    if (is_splat(operand)) continue;
    if (operand.kind != Kind::broadcast) return std::nullopt;
    if (first && operand.axes != first->axes) return std::nullopt;
    if (!first) first = &operand;
  }
  if (!is_safe_once(b, op)) return std::nullopt;
  const bool all_splat = first == nullptr;
  if (all_splat && (op.type.rank() == 0 || op.operands.empty())) return std::nullopt;
  const std::vector<int> axes = all_splat ? std::vector<int>{} : first->axes;
  const ir::Shape small = all_splat ? ir::Shape{} : b.shape(first->operands[0]);
  std::vector<Value> operands;
  for (Value o : op.operands) {
    const Op operand = get(b, o);
    const ir::Type type{operand.type.elem, small};
    if (operand.kind == Kind::constant) operands.push_back(b.constant(operand.number, type));
    if (operand.kind == Kind::size) operands.push_back(b.size(operand.dim, type));
    if (operand.kind == Kind::broadcast) operands.push_back(operand.operands[0]);
  }
  return b.broadcast_in(b.map(op.map, operands), op.type.shape, axes);
}

// A size known to be at least 1. An empty sum is 0 whatever the factor, but 1/N times it would be inf·0.
bool never_empty(const Builder& b, const Op& op) {
  return std::all_of(op.axes.begin(), op.axes.end(), [&](int a) {
    const ir::Dim& d = b.shape(op.operands[0])[a];
    return d.is_static() && d.value > 0;
  });
}

// A factor that is one scalar leaves the sum; so does a sign.
Result scaled_sum(Builder& b, const Op& op) {
  const Value x = op.operands[0];
  if (auto n = operand_of(b, x, Map::neg)) return b.map(Map::neg, b.reduce(op.reducer, *n, op.axes));
  if (!is_map(b, x, Map::mul)) return std::nullopt;
  const Op product = get(b, x);
  for (int side : {0, 1}) {
    const Op factor = get(b, product.operands[side]);
    const bool scalar = factor.kind == Kind::broadcast && factor.axes.empty();
    if (!scalar && !is_splat(factor)) continue;
    if (factor.kind != Kind::constant && !never_empty(b, op)) continue;
    Value total = b.reduce(op.reducer, product.operands[1 - side], op.axes);
    Value one_factor = scalar                      ? b.broadcast_in(factor.operands[0], op.type.shape, {})
                       : factor.kind == Kind::size ? b.size(factor.dim, op.type)
                                                   : b.constant(factor.number, op.type);
    return b.map(Map::mul, one_factor, total);
  }
  return std::nullopt;
}

// Summing over axes along which a value only repeats multiplies it by their size.
Result sum_of_repeated(Builder& b, const Op& op) {
  const Op inner = get(b, op.operands[0]);
  if (!never_empty(b, op)) return std::nullopt;
  ir::Dim times{1};
  for (int a : op.axes) times = times * inner.type.shape[a];
  if (is_splat(inner)) {
    Value one = inner.kind == Kind::size ? b.size(inner.dim, op.type) : b.constant(inner.number, op.type);
    return b.map(Map::mul, one, b.size(times, op.type));
  }
  const std::vector<int> repeated = repeated_axes(inner);
  if (!std::includes(repeated.begin(), repeated.end(), op.axes.begin(), op.axes.end())) return std::nullopt;
  std::vector<int> axes;
  for (int a : inner.axes)
    axes.push_back(
        a - static_cast<int>(std::count_if(op.axes.begin(), op.axes.end(), [a](int r) { return r < a; })));
  Value one = b.broadcast_in(inner.operands[0], op.type.shape, axes);
  return b.map(Map::mul, one, b.size(times, op.type));
}

}  // namespace

Result hoist_broadcasts(Builder& b, const Op& op) {
  if (op.kind == Kind::map) return map_of_broadcasts(b, op);
  if (op.kind != Kind::reduce || op.reducer != ir::Reducer::sum || !ir::is_floating(op.type.elem))
    return std::nullopt;
  const Op& x = get(b, op.operands[0]);
  if (x.kind == Kind::broadcast || is_splat(x)) return sum_of_repeated(b, op);
  return scaled_sum(b, op);
}

}  // namespace nndiff::opt
