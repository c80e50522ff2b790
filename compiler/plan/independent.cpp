// Which loops may carry out their rounds in any order.
#include "plan/independent.h"

#include <algorithm>

#include "ir/linear.h"
#include "plan/affine.h"

namespace nndiff::plan {

using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

// --- numbers that are added to ---------------------------------------------------------------------------------------

// The running totals of one sum: what a round begins with and everything that it becomes on the way.
struct Sum {
  const Function& f;
  std::set<Value> totals = {};
  std::map<Value, int> passed = {};  // how often each goes on as a total

  bool leads(Value v) const { return totals.count(v) > 0; }

  // Follows the total through the operations of a region, in order.
  bool follow(const Region& r) {
    return std::all_of(r.ops.begin(), r.ops.end(), [&](Value v) { return step(v); });
  }

  void pass(Value from, Value to) {
    ++passed[from];
    totals.insert(to);
  }

  bool step(Value v) {
    const Op& op = f[v];
    if (op.kind == Kind::map && op.type.rank() == 0) {
      const bool left = leads(op.operands[0]), right = op.operands.size() > 1 && leads(op.operands[1]);
      if (left && right) return false;
      if (left && (op.map == Map::add || op.map == Map::sub)) pass(op.operands[0], v);
      if (right && op.map == Map::add) pass(op.operands[1], v);
    }
    if (op.kind == Kind::loop) return loop(v);
    if (op.kind == Kind::branch)
      return std::all_of(op.regions.begin(), op.regions.end(), [&](const Region& r) { return follow(r); });
    if (op.kind == Kind::result) return result(v);
    return true;
  }

  bool loop(Value v) {
    const Op& op = f[v];
    for (std::size_t i = 1; i < op.operands.size(); ++i)
      if (leads(op.operands[i])) pass(op.operands[i], op.regions[0].params[i]);
    if (!follow(op.regions[0])) return false;
    for (std::size_t i = 1; i < op.operands.size(); ++i) {
      const Value next = op.regions[0].yields[i - 1];
      if (leads(next) != leads(op.regions[0].params[i])) return false;
      if (leads(next)) ++passed[next];
    }
    return true;
  }

  bool result(Value v) {
    const Op& op = f[v];
    const Op& from = f[op.operands[0]];
    const auto i = static_cast<std::size_t>(op.index);
    if (from.kind == Kind::loop) {
      if (leads(from.regions[0].params[i + 1])) totals.insert(v);
      return true;
    }
    const bool yes = leads(from.regions[0].yields[i]), no = leads(from.regions[1].yields[i]);
    if (yes != no) return false;
    if (yes) totals.insert(v);
    for (const Region& r : from.regions)
      if (yes) ++passed[r.yields[i]];
    return true;
  }
};

void count_uses(const Function& f, const Region& r, std::map<Value, int>& uses) {
  for (Value v : r.ops) {
    if (f[v].kind != Kind::result)
      for (Value o : f[v].operands) ++uses[o];
    for (const Region& inner : f[v].regions) count_uses(f, inner, uses);
  }
  for (Value y : r.yields) ++uses[y];
}

bool is_summed(const Function& f, const Region& body, Value param, Value next, std::map<Value, int>& uses) {
  if (f[param].type.elem == ir::Elem::boolean) return false;
  Sum sum{f, {param}};
  if (!sum.follow(body) || !sum.leads(next)) return false;
  ++sum.passed[next];
  return std::all_of(sum.totals.begin(), sum.totals.end(), [&](Value v) { return uses[v] == sum.passed[v]; });
}

// --- elements --------------------------------------------------------------------------------------------------------

// An access to an element, and the limits of the loops around it: a round is carried out, so they are above
// 0.
struct Touch {
  std::vector<Value> index;
  std::set<Value> positive;
  bool writes = false;
  bool whole = false;  // of all elements
};

// One counter's part of an index: how far a round moves it, and how many rounds there are.
struct Digit {
  Affine step, rounds;
};

// An index as what a round moves it by, the counters of inner loops, and what does not change.
struct Place {
  Affine step, base;
  std::vector<Digit> digits = {};
  bool writes = false;
};

bool is_negative(const Affine& a) {
  return !a.terms.empty() &&
         std::all_of(a.terms.begin(), a.terms.end(), [](const auto& term) { return term.second < 0; });
}

Affine negated(const Affine& a) {
  return a * Affine::constant(-1);
}

// Whether places that begin up to `spread` apart from each other stay inside of one step.
bool fits(const Place& place, const Affine& step, std::int64_t spread) {
  const auto fixed = step.number();
  if (place.digits.empty()) return fixed ? *fixed > spread : !place.writes;
  std::vector<Digit> left = place.digits;
  Affine span = Affine::constant(spread + 1);
  while (!left.empty()) {
    const auto next = std::find_if(left.begin(), left.end(), [&](const Digit& d) {
      const auto own = d.step.number(), wanted = span.number();
      return d.step == span || (own && wanted && *own >= *wanted);
    });
    if (next == left.end()) return false;
    span = next->step * next->rounds;
    left.erase(next);
  }
  const auto reached = span.number();
  return span == step || (fixed && reached && *fixed >= *reached);
}

// What a loop's rounds do to memory.
struct Rounds {
  const Function& f;
  Value loop;
  std::set<Value> inside = {}, counters = {}, positive = {};
  std::map<Value, Value> limits = {};  // of the counters
  std::map<Value, Value> root = {};    // of the arrays inside: what they were at first
  std::map<Value, std::vector<Touch>> touches = {};
  bool simple = true;  // only single elements

  const Op& op(Value v) const { return f[v]; }
  bool is_array(Value v) const { return f[v].type.rank() > 0; }

  Value root_of(Value v) const {
    const auto it = root.find(v);
    return it == root.end() ? v : it->second;
  }

  void touch(const Op& o, std::size_t first, bool writes) {
    touches[root_of(o.operands[0])].push_back(
        {{o.operands.begin() + static_cast<std::ptrdiff_t>(first), o.operands.end()}, positive, writes});
  }

  void visit(Value v) {
    inside.insert(v);
    const Op& o = op(v);
    switch (o.kind) {
      case Kind::load:
        simple = simple && !is_array(v);
        return touch(o, 1, false);
      case Kind::store:
      case Kind::accumulate:
        simple = simple && !is_array(o.operands[1]);
        touch(o, 2, true);
        root[v] = root_of(o.operands[0]);
        return;
      case Kind::alloc:
        root[v] = v;
        return;
      case Kind::copy:
        if (is_array(v)) root[v] = v;
        touches[root_of(o.operands[0])].push_back({.index = {}, .positive = {}, .whole = true});
        return;
      case Kind::loop:
        return nest(v);
      case Kind::branch:
        for (const Region& r : o.regions) region(r);
        return;
      case Kind::result:
        return result(v);
      case Kind::grow:
      case Kind::dimension:
      case Kind::call:
      case Kind::foreign:
      case Kind::written:
        simple = false;
        return;
      default:
        simple = simple && !is_array(v);
        for (Value operand : o.operands) simple = simple && !is_array(operand);
    }
  }

  void region(const Region& r) {
    for (Value p : r.params) inside.insert(p);
    for (Value v : r.ops) visit(v);
  }

  // The loop itself, or one inside.
  void nest(Value v) {
    const Op& o = op(v);
    const Region& r = o.regions[0];
    const bool counted = !o.is_while && positive.insert(o.operands[0]).second;
    if (!o.is_while) counters.insert(r.params[0]);
    limits[r.params[0]] = o.operands[0];
    for (std::size_t i = 1; i < r.params.size(); ++i)
      if (is_array(r.params[i])) root[r.params[i]] = v == loop ? r.params[i] : root_of(o.operands[i]);
    region(r);
    for (std::size_t i = 1; i < r.params.size(); ++i)
      if (is_array(r.params[i])) simple = simple && root_of(r.yields[i - 1]) == root_of(r.params[i]);
    if (counted) positive.erase(o.operands[0]);
  }

  void result(Value v) {
    if (!is_array(v)) return;
    const Op& from = op(op(v).operands[0]);
    const auto i = static_cast<std::size_t>(op(v).index);
    if (from.kind == Kind::call) return;
    if (from.kind == Kind::loop) {
      root[v] = root_of(from.regions[0].params[i + 1]);
      return;
    }
    root[v] = root_of(from.regions[0].yields[i]);
    simple = simple && root[v] == root_of(from.regions[1].yields[i]);
  }

  // --- which elements belong to a round ---

  std::optional<Place> place(const Touch& t, Value index) const {
    AffineOf affine{f, inside, counters, t.positive};
    auto at = affine(index);
    if (!at) return std::nullopt;
    Place made{.step = {}, .base = {}, .writes = t.writes};
    for (Value counter : counters) {
      auto step = at->take(counter);
      if (!step) return std::nullopt;
      if (counter == op(loop).regions[0].params[0]) {
        made.step = *step;
      } else if (!step->terms.empty()) {
        const auto rounds = affine(limits.at(counter));
        if (!rounds) return std::nullopt;
        if (is_negative(*step)) {  // from the other end
          *at = *at + *step * (*rounds + Affine::constant(-1));
          *step = negated(*step);
        }
        made.digits.push_back({*step, *rounds});
      }
    }
    made.base = *at;
    const auto varies = [&](const Affine& a) {
      return std::any_of(a.terms.begin(), a.terms.end(), [&](const auto& term) {
        return std::any_of(term.first.begin(), term.first.end(),
                           [&](Value v) { return counters.count(v) > 0; });
      });
    };
    if (varies(made.step) || varies(made.base)) return std::nullopt;
    for (const Digit& d : made.digits)
      if (varies(d.step) || varies(d.rounds)) return std::nullopt;
    return made;
  }

  // Whether all accesses of a round are within one step of each other along `axis`.
  bool is_own(const std::vector<Touch>& all, std::size_t axis) const {
    std::vector<Place> places;
    for (const Touch& t : all) {
      const auto at =
          !t.whole && t.index.size() == all[0].index.size() ? place(t, t.index[axis]) : std::nullopt;
      if (!at || (!places.empty() && at->step != places[0].step)) return false;
      places.push_back(*at);
    }
    const Affine step = is_negative(places[0].step) ? negated(places[0].step) : places[0].step;
    if (step.terms.empty()) return false;
    std::int64_t least = 0, most = 0;
    for (const Place& p : places) {
      const auto apart = (p.base + negated(places[0].base)).number();
      if (!apart) return false;
      least = std::min(least, *apart), most = std::max(most, *apart);
    }
    return std::all_of(places.begin(), places.end(),
                       [&](const Place& p) { return fits(p, step, most - least); });
  }

  // Whether two places so far from each other are never the same in different rounds: `apart` is all rounds'
  // way at least.
  static bool is_beyond(Affine apart, const Affine& way) {
    const auto first =
        std::find_if(way.terms.begin(), way.terms.end(), [](const auto& t) { return !t.first.empty(); });
    if (first == way.terms.end()) {
      const auto reached = way.number(), by = apart.number();
      return reached && by && std::abs(*by) >= *reached;
    }
    const auto it = apart.terms.find(first->first);
    if (it == apart.terms.end() || it->second % first->second != 0) return false;
    const std::int64_t times = it->second / first->second;
    const auto rest = (apart + way * Affine::constant(-times)).number();
    return rest && (times > 0 ? *rest >= 0 : *rest <= 0);
  }

  // Whether each access that is written to is, in all rounds, beyond where the others are in other ones: rows
  // of as many elements as there are rounds.
  bool are_rows(const std::vector<Touch>& all) const {
    const auto rounds =
        AffineOf{f, inside, counters, all[0].positive}(limits.at(op(loop).regions[0].params[0]));
    std::vector<Place> places;
    for (const Touch& t : all) {
      const auto at = !t.whole && t.index.size() == 1 ? place(t, t.index[0]) : std::nullopt;
      if (!at || !rounds || !at->digits.empty() || at->step != all_step(places, *at)) return false;
      places.push_back(*at);
    }
    const auto step = places[0].step.number();
    if (!step || *step == 0) return false;
    const Affine way = *rounds * Affine::constant(std::abs(*step));
    for (std::size_t i = 0; i < places.size(); ++i)
      for (std::size_t k = 0; k < i; ++k) {
        if (!places[i].writes && !places[k].writes) continue;
        const Affine apart = places[i].base + negated(places[k].base);
        if (!apart.terms.empty() && !is_beyond(apart, way)) return false;
      }
    return true;
  }

  static const Affine& all_step(const std::vector<Place>& places, const Place& next) {
    return places.empty() ? next.step : places[0].step;
  }

  bool are_own(const std::vector<Touch>& all) const {
    for (std::size_t axis = 0; axis < all[0].index.size(); ++axis)
      if (is_own(all, axis)) return true;
    return are_rows(all);
  }

  bool have_own_elements() const {
    for (const auto& [array, all] : touches) {
      const bool written = std::any_of(all.begin(), all.end(), [](const Touch& t) { return t.writes; });
      const bool is_private = inside.count(array) && op(array).kind != Kind::parameter;
      if (written && !is_private && !are_own(all)) return false;
    }
    return true;
  }
};

}  // namespace

bool independent(const Function& f, Value loop) {
  const Op& op = f[loop];
  if (op.kind != Kind::loop || op.is_while) return false;
  Rounds rounds{f, loop};
  rounds.nest(loop);
  if (!rounds.simple || !rounds.have_own_elements()) return false;
  std::map<Value, int> uses;
  count_uses(f, op.regions[0], uses);
  for (std::size_t i = 1; i < op.operands.size(); ++i) {
    const Value param = op.regions[0].params[i];
    if (f[param].type.rank() == 0 && !is_summed(f, op.regions[0], param, op.regions[0].yields[i - 1], uses))
      return false;
  }
  return true;
}

}  // namespace nndiff::plan
