// Integer constants, and the identities that index arithmetic is full of.
#include <cmath>
#include <limits>

#include "opt/match.h"
#include "opt/rules.h"

namespace nndiff::opt {

namespace {

using Result = std::optional<Value>;
using ir::Elem;

constexpr double exact = 9007199254740992.0;  // 2^53: constants are doubles

struct Range {
  double low, high;
};
Range range_of(Elem elem) {
  const int bits = 8 * ir::bytes_of(elem);
  const bool is_unsigned = elem == Elem::u8 || elem == Elem::u16 || elem == Elem::u32 || elem == Elem::u64 ||
                           elem == Elem::boolean;
  if (elem == Elem::boolean) return {0, 1};
  const double high = std::min(exact, std::ldexp(1.0, is_unsigned ? bits : bits - 1) - 1);
  return {is_unsigned ? 0 : std::max(-exact, -high - 1), high};
}

bool is_signed(Elem elem) {
  return elem == Elem::i8 || elem == Elem::i16 || elem == Elem::i32 || elem == Elem::i64;
}

// The value where it is exact and fits: C++ may wrap or be undefined elsewhere, which is left to C++.
std::optional<double> evaluate(Map map, double a, double b) {
  switch (map) {
    case Map::add:
      return a + b;
    case Map::sub:
      return a - b;
    case Map::mul:
      return a * b;
    case Map::div:
      if (b == 0) return std::nullopt;
      return std::trunc(a / b);
    case Map::rem:
      if (b == 0) return std::nullopt;
      return std::fmod(a, b);
    case Map::maximum:
      return std::max(a, b);
    case Map::minimum:
      return std::min(a, b);
    case Map::lt:
      return a < b;
    case Map::le:
      return a <= b;
    case Map::gt:
      return a > b;
    case Map::ge:
      return a >= b;
    case Map::eq:
      return a == b;
    case Map::ne:
      return a != b;
    default:
      return std::nullopt;
  }
}

Result folded(Builder& b, const Op& op) {
  if (op.operands.size() != 2) return std::nullopt;
  const Op &x = get(b, op.operands[0]), &y = get(b, op.operands[1]);
  if (x.kind != Kind::constant || y.kind != Kind::constant) return std::nullopt;
  const auto value = evaluate(op.map, x.number, y.number);
  const Range range = range_of(op.type.elem);
  if (!value || *value < range.low || *value > range.high) return std::nullopt;
  return b.constant(*value, op.type);
}

// x + c1 + c2, in signed arithmetic, which does not wrap.
Result sum(Builder& b, const Op& op) {
  const Value x = op.operands[0], y = op.operands[1];
  const bool is_add = op.map == Map::add;
  if (is_constant(b, y, 0)) return x;
  if (is_add && is_constant(b, x, 0)) return y;
  if (is_add && is_constant(b, x)) return b.map(Map::add, y, x);
  if (!is_signed(op.type.elem)) return std::nullopt;
  if (x == y && !is_add) return b.constant(0, op.type);
  // (x + a) - x, (x + a) - (x + b)
  const auto split = [&](Value v) {
    const Op& o = get(b, v);
    const bool shifted = (is_map(o, Map::add) || is_map(o, Map::sub)) && is_constant(b, o.operands[1]);
    const double by = shifted ? get(b, o.operands[1]).number * (o.map == Map::add ? 1 : -1) : 0;
    return std::pair(shifted ? o.operands[0] : v, by);
  };
  const auto [p, by] = split(x);
  const auto [q, less] = split(y);
  if (!is_add && p == q) return b.constant(by - less, op.type);
  if (!is_constant(b, y) || p == x) return std::nullopt;
  const double total = by + (is_add ? 1 : -1) * get(b, y).number;
  if (total == 0) return p;
  return total > 0 ? b.map(Map::add, p, b.constant(total, op.type))
                   : b.map(Map::sub, p, b.constant(-total, op.type));
}

Result product(Builder& b, const Op& op) {
  for (int side : {0, 1}) {
    if (is_constant(b, op.operands[side], 1)) return op.operands[1 - side];
    if (is_constant(b, op.operands[side], 0)) return op.operands[side];
  }
  return std::nullopt;
}

// The larger of 0 and a size is the size; that of 0 and what is no less anyway likewise.
Result larger(Builder& b, const Op& op) {
  for (int side : {0, 1}) {
    const Op& other = get(b, op.operands[1 - side]);
    const bool is_larger = is_map(other, Map::maximum) &&
                           (is_constant(b, other.operands[0], 0) || is_constant(b, other.operands[1], 0));
    if (is_constant(b, op.operands[side], 0) && (other.kind == Kind::size || is_larger))
      return op.operands[1 - side];
  }
  return std::nullopt;
}

Result logic(Builder& b, const Op& op) {
  if (op.map == Map::logical_not) {
    const Value x = op.operands[0];
    if (is_constant(b, x)) return b.constant(get(b, x).number == 0, op.type);
    return operand_of(b, x, Map::logical_not);
  }
  if (op.type.elem != Elem::boolean || (op.map != Map::bit_and && op.map != Map::bit_or)) return std::nullopt;
  const bool is_and = op.map == Map::bit_and;
  for (int side : {0, 1}) {
    const Value x = op.operands[side], y = op.operands[1 - side];
    if (is_constant(b, x)) return (get(b, x).number != 0) == is_and ? y : x;
    if (x == y) return x;
  }
  return std::nullopt;
}

// where(c, true, false) and its kin.
Result choice(Builder& b, const Op& op) {
  const Value c = op.operands[0], x = op.operands[1], y = op.operands[2];
  if (is_constant(b, c)) return get(b, c).number != 0 ? x : y;
  if (x == y) return x;
  if (op.type.elem != Elem::boolean || !op.type.shape.empty()) return std::nullopt;
  if (is_constant(b, y, 0)) return b.map(Map::bit_and, c, x);
  if (is_constant(b, x, 1)) return b.map(Map::bit_or, c, y);
  if (is_constant(b, x, 0)) return b.map(Map::bit_and, b.map(Map::logical_not, c), y);
  if (is_constant(b, y, 1)) return b.map(Map::bit_or, b.map(Map::logical_not, c), x);
  return std::nullopt;
}

Result conversion(Builder& b, const Op& op) {
  const Op x = get(b, op.operands[0]);
  if (!ir::is_integer(op.type.elem) || !op.type.shape.empty()) return std::nullopt;
  if (x.type.elem == op.type.elem) return op.operands[0];
  if (x.kind == Kind::size) return b.size(x.dim, op.type);
  // Through a type of 64 bits, with a sign or without, all bits stay.
  if (x.kind == Kind::cast && op.type.elem == Elem::i64 && x.type.elem == Elem::u64 &&
      ir::is_integer(b.type(x.operands[0]).elem))
    return b.cast(x.operands[0], Elem::i64);
  if (x.kind == Kind::constant && !ir::is_floating(x.type.elem)) {
    const Range range = range_of(op.type.elem);
    if (x.number >= range.low && x.number <= range.high) return b.constant(x.number, op.type);
  }
  // Signed arithmetic does not overflow, so it may as well be done in the wider type: indices become sums of
  // counters.
  const bool widens = is_signed(x.type.elem) && is_signed(op.type.elem) &&
                      ir::bytes_of(x.type.elem) < ir::bytes_of(op.type.elem);
  const bool is_sum = is_map(x, Map::add) || is_map(x, Map::sub) || is_map(x, Map::mul);
  if (!widens || !is_sum) return std::nullopt;
  const Value first = b.cast(x.operands[0], op.type.elem), second = b.cast(x.operands[1], op.type.elem);
  return b.map(x.map, first, second);
}

}  // namespace

Result simplify_integers(Builder& b, const Op& op) {
  if (op.kind == Kind::cast) return conversion(b, op);
  if (op.kind != Kind::map || !b.type(op.operands.back()).shape.empty()) return std::nullopt;
  if (ir::is_floating(b.type(op.operands.back()).elem)) return std::nullopt;
  if (auto constant = folded(b, op)) return constant;
  switch (op.map) {
    case Map::add:
    case Map::sub:
      return sum(b, op);
    case Map::mul:
      return product(b, op);
    case Map::maximum:
      return larger(b, op);
    case Map::where:
      return choice(b, op);
    default:
      return logic(b, op);
  }
}

}  // namespace nndiff::opt
