// Identities of elementwise arithmetic. Zero times something is zero only in the backward sweep, where the
// zero is a derivative that is zero by mathematics; the user's own 0·x keeps its infinities and NaNs.
#include <cmath>

#include "opt/match.h"
#include "opt/rules.h"

namespace nndiff::opt {

namespace {

using Result = std::optional<Value>;

Result negation(Builder& b, const Op& op) {
  const Value x = op.operands[0];
  if (auto inner = operand_of(b, x, Map::neg)) return inner;
  if (is_map(b, x, Map::sub)) {
    const Op sub = get(b, x);
    return b.map(Map::sub, sub.operands[1], sub.operands[0]);
  }
  return std::nullopt;
}

Result sum(Builder& b, const Op& op) {
  const Value x = op.operands[0], y = op.operands[1];
  if (is_constant(b, x, 0)) return y;
  if (is_constant(b, y, 0)) return x;
  if (auto n = operand_of(b, y, Map::neg)) return b.map(Map::sub, x, *n);
  if (auto n = operand_of(b, x, Map::neg)) return b.map(Map::sub, y, *n);
  return std::nullopt;
}

Result difference(Builder& b, const Op& op) {
  const Value x = op.operands[0], y = op.operands[1];
  if (is_constant(b, y, 0)) return x;
  if (is_constant(b, x, 0)) return b.map(Map::neg, y);
  if (auto n = operand_of(b, y, Map::neg)) return b.map(Map::add, x, *n);
  if (auto n = operand_of(b, x, Map::neg)) return b.map(Map::neg, b.map(Map::add, *n, y));
  return std::nullopt;
}

Result product(Builder& b, const Op& op) {
  for (int side : {0, 1}) {
    const Value x = op.operands[side], y = op.operands[1 - side];
    if (is_constant(b, x, 1)) return y;
    if (is_constant(b, x, -1)) return b.map(Map::neg, y);
    if (is_constant(b, x, 0) && op.sweep == ir::Sweep::backward) return x;
    if (auto n = operand_of(b, x, Map::neg)) return b.map(Map::neg, b.map(Map::mul, *n, y));
  }
  return std::nullopt;
}

Result quotient(Builder& b, const Op& op) {
  const Value x = op.operands[0], y = op.operands[1];
  if (is_constant(b, y, 1)) return x;
  if (is_constant(b, y, -1)) return b.map(Map::neg, x);
  if (is_constant(b, x, 0) && op.sweep == ir::Sweep::backward) return x;
  if (auto n = operand_of(b, x, Map::neg)) return b.map(Map::neg, b.map(Map::div, *n, y));
  if (is_constant(b, y)) {
    int exponent;  // the reciprocal of a power of two is exact
    const double number = get(b, y).number;
    if (std::abs(std::frexp(number, &exponent)) == 0.5 && std::abs(exponent) < 100)
      return b.map(Map::mul, x, b.constant(1 / number, op.type));
  }
  return std::nullopt;
}

Result power(Builder& b, const Op& op) {
  const Value x = op.operands[0];
  if (!is_constant(b, op.operands[1])) return std::nullopt;
  const double n = get(b, op.operands[1]).number;
  if (n == 1) return x;
  if (n == 0) return b.constant(1, op.type);
  if (n == -1) return b.map(Map::div, b.constant(1, op.type), x);
  if (n == 2) return b.map(Map::mul, x, x);
  if (n == 3) return b.map(Map::mul, b.map(Map::mul, x, x), x);
  if (n == 4) {
    Value square = b.map(Map::mul, x, x);
    return b.map(Map::mul, square, square);
  }
  return std::nullopt;
}

Result choice(Builder& b, const Op& op) {
  const Value c = op.operands[0], x = op.operands[1], y = op.operands[2];
  if (is_constant(b, c)) return get(b, c).number != 0 ? x : y;
  if (x == y) return x;
  if (is_constant(b, x) && is_constant(b, y) && get(b, x).number == get(b, y).number) return x;
  // A choice inside a choice of the same condition is decided.
  if (is_map(b, x, Map::where) && get(b, x).operands[0] == c)
    return b.map(Map::where, {c, get(b, x).operands[1], y});
  if (is_map(b, y, Map::where) && get(b, y).operands[0] == c)
    return b.map(Map::where, {c, x, get(b, y).operands[2]});
  return std::nullopt;
}

}  // namespace

Result simplify_arithmetic(Builder& b, const Op& op) {
  if (op.kind != Kind::map || !ir::is_floating(op.type.elem)) return std::nullopt;
  switch (op.map) {
    case Map::neg:
      return negation(b, op);
    case Map::add:
      return sum(b, op);
    case Map::sub:
      return difference(b, op);
    case Map::mul:
      return product(b, op);
    case Map::div:
      return quotient(b, op);
    case Map::pow:
      return power(b, op);
    case Map::where:
      return choice(b, op);
    case Map::square:
      return b.map(Map::mul, op.operands[0], op.operands[0]);
    default:
      return std::nullopt;
  }
}

Result reciprocals(Builder& b, const Op& op) {
  if (!is_map(op, Map::div)) return std::nullopt;
  const Value x = op.operands[0], y = op.operands[1];
  if (is_constant(b, x, 1)) return std::nullopt;
  if (!is_kind(b, y, Kind::broadcast) && !(is_kind(b, y, Kind::size) && op.type.rank() > 0))
    return std::nullopt;
  return b.map(Map::mul, x, b.map(Map::div, b.constant(1, op.type), y));
}

}  // namespace nndiff::opt
