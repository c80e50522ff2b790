// Which values a derivative flows through: forward from the wanted leaves, then backward from the result, to
// a fixed point where loops carry values around.
#include "grad/activity.h"

#include "ir/linear.h"

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

// Whether operand number `i` can carry a derivative into the operation.
bool passes(const Op& op, std::size_t i) {
  switch (op.kind) {
    case Kind::stop_gradient:
    case Kind::dimension:
      return false;
    case Kind::map:
      return !ir::is_comparison(op.map) && !(op.map == ir::Map::where && i == 0);
    case Kind::pick:
    case Kind::load:
    case Kind::grow:
      return i == 0;
    case Kind::store:
    case Kind::accumulate:
      return i <= 1;
    default:
      return true;
  }
}

// A property of values that spreads along the edges of a function: from each value to another.
struct Spread {
  const Function& f;
  std::vector<bool> holds;
  bool changed = true;

  void edge(Value from, Value to) {
    if (!holds[from.id] || holds[to.id]) return;
    holds[to.id] = true;
    changed = true;
  }

  // Calls `edge(from, to)` for the values that `v` hands on: around a loop, and out of regions and calls.
  void structure(Value v, auto edge) const {
    const Op& op = f[v];
    if (op.kind == Kind::loop) {
      const Region& body = op.regions[0];
      for (std::size_t i = 0; i < body.yields.size(); ++i) {
        edge(op.operands[i + 1], body.params[i + 1]);
        edge(body.yields[i], body.params[i + 1]);
      }
    }
    if (op.kind == Kind::written)
      for (Value from : f[op.operands[0]].operands) edge(from, v);
    if (op.kind == Kind::call) {
      const Region& body = f[routine_of(f, op)].regions[0];
      for (std::size_t i = 0; i < op.operands.size(); ++i) edge(op.operands[i], body.params[i]);
    }
    if (op.kind != Kind::result) return;
    const Op& of = f[op.operands[0]];
    for (const Region& r : of.regions) edge(r.yields[op.index], v);
    if (of.kind == Kind::loop) edge(of.operands[op.index + 1], v);
    if (of.kind == Kind::call) edge(f[routine_of(f, of)].regions[0].yields[op.index], v);
  }

  void forward(const Region& r) {
    for (Value v : r.ops) {
      const Op& op = f[v];
      structure(v, [&](Value from, Value to) { edge(from, to); });
      for (const Region& inner : op.regions) forward(inner);
      if (!op.regions.empty() || op.kind == Kind::result || !ir::is_floating(op.type.elem)) continue;
      for (std::size_t i = 0; i < op.operands.size(); ++i)
        if (passes(op, i)) edge(op.operands[i], v);
    }
  }

  void backward(const Region& r) {
    for (auto it = r.ops.rbegin(); it != r.ops.rend(); ++it) {
      const Op& op = f[*it];
      for (auto inner = op.regions.rbegin(); inner != op.regions.rend(); ++inner) backward(*inner);
      structure(*it, [&](Value from, Value to) { edge(to, from); });
      if (!op.regions.empty() || op.kind == Kind::result) continue;
      for (std::size_t i = 0; i < op.operands.size(); ++i)
        if (passes(op, i)) edge(*it, op.operands[i]);
    }
  }

  // Memory is what is looked at, not what was computed from it.
  void memory(const Region& r) {
    for (Value v : r.ops) {
      const Op& op = f[v];
      if (op.kind == Kind::alloc && !holds[v.id]) holds[v.id] = changed = true;
      structure(v, [&](Value from, Value to) { edge(from, to); });
      for (const Region& inner : op.regions) memory(inner);
      if (op.kind == Kind::call) continue;
      const bool keeps = ir::consumes(op, 0) || ir::is_view(op.kind) || op.kind == Kind::copy;
      if (keeps) edge(op.operands[0], v);
    }
  }
};

// Versions of one array: all of them have a tangent, or none.
struct Versions {
  const Function& f;
  std::vector<bool>& holds;
  bool changed = true;

  void tie(Value a, Value b) {
    if (f[a].type.shape.empty() || !ir::is_floating(f[a].type.elem) || holds[a.id] == holds[b.id]) return;
    holds[a.id] = holds[b.id] = changed = true;
  }

  void result(Value v) {
    const std::size_t k = f[v].index;
    const Op& of = f[f[v].operands[0]];
    for (const Region& arm : of.regions) tie(v, arm.yields[k]);
    if (of.kind == Kind::loop) tie(v, of.operands[k + 1]);
    if (of.kind != Kind::call || of.axes[k] < 0) return;
    tie(v, of.operands[of.axes[k]]);
    tie(v, f[routine_of(f, of)].regions[0].yields[k]);
  }

  void run(const Region& r) {
    for (Value v : r.ops) {
      const Op& op = f[v];
      if (ir::consumes(op, 0)) tie(op.operands[0], v);
      const bool is_growing = op.type.shape == ir::Shape{ir::unknown_extent()};
      if (op.kind == Kind::copy && is_growing && f[op.operands[0]].kind != Kind::constant)
        tie(op.operands[0], v);
      if (op.kind == Kind::loop)
        for (std::size_t k = 0; k < op.regions[0].yields.size(); ++k) {
          tie(op.regions[0].params[k + 1], op.operands[k + 1]);
          tie(op.regions[0].params[k + 1], op.regions[0].yields[k]);
        }
      if (op.kind == Kind::routine)
        for (std::size_t k = 0; k < op.axes.size(); ++k)
          if (op.axes[k] >= 0) tie(op.regions[0].params[op.axes[k]], op.regions[0].yields[k]);
      if (op.kind == Kind::result) result(v);
      for (const Region& inner : op.regions) run(inner);
    }
  }
};

std::vector<bool> none(const Function& f) {
  return std::vector<bool>(f.ops.size(), false);
}

}  // namespace

std::vector<bool> varied(const Function& f) {
  Spread spread{f, none(f)};
  for (const ir::Leaf* leaf : ir::leaves(f))
    if (leaf->wanted) spread.holds[leaf->value.id] = true;
  while (std::exchange(spread.changed, false)) spread.forward(f.body);
  return spread.holds;
}

std::vector<bool> active(const Function& f) {
  std::vector<bool> out = varied(f);
  Spread useful{f, none(f)};
  useful.holds[f.body.yields.at(0).id] = true;
  while (std::exchange(useful.changed, false)) useful.backward(f.body);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = out[i] && useful.holds[i] && ir::is_floating(f.ops[i].type.elem);
  return out;
}

std::vector<bool> carriers(const Function& f) {
  std::vector<bool> out = varied(f);
  Versions versions{f, out};
  while (std::exchange(versions.changed, false)) versions.run(f.body);
  return out;
}

std::vector<bool> allocated(const Function& f, const std::vector<bool>& is_active) {
  Spread spread{f, none(f)};
  if (!is_active.empty())
    ir::for_each(f, f.body, [&](Value v) {
      if (f[v].kind != Kind::call) return;
      const std::vector<Value>& params = f[routine_of(f, f[v])].regions[0].params;
      for (std::size_t i = 0; i < params.size(); ++i)
        if (is_active[params[i].id] && !is_active[f[v].operands[i].id]) spread.holds[params[i].id] = true;
    });
  for (const ir::Leaf* leaf : ir::leaves(f))
    if (leaf->written && leaf->type.shape == ir::Shape{ir::unknown_extent()})
      spread.holds[leaf->value.id] = true;
  while (std::exchange(spread.changed, false)) spread.memory(f.body);
  return spread.holds;
}

}  // namespace nndiff::grad
