// The rewriting driver. Each round rebuilds the function in order, so that operands always precede their
// users.
#include "opt/rewrite.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Value;

Function like(const Function& f) {
  Function g = f;
  g.ops.clear();
  g.body = {};
  return g;
}

void remap_boundary(Function& f, const ir::Region& body, std::span<const Value> map) {
  for (ir::Param& p : f.params)
    for (ir::Leaf& leaf : p.leaves) leaf.value = map[leaf.value.id];
  if (f.upstream) f.upstream = map[f.upstream->id];
  for (Value v : body.yields) f.body.yields.push_back(map[v.id]);
}

namespace {

struct Round {
  const Function& f;
  Function g;
  std::vector<Value> map;
  bool changed = false;

  explicit Round(const Function& from) : f(from), g(like(from)), map(from.ops.size()) {}

  Value visit(Value v, std::span<const Rule> rules) {
    Op op = f[v];
    for (Value& o : op.operands) o = map[o.id];
    op::Builder b(g);
    b.loc = op.loc;
    b.statement = op.statement;
    b.sweep = op.sweep;
    for (Rule rule : rules) {
      const std::size_t before = g.ops.size();
      auto replacement = rule(b, op);
      if (!replacement) continue;
      if (g[*replacement].type != op.type)
        ir::bug("a rewrite of " + std::string(name_of(op.kind)) + " changed its type");
      changed = true;
      if (replacement->id >= before && g[*replacement].name.empty()) g[*replacement].name = op.name;
      return *replacement;
    }
    return g.append(op);
  }

  Function run(std::span<const Rule> rules) {
    for (Value v : f.body.ops) map[v.id] = visit(v, rules);
    remap_boundary(g, f.body, map);
    return std::move(g);
  }
};

bool is_commutative(const Op& op) {
  if (op.kind != Kind::map) return false;
  switch (op.map) {
    case ir::Map::add:
    case ir::Map::mul:
    case ir::Map::eq:
    case ir::Map::ne:
      return true;
    default:
      return false;
  }
}

// Everything that decides an operation's value. Dimensions are told apart by their text.
auto identity(const Op& op) {
  std::vector<Value> operands = op.operands;
  if (is_commutative(op)) std::sort(operands.begin(), operands.end());
  return std::tuple(op.kind, op.map, op.reducer, op.trans_a, op.trans_b, op.index,
                    std::bit_cast<std::uint64_t>(op.number), std::string(op.dim.text()), to_string(op.type),
                    op.axes, operands);
}

}  // namespace

Function merge_equal(const Function& f) {
  Function g = like(f);
  std::vector<Value> map(f.ops.size());
  std::map<decltype(identity(Op{})), Value> known;
  for (Value v : f.body.ops) {
    Op op = f[v];
    for (Value& o : op.operands) o = map[o.id];
    auto [it, fresh] = known.try_emplace(identity(op));
    if (fresh || !op.regions.empty()) {
      it->second = g.append(op);
    } else if (g[it->second].name.empty()) {
      g[it->second].name = op.name;
    }
    map[v.id] = it->second;
  }
  remap_boundary(g, f.body, map);
  return g;
}

Function drop_dead(const Function& f) {
  std::vector<bool> live(f.ops.size(), false);
  for (Value v : f.body.yields) live[v.id] = true;
  for (auto it = f.body.ops.rbegin(); it != f.body.ops.rend(); ++it) {
    if (f[*it].kind == Kind::input) live[it->id] = true;
    if (live[it->id])
      for (Value o : f[*it].operands) live[o.id] = true;
  }
  Function g = like(f);
  std::vector<Value> map(f.ops.size());
  for (Value v : f.body.ops) {
    if (!live[v.id]) continue;
    Op op = f[v];
    for (Value& o : op.operands) o = map[o.id];
    map[v.id] = g.append(op);
  }
  remap_boundary(g, f.body, map);
  return g;
}

Function rewrite(Function f, std::span<const Rule> rules) {
  // Every rule makes the function simpler in a well-founded order; a function that does not settle is a
  // mistake here.
  for (int round = 0; round < 200; ++round) {
    Round r(f);
    f = r.run(rules);
    f = drop_dead(merge_equal(f));
    if (!r.changed) return f;
  }
  ir::bug("simplification does not settle");
}

}  // namespace nndiff::opt
