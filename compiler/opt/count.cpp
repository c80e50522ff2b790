// Recognises for-loops in what the frontend lifts as while-loops.
//
// With i = a, a + s, a + 2s, … the rounds of `while (i < n)` are ceil((n − a) / s) or none. The condition
// stands twice in the IR: before the loop and at the end of each round. Both must say the same of the same
// integer.
#include "opt/count.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "op/build.h"

namespace nndiff::opt {

using ir::Elem;
using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

// base + offset, in whole numbers.
struct Affine {
  Value base;  // none for a constant
  double offset = 0;
};

bool is_whole(const Function& f, Value v) {
  return ir::is_integer(f[v].type.elem) && f[v].type.shape.empty();
}

Affine affine(const Function& f, Value v) {
  const Op& op = f[v];
  if (!is_whole(f, v)) return {v, 0};
  if (op.kind == Kind::constant) return {Value{}, op.number};
  if (op.kind == Kind::cast && is_whole(f, op.operands[0]) &&
      ir::bytes_of(f[op.operands[0]].type.elem) <= ir::bytes_of(op.type.elem))
    return affine(f, op.operands[0]);
  if (op.kind == Kind::map && (op.map == Map::add || op.map == Map::sub)) {
    const Affine x = affine(f, op.operands[0]), y = affine(f, op.operands[1]);
    if (!y.base) return {x.base, x.offset + (op.map == Map::add ? y.offset : -y.offset)};
    if (!x.base && op.map == Map::add) return {y.base, x.offset + y.offset};
  }
  return {v, 0};
}

// A comparison "i < bound" with the integer on the left.
struct Test {
  Map map = Map::lt;
  Value i, bound;
};

std::optional<Map> mirrored(Map map) {
  switch (map) {
    case Map::lt:
      return Map::gt;
    case Map::le:
      return Map::ge;
    case Map::gt:
      return Map::lt;
    case Map::ge:
      return Map::le;
    case Map::ne:
      return Map::ne;
    default:
      return std::nullopt;
  }
}

// What a loop turns out to be.
struct Counted {
  std::size_t carried = 0;  // the integer's number
  double step = 0;
  Test test;                  // at the end of a round
  double shift = 0;           // test.i is the integer on entry of the round plus this
  Value first;                // what the test before the loop compares; none in a do-loop
  std::vector<Value> others;  // what else must hold at the end of a round
  std::vector<Value> before;  // and before the loop
};

class Counter {
 public:
  explicit Counter(Function f) : f_(std::move(f)) {}

  Function run(bool& changed) {
    Region body = std::move(f_.body);
    region(body);
    f_.body = std::move(body);
    changed |= changed_;
    return std::move(f_);
  }

 private:
  void region(Region& r) {
    std::vector<Value> ops;
    for (Value v : r.ops) {
      std::vector<Region> regions = std::move(f_[v].regions);
      f_[v].regions.clear();
      for (Region& inner : regions) region(inner);
      f_[v].regions = std::move(regions);
      if (f_[v].kind == Kind::loop && f_[v].is_while) clear_flags(v);
      if (f_[v].kind == Kind::loop && f_[v].is_while)
        if (const auto counted = recognise(v); counted && !is_condition_used(v, r)) convert(v, *counted, ops);
      ops.push_back(v);
    }
    r.ops = std::move(ops);
  }

  // Whether something asks for the condition after the loop: it will no longer say the same.
  bool is_condition_used(Value loop, const Region& around) const {
    return std::any_of(around.ops.begin(), around.ops.end(), [&](Value v) {
      return f_[v].kind == Kind::result && f_[v].operands[0] == loop && f_[v].index == 0;
    });
  }

  bool is_constant(Value v, double number) const {
    return f_[v].kind == Kind::constant && f_[v].number == number;
  }

  bool is_inside(const Region& body, Value v) const {
    bool found = std::find(body.params.begin(), body.params.end(), v) != body.params.end();
    ir::for_each(f_, body, [&](Value inner) { found |= inner == v; });
    return found;
  }

  // The carried integer that `v`, a value of the body, is a shift of.
  std::optional<std::pair<std::size_t, double>> carried(const Region& body, Value v) const {
    const Affine a = affine(f_, v);
    for (std::size_t j = 1; j < body.yields.size(); ++j)
      if (a.base && a.base == body.params[j + 1]) return std::pair(j, a.offset);
    return std::nullopt;
  }

  // The step of carried integer j: yielded is the parameter plus a constant, at least where the loop goes on.
  std::optional<double> step_of(const Region& body, std::size_t j,
                                const std::vector<Value>& conditions) const {
    Value next = body.yields[j];
    if (f_[next].kind == Kind::map && f_[next].map == Map::where) {
      const Op& choice = f_[next];
      const Value c = choice.operands[0];
      const bool goes_on = std::find(conditions.begin(), conditions.end(), c) != conditions.end();
      const bool stops = std::any_of(conditions.begin(), conditions.end(), [&](Value v) {
        return f_[v].kind == Kind::map && f_[v].map == Map::logical_not && f_[v].operands[0] == c;
      });
      if (!goes_on && !stops) return std::nullopt;
      next = choice.operands[goes_on ? 1 : 2];
    }
    const auto at = carried(body, next);
    if (!at || at->first != j || at->second == 0) return std::nullopt;
    return at->second;
  }

  void conjuncts(Value v, std::vector<Value>& out) const {
    const Op& op = f_[v];
    if (op.kind == Kind::map && op.map == Map::bit_and && op.type.elem == Elem::boolean) {
      conjuncts(op.operands[0], out);
      conjuncts(op.operands[1], out);
    } else {
      out.push_back(v);
    }
  }

  std::optional<Counted> match(const Region& body, Value condition,
                               const std::vector<Value>& conditions) const {
    const Op& op = f_[condition];
    if (op.kind != Kind::map || !mirrored(op.map)) return std::nullopt;
    for (int side : {0, 1}) {
      const Value i = op.operands[side], bound = op.operands[1 - side];
      if (!is_whole(f_, i) || (f_[bound].kind != Kind::constant && is_inside(body, bound))) continue;
      const auto at = carried(body, i);
      const auto step = at ? step_of(body, at->first, conditions) : std::nullopt;
      if (!step) continue;
      const Map map = side == 0 ? op.map : *mirrored(op.map);
      const bool up = map == Map::lt || map == Map::le;
      const bool fits = map == Map::ne ? std::abs(*step) == 1 : up == (*step > 0);
      if (fits) return Counted{at->first, *step, {map, i, bound}, at->second, {}, {}, {}};
    }
    return std::nullopt;
  }

  // What `condition`, which stands before the loop, compares if it is the test one round earlier.
  Value first_of(const Counted& c, Value condition, Value initial) const {
    const Op& op = f_[condition];
    if (op.kind != Kind::map || !mirrored(op.map)) return {};
    for (int side : {0, 1}) {
      const Map map = side == 0 ? op.map : *mirrored(op.map);
      const Value i = op.operands[side], bound = op.operands[1 - side];
      const bool same_bound = bound == c.test.bound || (f_[bound].kind == Kind::constant &&
                                                        is_constant(c.test.bound, f_[bound].number));
      if (map != c.test.map || !same_bound || !is_whole(f_, i)) continue;
      const Affine a = affine(f_, i), b = affine(f_, initial);
      if (a.base == b.base && a.offset == b.offset + c.shift - c.step) return i;
    }
    return {};
  }

  // Sorts out what holds before the loop; false where it does not fit.
  bool compare_before(const Op& loop, Counted& c) const {
    if (is_constant(loop.operands[1], 1)) return true;
    std::vector<Value> before;
    conjuncts(loop.operands[1], before);
    for (Value v : before) {
      const Value first = c.first ? Value{} : first_of(c, v, loop.operands[c.carried + 1]);
      if (first)
        c.first = first;
      else
        c.before.push_back(v);
    }
    return static_cast<bool>(c.first);
  }

  std::optional<Counted> recognise(Value v) const {
    const Op& op = f_[v];
    const Region& body = op.regions[0];
    if (!is_constant(op.operands[0], -1)) return std::nullopt;
    std::vector<Value> conditions;
    conjuncts(body.yields[0], conditions);
    for (Value condition : conditions) {
      auto c = match(body, condition, conditions);
      if (!c || !compare_before(op, *c)) continue;
      for (Value other : conditions)
        if (other != condition) c->others.push_back(other);
      return c;
    }
    return std::nullopt;
  }

  // Within a loop that goes on only while a flag is not set, it is not set.
  void clear_flags(Value v) {
    Region body = f_[v].regions[0];
    std::vector<Value> conditions;
    conjuncts(body.yields[0], conditions);
    for (Value c : conditions) {
      if (f_[c].kind != Kind::map || f_[c].map != Map::logical_not) continue;
      for (std::size_t j = 1; j < body.yields.size(); ++j) {
        if (body.yields[j] != f_[c].operands[0] || !is_constant(f_[v].operands[j + 1], 0)) continue;
        if (!is_used(body, body.params[j + 1])) continue;
        replace_in(body, {{body.params[j + 1], f_[v].operands[j + 1]}});
        changed_ = true;
      }
    }
    f_[v].regions[0] = std::move(body);
  }

  bool is_used(const Region& body, Value v) const {
    bool used = std::find(body.yields.begin(), body.yields.end(), v) != body.yields.end();
    ir::for_each(f_, body, [&](Value inner) {
      const Op& op = f_[inner];
      used |= std::find(op.operands.begin(), op.operands.end(), v) != op.operands.end();
      for (const Region& r : op.regions)
        used |= std::find(r.yields.begin(), r.yields.end(), v) != r.yields.end();
    });
    return used;
  }

  Value all_of(op::Builder& b, const std::vector<Value>& conditions) const {
    if (conditions.empty()) return b.constant(1, {Elem::boolean, {}});
    Value all = conditions[0];
    for (std::size_t i = 1; i < conditions.size(); ++i) all = b.map(Map::bit_and, all, conditions[i]);
    return all;
  }

  Value shifted(op::Builder& b, Value v, double by) const {
    if (by == 0) return v;
    const Value amount = b.constant(std::abs(by), b.type(v));
    return b.map(by > 0 ? Map::add : Map::sub, v, amount);
  }

  Value trip_count(op::Builder& b, const Counted& c, Value initial) const {
    const ir::Type whole{Elem::i64, {}};
    const Value first =
        c.first ? b.cast(c.first, Elem::i64) : shifted(b, b.cast(initial, Elem::i64), c.shift);
    const Value bound = b.cast(c.test.bound, Elem::i64);
    Value way = c.step > 0 ? b.map(Map::sub, bound, first) : b.map(Map::sub, first, bound);
    const double step = std::abs(c.step);
    const bool ends_on = c.test.map == Map::le || c.test.map == Map::ge;
    way = shifted(b, way, ends_on ? step : step - 1);
    if (step != 1) way = b.map(Map::div, way, b.constant(step, whole));
    const Value rounds = b.map(Map::maximum, b.constant(0, whole), way);
    return c.first ? rounds : shifted(b, rounds, 1);
  }

  // The integer in a round, in its own type and in 64 bits: start + step·k.
  Value in_round(op::Builder& b, const Counted& c, Value start, Value k, Elem elem) const {
    Value way = b.cast(k, elem);
    if (std::abs(c.step) != 1) way = b.map(Map::mul, way, b.constant(std::abs(c.step), {elem, {}}));
    return b.map(c.step > 0 ? Map::add : Map::sub, b.cast(start, elem), way);
  }

  void replace_in(Region& r, const std::map<Value, Value>& by) {
    const auto change = [&](Value& v) {
      if (const auto found = by.find(v); found != by.end()) v = found->second;
    };
    for (Value v : r.ops) {
      for (Value& o : f_[v].operands) change(o);
      for (Region& inner : f_[v].regions) replace_in(inner, by);
    }
    for (Value& y : r.yields) change(y);
  }

  void convert(Value v, const Counted& c, std::vector<Value>& ops) {
    Op loop = f_[v];
    Region before;
    op::Builder b(f_);
    b.region = &before;
    b.loc = loop.loc, b.statement = loop.statement, b.sweep = loop.sweep;
    const Value initial = loop.operands[c.carried + 1];
    loop.operands[0] = trip_count(b, c, initial);
    loop.operands[1] = all_of(b, c.before);
    ops.insert(ops.end(), before.ops.begin(), before.ops.end());

    Region& body = loop.regions[0];
    Region front, back;
    b.region = &front;
    const Value old = body.params[c.carried + 1];
    const Value i = in_round(b, c, initial, body.params[0], b.type(old).elem);
    const Value wide = in_round(b, c, initial, body.params[0], Elem::i64);
    b.region = &back;
    body.yields[0] = c.others.empty() ? body.params[1] : all_of(b, c.others);
    std::map<Value, Value> by = {{old, i}};
    ir::for_each(f_, body, [&](Value inner) {
      const Op& op = f_[inner];
      if (op.kind == Kind::cast && op.operands[0] == old && op.type.elem == Elem::i64) by[inner] = wide;
    });
    body.ops.insert(body.ops.end(), back.ops.begin(), back.ops.end());
    replace_in(body, by);
    body.ops.insert(body.ops.begin(), front.ops.begin(), front.ops.end());
    f_[v] = std::move(loop);
    changed_ = true;
  }

  Function f_;
  bool changed_ = false;
};

}  // namespace

Function count_loops(Function f, bool& changed) {
  return Counter(std::move(f)).run(changed);
}

}  // namespace nndiff::opt
