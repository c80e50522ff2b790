// Closed forms of the whole numbers that loops carry.
#include "opt/induction.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

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

constexpr ir::Type wide{Elem::i64, {}};

bool is_signed_word(const ir::Type& type) {
  return type.rank() == 0 && (type.elem == Elem::i32 || type.elem == Elem::i64);
}

// A sum of values with whole coefficients.
struct Linear {
  std::map<Value, std::int64_t> terms;
  std::int64_t number = 0;

  std::int64_t take(Value v) {
    const auto it = terms.find(v);
    if (it == terms.end()) return 0;
    const std::int64_t times = it->second;
    terms.erase(it);
    return times;
  }
};

Linear sum(Linear a, const Linear& b, std::int64_t times) {
  for (const auto& [v, n] : b.terms)
    if ((a.terms[v] += times * n) == 0) a.terms.erase(v);
  a.number += times * b.number;
  return a;
}

class Inductions {
 public:
  Inductions(Function& f, bool& changed) : f_(f), changed_(changed), made_in_(f.ops.size()) {}

  void run() {
    Region body = std::move(f_.body);
    note(body, Value{});
    region(body);
    f_.body = std::move(body);
  }

 private:
  void note(const Region& r, Value around) {
    for (Value p : r.params) made_in_[p.id] = around;
    for (Value v : r.ops) {
      made_in_[v.id] = around;
      outer_[v] = around;
      for (const Region& inner : f_[v].regions) note(inner, v);
    }
  }

  bool is_inside(Value loop, Value v) const {
    for (Value at = v.id < made_in_.size() ? made_in_[v.id] : loop; at; at = outer_.at(at))
      if (at == loop) return true;
    return false;
  }

  Value now(Value v) const {
    for (auto it = replaced_.find(v); it != replaced_.end(); it = replaced_.find(v)) v = it->second;
    return v;
  }

  void region(Region& r) {
    std::vector<Value> list = std::move(r.ops);
    r.ops.clear();
    for (Value v : list) {
      for (Value& o : f_[v].operands) o = now(o);
      std::vector<Region> regions = std::move(f_[v].regions);
      for (Region& inner : regions) region(inner);
      f_[v].regions = std::move(regions);
      use_wide(v);
      r.ops.push_back(v);
      if (f_[v].kind == Kind::loop && !f_[v].is_while && !is_endless(v)) loop(v, r);
    }
    for (Value& y : r.yields) y = now(y);
  }

  bool is_endless(Value loop) const {
    const Op& limit = f_[f_[loop].operands[0]];
    return limit.kind == Kind::constant && limit.number < 0;
  }

  // A conversion of what has a closed form is that.
  void use_wide(Value v) {
    const Op& op = f_[v];
    if (op.kind != Kind::cast || op.type != wide) return;
    if (const auto it = wide_.find(op.operands[0]); it != wide_.end()) replaced_[v] = it->second;
  }

  // --- linear forms --------------------------------------------------------------------------------------------------

  // In a round of `loop`, in which its limit is above 0.
  std::optional<Linear> linear(Value v, Value loop) const {
    v = now(v);
    if (const auto it = wide_.find(v); it != wide_.end()) v = now(it->second);
    const Op& op = f_[v];
    if (!is_signed_word(op.type)) return std::nullopt;
    if (op.kind == Kind::constant) {
      if (std::fabs(op.number) > 1e9) return std::nullopt;
      return Linear{{}, static_cast<std::int64_t>(op.number)};
    }
    const bool widens = op.kind == Kind::cast && is_signed_word(f_[op.operands[0]].type) &&
                        ir::bytes_of(op.type.elem) >= ir::bytes_of(f_[op.operands[0]].type.elem);
    if (widens) return linear(op.operands[0], loop);
    if (op.kind == Kind::map)
      if (auto found = map(op, loop)) return found;
    if (op.kind != Kind::parameter && is_inside(loop, v)) return std::nullopt;
    return Linear{{{v, 1}}, 0};
  }

  std::optional<Linear> map(const Op& op, Value loop) const {
    if (op.map == Map::maximum) return at_least_zero(op, loop);
    if (op.map != Map::add && op.map != Map::sub && op.map != Map::mul) return std::nullopt;
    const auto a = linear(op.operands[0], loop), b = linear(op.operands[1], loop);
    if (!a || !b) return std::nullopt;
    if (op.map != Map::mul) return sum(*a, *b, op.map == Map::add ? 1 : -1);
    if (a->terms.empty()) return sum({}, *b, a->number);
    if (b->terms.empty()) return sum({}, *a, b->number);
    return std::nullopt;
  }

  // max(0, x), where x is never below 0 in any round.
  std::optional<Linear> at_least_zero(const Op& op, Value loop) const {
    for (std::size_t side : {0, 1}) {
      const Op& zero = f_[op.operands[side]];
      if (zero.kind != Kind::constant || zero.number != 0) continue;
      const Value other = now(op.operands[1 - side]);
      if (other == now(f_[loop].operands[0])) return linear(other, loop);
      const auto x = linear(other, loop);
      if (!x) return std::nullopt;
      Linear least = *x;
      const std::int64_t slope = least.take(f_[loop].regions[0].params[0]);
      if (slope < 0) {
        const auto limit = bound(loop);
        if (!limit) return std::nullopt;
        least = sum(least, *limit, slope);
        least.number -= slope;
      }
      return least.terms.empty() && least.number >= 0 ? x : std::nullopt;
    }
    return std::nullopt;
  }

  // The limit of a loop in its rounds: where it is max(0, n), that is n.
  std::optional<Linear> bound(Value loop) const {
    const Op& limit = f_[now(f_[loop].operands[0])];
    if (limit.kind == Kind::map && limit.map == Map::maximum)
      for (std::size_t side : {0, 1}) {
        const Op& zero = f_[limit.operands[side]];
        if (zero.kind == Kind::constant && zero.number == 0) return linear(limit.operands[1 - side], loop);
      }
    return linear(f_[loop].operands[0], loop);
  }

  // --- closed forms --------------------------------------------------------------------------------------------------

  // i64, appended to `b`'s region.
  Value text(op::Builder& b, const Linear& l) {
    Value total = b.constant(static_cast<double>(l.number), wide);
    for (const auto& [v, times] : l.terms)
      total = b.map(Map::add, total,
                    b.map(Map::mul, b.cast(v, Elem::i64), b.constant(static_cast<double>(times), wide)));
    return total;
  }

  // first + each · i + slope · i(i − 1)/2.
  Value closed(op::Builder& b, Value first, const Linear& each, std::int64_t slope, Value i) {
    Value total = b.map(Map::add, b.cast(first, Elem::i64), b.map(Map::mul, text(b, each), i));
    if (slope == 0) return total;
    const Value pairs =
        b.map(Map::div, b.map(Map::mul, i, b.map(Map::sub, i, b.constant(1, wide))), b.constant(2, wide));
    return b.map(Map::add, total, b.map(Map::mul, pairs, b.constant(static_cast<double>(slope), wide)));
  }

  void loop(Value v, Region& around) {
    const std::size_t count = f_[v].regions[0].yields.size();
    for (std::size_t k = 0; k < count; ++k) {
      const Value param = f_[v].regions[0].params[k + 1];
      if (!is_signed_word(f_[param].type)) continue;
      auto step = linear(f_[v].regions[0].yields[k], v);
      if (!step || step->take(param) != 1) continue;
      const std::int64_t slope = step->take(f_[v].regions[0].params[0]);
      const bool fixed = std::none_of(step->terms.begin(), step->terms.end(),
                                      [&](const auto& t) { return is_inside(v, t.first); });
      if (fixed) close(v, k, *step, slope, around);
    }
  }

  op::Builder builder(Value like, Region& r) {
    op::Builder b(f_);
    b.region = &r;
    b.loc = f_[like].loc, b.statement = f_[like].statement, b.sweep = f_[like].sweep;
    return b;
  }

  void close(Value v, std::size_t k, const Linear& each, std::int64_t slope, Region& around) {
    const Value first = f_[v].operands[k + 1], param = f_[v].regions[0].params[k + 1];
    Region head, tail;
    op::Builder in = builder(v, head);
    const Value inside = closed(in, first, each, slope, f_[v].regions[0].params[0]);
    const Value narrow = in.cast(inside, f_[param].type.elem);
    op::Builder out = builder(v, tail);
    const Value rounds = out.map(Map::maximum, f_[v].operands[0], out.constant(0, wide));
    const Value behind = closed(out, first, each, slope, rounds);
    const Value result = out.cast(behind, f_[param].type.elem);
    Region& body = f_[v].regions[0];
    body.ops.insert(body.ops.begin(), head.ops.begin(), head.ops.end());
    around.ops.insert(around.ops.end(), tail.ops.begin(), tail.ops.end());
    wide_[narrow] = inside;
    wide_[result] = behind;
    substitute(body, param, narrow, inside);
    body.yields[k] = param;
    for (std::uint32_t id = 0; id < f_.ops.size(); ++id)
      if (const Op& op = f_.ops[id];
          op.kind == Kind::result && op.operands[0] == v && op.index == static_cast<int>(k))
        replaced_[Value{id}] = result;
    changed_ = true;
  }

  // Puts `by` in the place of `param`, and `wide_by` in that of its conversions.
  void substitute(Region& r, Value param, Value by, Value wide_by) {
    for (Value v : r.ops) {
      Op& op = f_[v];
      if (v == by) continue;
      if (op.kind == Kind::cast && op.type == wide && op.operands[0] == param) replaced_[v] = wide_by;
      for (Value& o : op.operands) {
        if (o == param) o = by;
        o = now(o);
      }
      for (Region& inner : op.regions) substitute(inner, param, by, wide_by);
    }
    for (Value& y : r.yields) y = y == param ? by : now(y);
  }

  Function& f_;
  bool& changed_;
  std::vector<Value> made_in_;    // by value: the operation whose region it is in
  std::map<Value, Value> outer_;  // by operation: the one around
  std::map<Value, Value> replaced_;
  std::map<Value, Value> wide_;  // the same as an i64, in which nothing is lost
};

}  // namespace

Function close_inductions(Function f, bool& changed) {
  Inductions(f, changed).run();
  return f;
}

}  // namespace nndiff::opt
