// Collects like terms, one cone of sums and products at a time.
#include "opt/collect.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "opt/match.h"
#include "opt/polynomial.h"
#include "opt/rebuild.h"
#include "opt/rewrite.h"

namespace nndiff::opt {

using ir::Function;

namespace {

constexpr std::size_t max_terms = 12, max_cone = 40;
constexpr int max_steps = 200;  // shared operands are expanded once for each use

bool is_ring_op(const Op& op) {
  if (op.kind != Kind::map || !ir::is_floating(op.type.elem)) return false;
  return op.map == Map::neg || op.map == Map::add || op.map == Map::sub || op.map == Map::mul;
}

// Where operations stand: the region, and the place in the function's order.
struct Place {
  const ir::Region* region = nullptr;
  int order = 0;
};

void find_places(const Function& f, const ir::Region& region, std::vector<Place>& places, int& count) {
  for (Value v : region.ops) {
    places[v.id] = {&region, ++count};
    for (const ir::Region& inner : f[v].regions) find_places(f, inner, places, count);
  }
}

struct Collector {
  Function f;
  std::vector<Place> places;
  std::vector<std::vector<Value>> users;
  std::map<Value, Value> sigmoids;  // f to σ(f), to see that σ(−f) = 1 − σ(f)
  std::set<Value> touched =
      {};  // what replacements of this round used or removed: its users are not as counted
  std::set<Value> cone = {};
  bool too_large = false;
  int steps = 0;
  Value root = {};

  Place place(Value v) const { return v.id < places.size() ? places[v.id] : Place{}; }
  // New values count as being where they are looked at from.
  bool is_outside(Value v) const { return v.id < places.size() && place(v).region != place(root).region; }

  Polynomial atom(Value v) { return {{{Atom{v}}, 1}}; }

  // Where both σ(f) and σ(−f) stand in one sum, one of them is enough.
  std::optional<Polynomial> mirrored_sigmoid(const Op& op) {
    if (!is_map(op, Map::sigmoid)) return std::nullopt;
    const Op& inner = f[op.operands[0]];
    if (!is_map(inner, Map::neg)) return std::nullopt;
    auto mirror = sigmoids.find(inner.operands[0]);
    if (mirror == sigmoids.end() || is_outside(mirror->second)) return std::nullopt;
    if (place(mirror->second).order > place(root).order) return std::nullopt;
    return add({{{}, 1}}, atom(mirror->second), -1);
  }

  // A repeated sum is the sum of what is repeated.
  Polynomial repeat(const Op& op, Polynomial p) {
    for (Monomial& m : p) {
      for (Atom& a : m.atoms) {
        std::vector<int> axes = op.axes;
        if (a.repeated) {
          axes.clear();
          for (int i : a.axes) axes.push_back(op.axes[i]);
        }
        a = Atom{a.value, axes, true};
      }
      std::sort(m.atoms.begin(), m.atoms.end());
    }
    return p;
  }

  Polynomial expand(Value v) {
    const Op& op = f[v];
    if (op.kind == Kind::constant) return op.number == 0 ? Polynomial{} : Polynomial{{{}, op.number}};
    if (auto p = mirrored_sigmoid(op)) return *p;
    if (++steps > max_steps) too_large = true;
    if (too_large || is_outside(v)) return atom(v);
    if (op.kind == Kind::broadcast && ir::is_floating(op.type.elem))
      return repeat(op, expand(op.operands[0]));
    if (!is_ring_op(op)) return atom(v);
    cone.insert(v);
    if (cone.size() > max_cone) too_large = true;
    Polynomial p = expand(op.operands[0]);
    if (op.map == Map::neg) return add({}, p, -1);
    Polynomial q = expand(op.operands[1]);
    Polynomial out = op.map == Map::mul ? multiply(p, q) : add(p, q, op.map == Map::add ? 1 : -1);
    if (out.size() > max_terms) too_large = true;
    return out;
  }

  bool is_touched(Value v) const { return v.id >= users.size() || touched.count(v) > 0; }

  // How many operators of the cone of `root` go away when the root is replaced.
  int dying(Value root) {
    std::set<Value> dead = {root};
    for (auto it = cone.rbegin(); it != cone.rend(); ++it) {
      const auto& u = users[it->id];
      if (std::all_of(u.begin(), u.end(), [&](Value x) { return dead_through(dead, x); })) dead.insert(*it);
    }
    return static_cast<int>(dead.size());
  }
  // A broadcast dies with its users.
  bool dead_through(const std::set<Value>& dead, Value user) {
    if (dead.count(user)) return true;
    if (!user || f[user].kind != Kind::broadcast) return false;
    const auto& u = users[user.id];
    return std::all_of(u.begin(), u.end(), [&](Value x) { return dead_through(dead, x); });
  }

  // In the forward sweep only cancellation is wanted: multiplying out could lose accuracy that the user wrote
  // in.
  bool is_wanted(const Op& root, const Polynomial& p) const {
    if (root.sweep == ir::Sweep::backward) return true;
    return std::all_of(p.begin(), p.end(),
                       [](const Monomial& m) { return m.atoms.size() == 1 && std::abs(m.coefficient) == 1; });
  }

  // The value to use for `root`, appended to `region`, or nothing where the normal form is no smaller.
  std::optional<Value> collect(Value at, ir::Region& region) {
    root = at;
    cone.clear();
    too_large = false;
    steps = 0;
    const Polynomial p = expand(root);
    if (too_large || cone.size() < 2 || !is_wanted(f[root], p)) return std::nullopt;
    if (std::any_of(cone.begin(), cone.end(), [&](Value v) { return is_touched(v); })) return std::nullopt;
    const std::size_t ops = f.ops.size(), placed = region.ops.size();
    const Op op = f[root];
    Builder b(f);
    b.region = &region;
    b.loc = op.loc, b.statement = op.statement, b.sweep = op.sweep;
    int cost = 0;
    const Value out = build(b, p, op.type, cost);
    if (cost < dying(root)) {
      touched.insert(cone.begin(), cone.end());
      for (std::size_t i = ops; i < f.ops.size(); ++i)
        touched.insert(f.ops[i].operands.begin(), f.ops[i].operands.end());
      return out;
    }
    f.ops.resize(ops);
    region.ops.resize(placed);
    return std::nullopt;
  }
};

// Users of each operation; a yield counts as a user that never dies.
std::vector<std::vector<Value>> users_of(const Function& f) {
  std::vector<std::vector<Value>> users(f.ops.size());
  const auto leave = [&](const ir::Region& r) {
    for (Value v : r.yields) users[v.id].push_back(Value{});
  };
  ir::for_each(f, f.body, [&](Value v) {
    for (Value o : f[v].operands) users[o.id].push_back(v);
    for (const ir::Region& r : f[v].regions) leave(r);
  });
  leave(f.body);
  return users;
}

// A root is not merely a term of a larger sum of products.
bool is_root(const Collector& c, Value v) {
  if (!is_ring_op(c.f[v])) return false;
  const auto& u = c.users[v.id];
  return u.size() != 1 || !u[0] || !is_ring_op(c.f[u[0]]) || c.place(u[0]).region != c.place(v).region;
}

// The region with like terms collected; `map` says what has become of each value.
ir::Region collect_in(Collector& c, const ir::Region& old, std::vector<Value>& map, bool& changed) {
  ir::Region made;
  made.params = old.params;
  for (Value v : old.ops) {
    for (Value& o : c.f[v].operands) o = map[o.id];
    for (std::size_t i = 0; i < c.f[v].regions.size(); ++i) {
      const ir::Region inner = std::move(c.f[v].regions[i]);
      ir::Region collected = collect_in(c, inner, map, changed);
      c.f[v].regions[i] = std::move(collected);
    }
    const auto replacement = is_root(c, v) ? c.collect(v, made) : std::nullopt;
    if (replacement) {
      if (c.f[*replacement].name.empty()) c.f[*replacement].name = c.f[v].name;
      map[v.id] = *replacement;
      changed = true;
    } else {
      made.ops.push_back(v);
    }
  }
  for (Value y : old.yields) made.yields.push_back(map[y.id]);
  return made;
}

}  // namespace

Function collect_terms(Function f, bool& changed) {
  std::vector<Place> places(f.ops.size());
  int count = 0;
  find_places(f, f.body, places, count);
  std::vector<std::vector<Value>> users = users_of(f);
  Collector c{std::move(f), std::move(places), std::move(users), {}};
  ir::for_each(c.f, c.f.body, [&](Value v) {
    if (is_map(c.f[v], Map::sigmoid)) c.sigmoids.emplace(c.f[v].operands[0], v);
  });
  std::vector<Value> map(c.f.ops.size());
  for (std::uint32_t i = 0; i < map.size(); ++i) map[i] = {i};
  const ir::Region old = std::move(c.f.body);
  ir::Region body = collect_in(c, old, map, changed);
  Function g = std::move(c.f);
  g.body = std::move(body);
  if (!changed) return g;
  g.body.yields.clear();
  remap_boundary(g, old, map);
  return drop_dead(merge_equal(g));
}

}  // namespace nndiff::opt
