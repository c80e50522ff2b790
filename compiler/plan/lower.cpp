// From a group of operations to a kernel: every value's formula down to loads, scalars and row reductions.
#include "plan/lower.h"

#include <algorithm>
#include <cstdio>

namespace nndiff::plan {

namespace {

// Recomputing a value in a later loop of the row is worth this much work per element before it is stored
// instead.
constexpr double cheap = 12;

// A block of threads keeps a row of so many elements in its registers, 32 each.
constexpr std::int64_t short_row = 8192;

// Nodes with equal keys have equal values in the same iteration.
std::string key_of(const Node& n) {
  char number[32];
  std::snprintf(number, sizeof number, "%a", n.number);
  std::string key = number;
  const auto add = [&](std::int64_t x) { key += " " + std::to_string(x); };
  add(static_cast<int>(n.kind)), add(static_cast<int>(n.elem)), add(static_cast<int>(n.map));
  add(n.axis), add(n.sink), add(n.phase), add(n.access.buffer);
  add(n.kind == Node::Kind::scalar ? n.value.id : 0);
  key += " " + n.dim.text();
  for (int o : n.operands) add(o);
  for (const Term& t : n.access.index) {
    key += ";";
    add(t.axis), add(t.node), add(t.stride.factor);
    for (const Dim& d : t.stride.dims) key += " " + d.text();
  }
  return key;
}

struct Lowering {
  const Program& p;
  const Group& g;
  Memory& memory;
  Rows rows;
  Kernel k = {};
  std::map<std::pair<Value, Env>, int> nodes = {};
  std::map<std::string, int> numbers = {};        // nodes by what they compute: equal ones are one
  std::map<Value, int> sinks = {};                // reductions
  std::vector<std::pair<Value, int>> inner = {};  // the group's own values, in order, and their nodes

  int add(Node n) {
    for (int o : n.operands) {
      n.phase = std::max(n.phase, k.nodes[o].phase);
      n.axes.insert(n.axes.end(), k.nodes[o].axes.begin(), k.nodes[o].axes.end());
    }
    std::sort(n.axes.begin(), n.axes.end());
    n.axes.erase(std::unique(n.axes.begin(), n.axes.end()), n.axes.end());
    const auto [at, fresh] = numbers.emplace(key_of(n), static_cast<int>(k.nodes.size()));
    if (fresh) k.nodes.push_back(std::move(n));
    return at->second;
  }

  Access access(int buffer, const ir::Shape& shape, const Env& env) const {
    Access a{buffer, {}};
    Size stride;
    for (std::size_t i = shape.size(); i-- > 0; stride *= shape[i]) {
      if (env[i].kind == Coord::Kind::loop) a.index.insert(a.index.begin(), {stride, env[i].id, -1});
      if (env[i].kind == Coord::Kind::node) a.index.insert(a.index.begin(), {stride, -1, env[i].id});
    }
    return a;
  }

  int load(Value v, const Env& env, int phase = 0) {
    const Op& op = p.f[v];
    if (op.type.rank() == 0) return add({.kind = Node::Kind::scalar, .elem = op.type.elem, .value = v});
    const Value base = base_of(p.f, v);
    Node n{.kind = Node::Kind::load, .elem = op.type.elem, .value = v};
    n.access = access(memory.of[base.id], op.type.shape, env);
    n.phase = phase;
    for (const Term& t : n.access.index) {
      if (t.axis >= 0) n.axes.push_back(t.axis);
      if (t.node < 0) continue;
      n.phase = std::max(n.phase, k.nodes[t.node].phase);
      n.axes.insert(n.axes.end(), k.nodes[t.node].axes.begin(), k.nodes[t.node].axes.end());
    }
    return add(std::move(n));
  }

  int node(Value v, const Env& env) {
    const auto key = std::make_pair(v, env);
    if (auto it = nodes.find(key); it != nodes.end()) return it->second;
    const int n = make(v, env);
    nodes.emplace(key, n);
    return n;
  }

  int make(Value v, const Env& env) {
    const Op& op = p.f[v];
    const bool alias = op.kind == Kind::reshape && !is_unit_reshape(p.f, op);
    const bool own = g.domains.count(v) != 0;
    if (alias || (p.part[v.id] != Part::free && !own)) return load(v, env);
    Node n{.elem = op.type.elem, .value = v};
    switch (op.kind) {
      case Kind::constant:
        n.kind = Node::Kind::constant, n.number = op.number;
        break;
      case Kind::size:
        n.kind = Node::Kind::size, n.dim = op.dim;
        break;
      case Kind::iota:
        return index(op, env[op.axes[0]]);
      case Kind::map:
        n.kind = Node::Kind::map, n.map = op.map;
        break;
      case Kind::cast:
        if (p.f[op.operands[0]].type.elem == op.type.elem) return node(op.operands[0], env);
        n.kind = Node::Kind::cast;
        break;
      case Kind::reduce:
        return is_trivial(v) ? node(op.operands[0], g.domains.at(v)) : reduced(v, env);
      case Kind::pick:
        return picked(op, env);
      default:
        return node(op.operands[0], operand_env(p.f, op, 0, env));
    }
    for (int i = 0; i < static_cast<int>(op.operands.size()); ++i)
      n.operands.push_back(node(op.operands[i], operand_env(p.f, op, i, env)));
    return add(std::move(n));
  }

  int index(const Op& op, const Coord& c) {
    if (c.kind == Coord::Kind::zero) return add({.elem = op.type.elem, .number = 0});
    if (c.kind == Coord::Kind::node) {
      Node n{.kind = Node::Kind::cast, .elem = op.type.elem};
      n.operands = {c.id};
      return k.nodes[c.id].elem == op.type.elem ? c.id : add(std::move(n));
    }
    Node n{.kind = Node::Kind::index, .elem = op.type.elem, .axis = c.id};
    n.axes = {c.id};
    return add(std::move(n));
  }

  // An argument's entries are checked before the call; computed ones are where they are used.
  bool is_checked_argument(Value v) const {
    while (is_view(p.f[v].kind) && !p.f[v].operands.empty()) v = p.f[v].operands[0];
    return p.f[v].kind == Kind::input;
  }

  int picked(const Op& op, const Env& env) {
    const ir::Type& from = p.f[op.operands[0]].type;
    int at = node(op.operands[1], env);
    const bool trusted = is_checked_argument(op.operands[1]);
    if (!trusted || p.checks_all) {
      Node check{.kind = Node::Kind::checked, .elem = k.nodes[at].elem, .dim = from.shape.back()};
      check.trusted = trusted;
      check.operands = {at};
      at = add(std::move(check));
    }
    Env picked = env;
    picked.push_back({Coord::Kind::node, at});
    return node(op.operands[0], normal(from, picked));
  }

  int reduced(Value v, const Env& env) {
    const Sink& sink = k.sinks[sinks.at(v)];
    if (sink.kind == Sink::Kind::partial) return load(v, env, sink.phase + 1);
    Node n{.kind = Node::Kind::reduced, .elem = p.f[v].type.elem, .sink = sinks.at(v), .value = v};
    n.axes = loops_of(env);
    n.phase = sink.phase + 1;
    return add(std::move(n));
  }

  bool is_leaving(Value v) const { return p.forced[v.id] || memory.shared[v.id]; }

  void add_store(Value v, int n, const Env& env) {
    const bool scalar = p.f[v].type.rank() == 0;
    Sink s{.kind = scalar ? Sink::Kind::scalar : Sink::Kind::store,
           .value = v,
           .node = n,
           .axes = loops_of(env)};
    if (!scalar) s.to = access(memory.add(p, v), p.f[v].type.shape, env);
    s.phase = k.nodes[n].phase;
    k.sinks.push_back(std::move(s));
  }

  void add_reduction(Value v) {
    const Op& op = p.f[v];
    const Env& env = g.domains.at(v);
    const Env place = reduced_env(op, env);
    const std::vector<int> kept = loops_of(place);
    Sink s{.value = v, .node = node(op.operands[0], env), .reducer = op.reducer, .axes = loops_of(env)};
    std::copy_if(s.axes.begin(), s.axes.end(), std::back_inserter(s.reduced),
                 [&](int a) { return std::find(kept.begin(), kept.end(), a) == kept.end(); });
    s.phase = k.nodes[s.node].phase;
    const bool over_rows =
        !rows.axes.empty() && std::find(kept.begin(), kept.end(), rows.axes[0]) == kept.end();
    if (over_rows)
      s.kind = Sink::Kind::across;
    else
      s.kind = kept.size() > rows.axes.size() ? Sink::Kind::partial : Sink::Kind::row;
    if (s.kind != Sink::Kind::row && op.type.rank() > 0)
      s.to = access(memory.add(p, v), op.type.shape, place);
    const bool is_row = s.kind == Sink::Kind::row;
    sinks[v] = static_cast<int>(k.sinks.size());
    k.sinks.push_back(std::move(s));
    if (is_row && is_leaving(v)) add_store(v, node(v, place), place);
  }

  // A reduction over axes of size 1 alone only drops them.
  bool is_trivial(Value v) const {
    const Env& env = g.domains.at(v);
    return loops_of(env) == loops_of(reduced_env(p.f[v], env));
  }

  void add_value(Value v) {
    const bool is_reduction = p.f[v].kind == Kind::reduce;
    if (is_reduction && !is_trivial(v)) return add_reduction(v);
    const Env env = is_reduction ? reduced_env(p.f[v], g.domains.at(v)) : g.domains.at(v);
    const int n = node(v, env);
    inner.emplace_back(v, n);
    if (is_leaving(v)) add_store(v, n, env);
  }

  // --- values needed in several phases -----------------------------------------------------------------------------

  bool in_row(const Node& n) const {  // varies inside a row
    return std::any_of(n.axes.begin(), n.axes.end(), [&](int a) {
      return std::find(rows.axes.begin(), rows.axes.end(), a) == rows.axes.end();
    });
  }

  double recompute_cost(int n, std::map<int, bool>& seen) const {
    const Node& at = k.nodes[n];
    if (!in_row(at) || !seen.emplace(n, true).second) return 0;
    double cost = at.kind == Node::Kind::map ? cost_of(at.map) : 0;
    for (int o : at.operands) cost += recompute_cost(o, seen);
    return cost;
  }

  bool reaches(int from, int to, std::map<int, bool>& seen) const {
    if (from == to) return true;
    if (!in_row(k.nodes[from]) || !seen.emplace(from, true).second) return false;
    const auto& operands = k.nodes[from].operands;
    return std::any_of(operands.begin(), operands.end(), [&](int o) { return reaches(o, to, seen); });
  }

  bool needed_later(int n) const {
    return std::any_of(k.sinks.begin(), k.sinks.end(), [&](const Sink& s) {
      std::map<int, bool> seen;
      return s.phase > k.nodes[n].phase && reaches(s.node, n, seen);
    });
  }

  // Replaces node `n` by a load of where it was stored, in everything that later loops compute.
  int reload(int at, int n, int stored, int phase, std::map<int, int>& done) {
    if (k.nodes[n].phase >= phase) return at;
    if (at == n) return stored;
    if (!in_row(k.nodes[at])) return at;
    if (auto it = done.find(at); it != done.end()) return it->second;
    Node copy = k.nodes[at];
    bool changed = false;
    for (int& o : copy.operands) {
      const int other = reload(o, n, stored, phase, done);
      changed |= other != o;
      o = other;
    }
    const int result = changed ? add(std::move(copy)) : at;
    done.emplace(at, result);
    return result;
  }

  void store_for_later(Value v, int n) {
    const Env& env = g.domains.at(v);
    if (memory.of[v.id] < 0) add_store(v, n, env);
    const int phase = k.nodes[n].phase;
    const int stored = load(v, env, phase + 1);
    if (stored == n) return;
    k.nodes[stored].phase = phase;  // it can be read as soon as it could be computed; only later loops do
    std::map<int, int> done;        // the same for all later phases
    for (Sink& s : k.sinks) s.node = reload(s.node, n, stored, s.phase, done);
    for (auto& [value, own] : inner)
      own = value == v ? own : reload(own, n, stored, k.nodes[own].phase, done);
  }

  // All loops inside a row are over the same few elements, a fixed number: lanes can keep what they compute.
  bool is_short_row() const {
    std::set<int> nest;
    for (const Sink& s : k.sinks) {
      std::set<int> own(s.axes.begin(), s.axes.end());
      for (int a : rows.axes) own.erase(a);
      if (!own.empty() && !nest.empty() && own != nest) return false;
      if (s.kind == Sink::Kind::partial) return false;
      if (!own.empty()) nest = own;
    }
    Size count;
    for (int a : nest) count *= k.axes[static_cast<std::size_t>(a)];
    return count.is_static() && count.factor <= short_row;
  }

  void keep_for_later_phases() {
    if (p.holds_rows && is_short_row()) return;
    for (std::size_t i = 0; i < inner.size(); ++i) {
      const auto [v, n] = inner[i];
      if (!in_row(k.nodes[n]) || k.nodes[n].kind != Node::Kind::map) continue;
      std::map<int, bool> seen;
      if (recompute_cost(n, seen) <= cheap || !needed_later(n)) continue;
      store_for_later(v, n);
    }
  }
};

}  // namespace

int Memory::add(const Program& p, Value v) {
  if (of[v.id] >= 0) return of[v.id];
  const Op& op = p.f[v];
  Buffer b{.elem = op.type.elem, .shape = op.type.shape, .bytes = count(op.type.shape)};
  b.bytes *= Size(ir::bytes_of(op.type.elem));
  b.values = {v};
  of[v.id] = static_cast<int>(buffers.size());
  buffers.push_back(std::move(b));
  return of[v.id];
}

void Memory::share(Value v, Value old) {
  of[v.id] = of[old.id];
  buffers[of[v.id]].values.push_back(v);
}

Kernel lower(const Program& p, const Group& group, Memory& memory) {
  Lowering l{p, group, memory, rows_of(p, group)};
  for (const Dim& d : group.axes) l.k.axes.emplace_back(d);
  for (Value v : group.values) l.add_value(v);
  l.keep_for_later_phases();
  arrange(l.k, l.rows.axes);
  estimate_work(l.k);
  return std::move(l.k);
}

}  // namespace nndiff::plan
