// How large an integer can become while a function runs.
#include "plan/bound.h"

#include <algorithm>
#include <cmath>

namespace nndiff::plan {

namespace {

using ir::Map;
using ir::Region;
using Bound = std::optional<Affine>;

// Nested loops give a term more factors than this only where nobody has that much memory.
constexpr std::size_t most_terms = 32;

Bound small(Bound a) {
  return a && a->terms.size() <= most_terms ? a : std::nullopt;
}
Bound add(const Bound& a, const Bound& b) {
  return a && b ? small(*a + *b) : std::nullopt;
}
Bound multiply(const Bound& a, const Bound& b) {
  return a && b ? small(*a * *b) : std::nullopt;
}
// Never below either: term by term the larger one.
Bound either(const Bound& a, const Bound& b) {
  if (!a || !b) return std::nullopt;
  Affine larger = *a;
  for (const auto& [factors, times] : b->terms) {
    std::int64_t& own = larger.terms[factors];
    own = std::max(own, times);
  }
  return small(larger);
}

struct Bounds {
  const Function& f;
  const std::set<Value>& known;
  std::map<Value, Value> loop_of = {};  // of the parameters of loops
  std::map<Value, std::size_t> number = {};
  std::set<Value> open = {};  // being looked at
  int budget = 10000;         // of values to look at

  void list(const Region& r) {
    for (Value v : r.ops)
      for (const Region& inner : f[v].regions) {
        for (std::size_t i = 0; i < inner.params.size(); ++i)
          loop_of[inner.params[i]] = v, number[inner.params[i]] = i;
        list(inner);
      }
  }

  // At most so many rounds.
  Bound rounds(Value loop) {
    const Op& limit = f[f[loop].operands[0]];
    if (limit.kind == Kind::constant && limit.number < 0) return std::nullopt;
    return most(f[loop].operands[0]);
  }

  Bound most(Value v) {
    const Op& op = f[v];
    if (!ir::is_integer(op.type.elem) || op.type.rank() > 0 || --budget < 0 || !open.insert(v).second)
      return std::nullopt;
    const Bound found = find(v);
    open.erase(v);
    return found;
  }

  Bound find(Value v) {
    const Op& op = f[v];
    switch (op.kind) {
      case Kind::constant:
        if (std::fabs(op.number) > 1e15) return std::nullopt;
        return Affine::constant(std::max<std::int64_t>(0, static_cast<std::int64_t>(op.number)));
      case Kind::cast:
      case Kind::dimension:
        if (ir::is_integer(f[op.operands[0]].type.elem) && !known.count(v)) return most(op.operands[0]);
        break;
      case Kind::map:
        if (!known.count(v)) return map(op);
        break;
      case Kind::loop:
        return rounds(v);
      case Kind::parameter:
        if (const auto it = loop_of.find(v); it != loop_of.end()) return carried(it->second, number.at(v));
        break;
      case Kind::result:
        return result(v);
      default:
        break;
    }
    return known.count(v) ? Bound(Affine::of(v)) : std::nullopt;
  }

  Bound map(const Op& op) {
    switch (op.map) {
      case Map::add:
        return add(most(op.operands[0]), most(op.operands[1]));
      case Map::sub:  // of something that is not negative: an index or a number of rounds
        return is_natural(op.operands[1]) ? most(op.operands[0]) : std::nullopt;
      case Map::mul:
        if (!is_natural(op.operands[0]) || !is_natural(op.operands[1])) return std::nullopt;
        return multiply(most(op.operands[0]), most(op.operands[1]));
      case Map::maximum:
        return either(most(op.operands[0]), most(op.operands[1]));
      case Map::minimum:
        if (const Bound first = most(op.operands[0])) return first;
        return most(op.operands[1]);
      case Map::where:
        return either(most(op.operands[1]), most(op.operands[2]));
      default:
        return std::nullopt;
    }
  }

  // Counters, and sums and products of what is never negative.
  bool is_natural(Value v) const {
    const Op& op = f[v];
    const auto all = [&] {
      return std::all_of(op.operands.begin(), op.operands.end(), [&](Value o) { return is_natural(o); });
    };
    switch (op.kind) {
      case Kind::constant:
        return op.number >= 0;
      case Kind::size:
      case Kind::loop:
        return true;
      case Kind::cast:
      case Kind::dimension:
        return ir::is_integer(f[op.operands[0]].type.elem) && all();
      case Kind::parameter:
        return number.count(v) > 0 && number.at(v) == 0;
      case Kind::map:
        if (op.map == Map::maximum) return is_natural(op.operands[0]) || is_natural(op.operands[1]);
        return (op.map == Map::add || op.map == Map::mul) && all();
      default:
        return false;
    }
  }

  Bound carried(Value loop, std::size_t i) {
    const Op& op = f[loop];
    if (i == 0) return rounds(loop);
    const Bound step = growth(op.regions[0].yields[i - 1], op.regions[0].params[i]);
    return add(most(op.operands[i]), multiply(step, rounds(loop)));
  }

  Bound result(Value v) {
    const Op& from = f[f[v].operands[0]];
    const auto i = static_cast<std::size_t>(f[v].index);
    if (from.kind == Kind::loop) return carried(f[v].operands[0], i + 1);
    return either(most(from.regions[0].yields[i]), most(from.regions[1].yields[i]));
  }

  // How much larger than `from` value `to` is at most.
  Bound growth(Value to, Value from) {
    if (to == from) return Affine{};
    if (--budget < 0) return std::nullopt;
    const Op& op = f[to];
    if (op.kind == Kind::map && op.map == Map::add) {
      if (const Bound left = growth(op.operands[0], from)) return add(left, most(op.operands[1]));
      if (const Bound right = growth(op.operands[1], from)) return add(right, most(op.operands[0]));
      return std::nullopt;
    }
    if (op.kind == Kind::map && op.map == Map::maximum)
      return either(growth(op.operands[0], from), growth(op.operands[1], from));
    if (op.kind == Kind::map && op.map == Map::where)
      return either(growth(op.operands[1], from), growth(op.operands[2], from));
    if (op.kind != Kind::result) return std::nullopt;
    const Value owner = op.operands[0];
    const Op& nest = f[owner];
    const auto i = static_cast<std::size_t>(op.index);
    if (nest.kind == Kind::branch)
      return either(growth(nest.regions[0].yields[i], from), growth(nest.regions[1].yields[i], from));
    const Bound step = growth(nest.regions[0].yields[i], nest.regions[0].params[i + 1]);
    return add(growth(nest.operands[i + 1], from), multiply(step, rounds(owner)));
  }
};

}  // namespace

std::optional<Affine> larger(const std::optional<Affine>& a, const std::optional<Affine>& b) {
  return either(a, b);
}

std::optional<Affine> upper_bound(const Function& f, const std::set<Value>& known, Value v) {
  Bounds bounds{f, known};
  bounds.list(f.body);
  return bounds.most(v);
}

}  // namespace nndiff::plan
