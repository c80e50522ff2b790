// Bounds of whole numbers by interval arithmetic, and the conversions that these make needless.
#include "opt/range.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace nndiff::opt {

using ir::Elem;
using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Both ends are exact below 2^53; what lies beyond counts as unbounded.
struct Range {
  double low = -infinity, high = infinity;

  bool is_inside(const Range& other) const { return low >= other.low && high <= other.high; }
  Range cut(const Range& other) const { return {std::max(low, other.low), std::min(high, other.high)}; }
};

Range exact(Range r) {
  constexpr double most = 9007199254740992.0;
  return {r.low < -most ? -infinity : r.low, r.high > most ? infinity : r.high};
}

Range of_type(Elem elem) {
  switch (elem) {
    case Elem::boolean:
      return {0, 1};
    case Elem::i8:
    case Elem::i16:
    case Elem::i32: {
      const double end = std::ldexp(1.0, 8 * ir::bytes_of(elem) - 1);
      return {-end, end - 1};
    }
    case Elem::u8:
    case Elem::u16:
    case Elem::u32:
      return {0, std::ldexp(1.0, 8 * ir::bytes_of(elem)) - 1};
    case Elem::u64:
      return {0, infinity};
    default:
      return {};
  }
}

bool is_signed(Elem elem) {
  return elem == Elem::i8 || elem == Elem::i16 || elem == Elem::i32 || elem == Elem::i64;
}

struct Ranges {
  const Function& f;
  std::map<Value, Value> limits = {};  // of counters
  std::map<Value, Range> known = {};

  explicit Ranges(const Function& function) : f(function) {
    for_each(f, f.body, [&](Value v) {
      if (f[v].kind == Kind::loop) limits[f[v].regions[0].params[0]] = f[v].operands[0];
    });
  }

  Range of(Value v) {
    if (const auto it = known.find(v); it != known.end()) return it->second;
    return known[v] = exact(find(v));
  }

  // The number of rounds that a limit of a loop allows; -1 stands for none.
  double rounds(Value limit) {
    const Op& op = f[limit];
    return op.kind == Kind::constant && op.number < 0 ? infinity : std::max(0.0, of(limit).high);
  }

  Range find(Value v) {
    const Op& op = f[v];
    const Range type = of_type(op.type.elem);
    switch (op.kind) {
      case Kind::constant:
        return {op.number, op.number};
      case Kind::size:
        return Range{0, infinity}.cut(type);
      case Kind::parameter: {
        const auto it = limits.find(v);
        return it == limits.end() ? type : Range{0, std::max(0.0, rounds(it->second) - 1)};
      }
      case Kind::cast: {
        if (!ir::is_integer(f[op.operands[0]].type.elem)) return type;
        const Range x = of(op.operands[0]);
        return x.is_inside(type) ? x : type;
      }
      case Kind::map:
        return is_signed(op.type.elem) ? map(op).cut(type) : type;
      default:
        return type;
    }
  }

  // Signed arithmetic, which does not overflow.
  Range map(const Op& op) {
    const bool is_pair = op.operands.size() == 2;
    const Range a = of(op.operands[0]), b = is_pair ? of(op.operands[1]) : a;
    switch (op.map) {
      case Map::add:
        return {a.low + b.low, a.high + b.high};
      case Map::sub:
        return difference(op, a, b);
      case Map::mul:
        return product(a, b);
      case Map::maximum:
        return {std::max(a.low, b.low), std::max(a.high, b.high)};
      case Map::minimum:
        return {std::min(a.low, b.low), std::min(a.high, b.high)};
      default:
        return {};
    }
  }

  static Range product(const Range& a, const Range& b) {
    const bool bounded = std::isfinite(a.low + a.high + b.low + b.high);
    if (!bounded) return a.low >= 0 && b.low >= 0 ? Range{0, infinity} : Range{};
    const auto [low, high] = std::minmax({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
    return {low, high};
  }

  // limit − 1 − counter is a round's number, too.
  Range difference(const Op& op, const Range& a, const Range& b) {
    const Op& last = f[op.operands[0]];
    const auto it = limits.find(op.operands[1]);
    const bool is_last = it != limits.end() && last.kind == Kind::map && last.map == Map::sub &&
                         last.operands[0] == it->second && f[last.operands[1]].kind == Kind::constant &&
                         f[last.operands[1]].number == 1;
    if (is_last) return of(op.operands[1]);
    return {a.low - b.high, a.high - b.low};
  }
};

void replace_uses(Function& f, const std::map<Value, Value>& by) {
  const auto replace = [&](Value& v) {
    for (auto it = by.find(v); it != by.end(); it = by.find(v)) v = it->second;
  };
  for (Op& op : f.ops) {
    for (Value& o : op.operands) replace(o);
    for (Region& r : op.regions)
      for (Value& y : r.yields) replace(y);
  }
  for (Value& y : f.body.yields) replace(y);
}

}  // namespace

Function widen_counters(Function f, bool& changed) {
  std::map<Value, Value> wide;
  Ranges ranges(f);
  for_each(f, f.body, [&](Value v) {
    const Op& op = f[v];
    if (op.kind != Kind::cast || op.type.elem != Elem::i64 || op.type.rank() > 0) return;
    const Op& narrow = f[op.operands[0]];
    if (narrow.kind != Kind::cast || f[narrow.operands[0]].type.elem != Elem::i64) return;
    if (ranges.of(narrow.operands[0]).is_inside(of_type(narrow.type.elem))) wide[v] = narrow.operands[0];
  });
  changed |= !wide.empty();
  if (!wide.empty()) replace_uses(f, wide);
  return f;
}

}  // namespace nndiff::opt
