// Finds what is unstable as written and names it, so that value and gradient stay finite.
//
// softmax(z) = exp(z)/Σexp(z) and its logarithm are unchanged when z is shifted by anything constant along
// the row, so a shift by the row's maximum (ours, made when lowering) replaces whatever shift was written
// (Goodfellow, Bengio and Courville, Deep Learning, §4.1). log σ(f) = −softplus(−f) and log(1 − σ(f)) =
// −softplus(f) (ibid. §3.10).
#include <algorithm>

#include "opt/match.h"
#include "opt/rules.h"

namespace nndiff::opt {

namespace {

using Result = std::optional<Value>;

// v = f(r) repeated back to r's operand: returns the reduction r under a broadcast that restores its axes.
std::optional<Op> repeated_reduction(const Builder& b, Value v) {
  if (!is_kind(b, v, Kind::broadcast)) return std::nullopt;
  const Op& broadcast = get(b, v);
  const Op& inner = get(b, broadcast.operands[0]);
  if ((inner.kind != Kind::reduce && inner.kind != Kind::logsumexp) || inner.axes != repeated_axes(broadcast))
    return std::nullopt;
  return inner;
}

bool is_sum_of(const Builder& b, Value v, Value e) {
  auto r = repeated_reduction(b, v);
  return r && r->kind == Kind::reduce && r->reducer == ir::Reducer::sum && r->operands[0] == e;
}

// exp(z) / repeat(sum(exp(z)))
Result softmax(Builder& b, Value numerator, Value denominator) {
  auto z = operand_of(b, numerator, Map::exp);
  if (!z || !is_sum_of(b, denominator, numerator)) return std::nullopt;
  return b.softmax_like(Kind::softmax, *z, repeated_reduction(b, denominator)->axes);
}

// 1 / (1 + exp(g)) = σ(−g); exp(f) / (1 + exp(f)) = σ(f)
Result sigmoid(Builder& b, Value numerator, Value denominator) {
  auto e = beside_constant(b, denominator, Map::add, 1);
  if (!e) return std::nullopt;
  auto g = operand_of(b, *e, Map::exp);
  if (!g) return std::nullopt;
  if (numerator == *e) return b.map(Map::sigmoid, *g);
  if (is_constant(b, numerator, 1)) return b.map(Map::sigmoid, b.map(Map::neg, *g));
  return std::nullopt;
}

Result quotient(Builder& b, const Op& op) {
  if (auto s = softmax(b, op.operands[0], op.operands[1])) return s;
  return sigmoid(b, op.operands[0], op.operands[1]);
}

// exp(z)·(1/Σ) and exp(f)·(1/(1+exp f)) are quotients too.
Result product(Builder& b, const Op& op) {
  for (int side : {0, 1}) {
    const Value x = op.operands[side], y = op.operands[1 - side];
    if (!is_map(b, x, Map::exp)) continue;
    if (is_kind(b, y, Kind::broadcast)) {
      const Op repeat = get(b, y);
      const Op inner = get(b, repeat.operands[0]);
      if (!is_map(inner, Map::div) || !is_constant(b, inner.operands[0], 1)) continue;
      const Op sum = get(b, inner.operands[1]);
      if (sum.kind == Kind::reduce && sum.reducer == ir::Reducer::sum && sum.operands[0] == x &&
          sum.axes == repeated_axes(repeat))
        return b.softmax_like(Kind::softmax, get(b, x).operands[0], sum.axes);
    }
    // exp(f)·σ(−f) = σ(f)
    if (auto g = operand_of(b, y, Map::sigmoid))
      if (operand_of(b, *g, Map::neg) == get(b, x).operands[0])
        return b.map(Map::sigmoid, get(b, x).operands[0]);
  }
  return std::nullopt;
}

Result log_of_one_minus(Builder& b, Value x) {
  if (auto f = operand_of(b, x, Map::sigmoid)) return b.map(Map::neg, b.map(Map::softplus, *f));
  return std::nullopt;
}

Result logarithm(Builder& b, Value x) {
  const Op made = get(b, x);
  if (auto z = operand_of(b, x, Map::exp)) return z;
  if (made.kind == Kind::softmax) return b.softmax_like(Kind::log_softmax, made.operands[0], made.axes);
  if (made.kind == Kind::reduce && made.reducer == ir::Reducer::sum)
    if (auto z = operand_of(b, made.operands[0], Map::exp))
      return b.softmax_like(Kind::logsumexp, *z, made.axes);
  if (auto f = operand_of(b, x, Map::sigmoid))
    return b.map(Map::neg, b.map(Map::softplus, b.map(Map::neg, *f)));
  if (is_map(made, Map::sub) && is_constant(b, made.operands[0], 1))
    return log_of_one_minus(b, made.operands[1]);
  if (auto e = beside_constant(b, x, Map::add, 1)) {
    if (auto f = operand_of(b, *e, Map::exp)) return b.map(Map::softplus, *f);
    if (auto n = operand_of(b, *e, Map::neg)) return log_of_one_minus(b, *n);
  }
  // log commutes with choosing, repeating and moving elements
  if (made.kind == Kind::pick && is_kind(b, made.operands[0], Kind::softmax))
    return b.pick(b.map(Map::log, made.operands[0]), made.operands[1]);
  return std::nullopt;
}

// The same where the elements were repeated or moved on their way here.
Result log_of_moved(Builder& b, Value x) {
  if (auto l = logarithm(b, x)) return l;
  const Op move = get(b, x);
  if (move.kind != Kind::broadcast && move.kind != Kind::reshape && move.kind != Kind::permute)
    return std::nullopt;
  const auto l = log_of_moved(b, move.operands[0]);
  if (!l) return std::nullopt;
  if (move.kind == Kind::broadcast) return b.broadcast_in(*l, move.type.shape, move.axes);
  return move.kind == Kind::reshape ? b.reshape(*l, move.type.shape) : b.permute(*l, move.axes);
}

// a·log x, 0 where a is 0: a plain product where the logarithm is finite in its stable form, or a is never 0.
Result weighted_logarithm(Builder& b, const Op& op) {
  const Value a = op.operands[0], x = op.operands[1];
  if (is_constant(b, a)) return is_constant(b, a, 0) ? a : b.map(Map::mul, a, b.map(Map::log, x));
  if (auto l = log_of_moved(b, x)) return b.map(Map::mul, a, *l);
  return std::nullopt;
}

Result log_plus_one(Builder& b, const Op& op) {
  if (auto f = operand_of(b, op.operands[0], Map::exp)) return b.map(Map::softplus, *f);
  if (auto n = operand_of(b, op.operands[0], Map::neg)) return log_of_one_minus(b, *n);
  return std::nullopt;
}

// z − repeat(logsumexp(z)), or pick(z, i) − logsumexp(z): log_softmax, or an element of it, which keeps its
// accuracy where z and logsumexp(z) are both large.
Result log_softmax(Builder& b, Value z, Value lse) {
  auto r = repeated_reduction(b, lse);
  if (r && r->kind == Kind::logsumexp && r->operands[0] == z)
    return b.softmax_like(Kind::log_softmax, z, r->axes);
  const Op picked = get(b, z), sum = get(b, lse);
  if (picked.kind != Kind::pick || sum.kind != Kind::logsumexp || picked.operands[0] != sum.operands[0])
    return std::nullopt;
  if (sum.axes != std::vector<int>{b.type(sum.operands[0]).rank() - 1}) return std::nullopt;
  return b.pick(b.softmax_like(Kind::log_softmax, sum.operands[0], sum.axes), picked.operands[1]);
}

Result difference(Builder& b, const Op& op) {
  if (auto l = log_softmax(b, op.operands[0], op.operands[1])) return l;
  if (auto l = log_softmax(b, op.operands[1], op.operands[0])) return b.map(Map::neg, *l);
  return std::nullopt;
}

// Whether v repeats the same value along all of `axes`.
bool constant_along(const Builder& b, Value v, const std::vector<int>& axes) {
  if (is_constant(b, v) || is_kind(b, v, Kind::size)) return true;
  if (!is_kind(b, v, Kind::broadcast)) return false;
  const std::vector<int> repeated = repeated_axes(get(b, v));
  return std::includes(repeated.begin(), repeated.end(), axes.begin(), axes.end());
}

// softmax(w − c) = softmax(w) for c constant along the row; the same for its logarithm.
Result shifted(Builder& b, const Op& op) {
  const Op z = get(b, op.operands[0]);
  if (!is_map(z, Map::sub) && !is_map(z, Map::add)) return std::nullopt;
  if (constant_along(b, z.operands[1], op.axes)) return b.softmax_like(op.kind, z.operands[0], op.axes);
  if (is_map(z, Map::add) && constant_along(b, z.operands[0], op.axes))
    return b.softmax_like(op.kind, z.operands[1], op.axes);
  return std::nullopt;
}

// logsumexp(w − c) = logsumexp(w) − c for c repeated along exactly the row.
Result shifted_sum(Builder& b, const Op& op) {
  const Op z = get(b, op.operands[0]);
  if (!is_map(z, Map::sub) || !is_kind(b, z.operands[1], Kind::broadcast)) return std::nullopt;
  const Op c = get(b, z.operands[1]);
  if (repeated_axes(c) != op.axes) return std::nullopt;
  return b.map(Map::sub, b.softmax_like(Kind::logsumexp, z.operands[0], op.axes), c.operands[0]);
}

}  // namespace

Result find_stable_forms(Builder& b, const Op& op) {
  if (op.kind == Kind::softmax || op.kind == Kind::log_softmax) return shifted(b, op);
  if (op.kind == Kind::logsumexp) return shifted_sum(b, op);
  if (op.kind != Kind::map) return std::nullopt;
  switch (op.map) {
    case Map::div:
      return quotient(b, op);
    case Map::mul:
      return product(b, op);
    case Map::log:
      return logarithm(b, op.operands[0]);
    case Map::xlogy:
      return weighted_logarithm(b, op);
    case Map::log1p:
      return log_plus_one(b, op);
    case Map::sub:
      return difference(b, op);
    default:
      return std::nullopt;
  }
}

}  // namespace nndiff::opt
