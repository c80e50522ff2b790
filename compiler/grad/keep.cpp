// What the backward sweep wants to know of the inside of loops and branches: kept as history, or computed
// again.
#include "grad/keep.h"

#include <algorithm>

#include "grad/keeper.h"
#include "ir/linear.h"

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

// The values whose memory something overwrites, or may.
std::vector<bool> find_consumed(const Function& f) {
  std::vector<bool> out(f.ops.size(), false);
  for_each(f, f.body, [&](Value v) {
    const Op& op = f[v];
    for (std::size_t i = 0; i < op.operands.size(); ++i)
      if (ir::consumes(op, i)) out[op.operands[i].id] = true;
    for (const Region& r : op.regions)
      for (std::size_t k = 0; k < r.yields.size(); ++k) {
        if (op.kind == Kind::loop && r.yields[k] == r.params[k + 1]) continue;
        out[r.yields[k].id] = true;
        if (op.kind == Kind::loop) out[op.operands[k + 1].id] = true;
      }
  });
  for (std::size_t i = 0; i < out.size(); ++i)
    if (f.ops[i].type.shape.empty()) out[i] = false;
  return out;
}

// What the backward sweep mentions, as places that can be changed.
void for_each_mention(Function& f, Region& r, bool backward, const std::function<void(Value&)>& visit,
                      std::size_t primal) {
  for (Value v : r.ops) {
    if (!backward && v.id < primal) continue;
    for (Value& o : f[v].operands) visit(o);
    for (Region& inner : f[v].regions) {
      for_each_mention(f, inner, true, visit, primal);
      for (Value& y : inner.yields) visit(y);
    }
  }
}

void for_each_gradient(Function& f, const std::function<void(Value&)>& visit) {
  for (std::size_t i = 0; i < f.outputs.size(); ++i)
    if (f.outputs[i].role == ir::Output::Role::gradient) visit(f.body.yields[i]);
}

}  // namespace

bool Keeper::is_visible(Value v) const {
  return !at.home[v.id].op && !consumed[ir::base_of(f, v).id];
}

// Whether the sizes of `shape` have a meaning before operation `before` of the body.
bool Keeper::is_known(const ir::Shape& shape, Value before) const {
  bool known = true;
  for (const ir::Dim& d : shape) {
    if (d.is_static()) continue;
    d.for_each_name([&](std::string_view name) {
      const auto it = sizes.find(name);
      if (it == sizes.end()) return;
      known = known && !at.home[it->second.id].op && at.order[it->second.id] < at.order[before.id];
    });
  }
  return known;
}

bool Keeper::has_inner_size(const ir::Shape& shape) const {
  bool inner = false;
  for (const ir::Dim& d : shape) {
    if (d.is_static()) continue;
    d.for_each_name([&](std::string_view name) {
      const auto it = sizes.find(name);
      inner = inner || (it != sizes.end() && at.home[it->second.id].op);
    });
  }
  return inner;
}

bool Keeper::is_counter(Value v) const {
  const Value loop = at.home[v.id].op;
  return f[v].kind == Kind::parameter && f[loop].kind == Kind::loop && f[loop].regions[0].params[0] == v;
}

Place Keeper::mirror(Place place) const {
  return place.op ? Place{mirrors[place.op.id], place.arm} : place;
}

Value Keeper::in_prologue(Place forward, const std::function<Value()>& build) {
  Region aside, *outer = std::exchange(b.region, &aside);
  const Value v = build();
  b.region = outer;
  std::vector<Value>& ops = prologues[mirror(forward)];
  ops.insert(ops.end(), aside.ops.begin(), aside.ops.end());
  return v;
}

// The number of the round that is run backwards: the last one first.
Value Keeper::counter(Value loop) {
  if (auto it = provided.find(f[loop].regions[0].params[0]); it != provided.end()) return it->second;
  const Value limit = f[mirrors[loop.id]].operands[0];
  const Value total = limit.id < primal ? provide(limit) : limit;
  const Value last = in_prologue(at.home[loop.id], [&] { return b.map(Map::sub, total, number(1)); });
  const Value k = f[mirrors[loop.id]].regions[0].params[0];
  const Value i = in_prologue({loop, 0}, [&] { return b.map(Map::sub, last, k); });
  f[i].name = f[f[loop].regions[0].params[0]].name;
  return provided[f[loop].regions[0].params[0]] = i;
}

// A whole value of the body that is overwritten later.
Value copied(Keeper& k, Value v) {
  Value copy;
  insert_after(k.b, {}, v, [&] { copy = k.b.copy(v); });
  return copy;
}

Value Keeper::provide(Value v) {
  if (auto it = provided.find(v); it != provided.end()) return it->second;
  b.loc = f[v].loc;
  b.statement = f[v].statement;
  Value out;
  if (is_visible(v))
    out = v;
  else if (is_counter(v))
    out = counter(at.home[v.id].op);
  else if (is_cheap(v))
    out = again(v);
  else if (!at.home[v.id].op)
    out = copied(*this, v);
  else
    out = history(v);
  return provided[v] = out;
}

// Sizes that loops and branches name have their meaning in the regions that run these backwards, too.
void Keeper::bind_sizes(const std::set<std::string, std::less<>>& used) {
  std::vector<std::pair<int, Value>> inner;
  for (const auto& [name, v] : sizes) {
    const Value around = at.home[v.id].op;
    const bool mirrored = around && mirrors[around.id] && at.order[mirrors[around.id].id] >= 0;
    if (mirrored && used.count(name)) inner.emplace_back(at.order[v.id], v);
  }
  std::sort(inner.begin(), inner.end());
  for (const auto& [order, v] : inner) {
    Op op = f[v];
    op.operands = {provide(op.operands[0])};
    op.sweep = ir::Sweep::backward;
    in_prologue(at.home[v.id], [&] {
      b.region->ops.push_back(f.make(std::move(op)));
      return b.region->ops.back();
    });
  }
}

void Keeper::run() {
  consumed = find_consumed(f);
  std::set<std::string, std::less<>> used;
  const auto name = [&](const ir::Dim& d) {
    if (!d.is_static()) d.for_each_name([&](std::string_view n) { used.emplace(n); });
  };
  const auto mention = [&](Value& v) {
    for (const ir::Dim& d : f[v].type.shape) name(d);
    name(f[v].dim);
    if (v.id < primal && !is_visible(v)) wanted.insert(v);
  };
  for_each_mention(f, f.body, false, mention, primal);
  for_each_gradient(f, mention);
  for_each(f, f.body, [&](Value v) {
    if (v.id < primal && f[v].kind == Kind::dimension) sizes.emplace(f[v].dim.text(), v);
  });
  for (Value v : f.body.ops)
    if (v.id >= primal && f[v].kind != Kind::routine && !first_backward) first_backward = v;
  for (const auto& [routine, count] : frames.number)
    if (mirrors[routine.id]) provided[count] = f[mirrors[routine.id]].regions[0].params[0];
  if (recompute != Recompute::none) in_memory = held(f, at, consumed);
  bind_sizes(used);
  // In the order of the program: what is kept for itself is at hand for what is made from it.
  std::vector<Value> ordered(wanted.begin(), wanted.end());
  std::sort(ordered.begin(), ordered.end(),
            [&](Value p, Value q) { return at.order[p.id] < at.order[q.id]; });
  for (Value v : ordered) provide(v);
  begin_with_prologues();
}

// Puts what has been provided where it is wanted.
void Keeper::begin_with_prologues() {
  for (auto& [place, ops] : prologues) {
    std::vector<Value>& region = region_at(f, place).ops;
    const auto begin = place.op ? region.begin() : std::find(region.begin(), region.end(), first_backward);
    region.insert(begin, ops.begin(), ops.end());
  }
  const auto replace = [&](Value& v) {
    if (auto it = provided.find(v); it != provided.end()) v = it->second;
  };
  Region sweep;
  const auto begin = std::find(f.body.ops.begin(), f.body.ops.end(), first_backward);
  sweep.ops.assign(begin, f.body.ops.end());
  for (Value v : f.body.ops)
    if (v.id >= primal && f[v].kind == Kind::routine) sweep.ops.push_back(v);
  for_each_mention(f, sweep, true, replace, primal);
  for_each_gradient(f, replace);
}

void keep(Function& f, std::size_t primal, const Mirrors& mirrors, const Frames& frames,
          Recompute recompute) {
  Keeper keeper{f, primal, mirrors, frames, recompute};
  keeper.b.sweep = ir::Sweep::backward;
  keeper.run();
}

}  // namespace nndiff::grad
