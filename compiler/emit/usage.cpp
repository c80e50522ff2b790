// Where the scalars among statements are used.
#include "emit/usage.h"

#include <algorithm>

#include "op/text.h"

namespace nndiff::emit {

using ir::Kind;
using ir::Op;
using plan::Step;

bool is_expression(const Op& op) {
  if (op.type.rank() > 0) return false;
  switch (op.kind) {
    case Kind::map:
    case Kind::cast:
    case Kind::load:
    case Kind::copy:
    case Kind::reshape:
    case Kind::permute:
    case Kind::broadcast:
    case Kind::reduce:
      return true;
    default:
      return false;
  }
}

UsageOf::UsageOf(const plan::Plan& p)
    : plan(p), scopes(plan::scopes_of(p.f)), bounds(p.f), of(p.f.ops.size()), cell(p.f.ops.size(), -1) {
  for (Value v : scopes.order)
    if (p.f[v].kind == Kind::result || p.f[v].kind == Kind::written)
      results_[{p.f[v].operands[0], static_cast<std::size_t>(p.f[v].index)}] = v;
  list(p.steps, 0);
  for (Value y : p.results)
    if (y) events_.push_back({Event::Kind::yield, y, 0});
  count_uses();
  find_cells(p.steps, 0);
  for (const Step& step : p.steps) find_written(step);
}

int UsageOf::buffer_of(Value v) const {
  return plan.memory[plan::base_of(plan.f, v).id];
}

Value UsageOf::result(Value owner, std::size_t number) const {
  const auto it = results_.find({owner, number});
  return it == results_.end() ? Value{} : it->second;
}

bool UsageOf::is_written(const Step& step, int buffer) const {
  const auto writes = [&](Value v) {
    const Op& op = plan.f[v];
    bool any = op.kind == Kind::copy && op.type.rank() > 0 && buffer_of(v) == buffer;
    for (std::size_t i = 0; i < op.operands.size(); ++i)
      any = any || (ir::consumes(op, i) && buffer_of(op.operands[i]) == buffer);
    return any;
  };
  bool any = false;
  for (const Step::Part& part : step.parts)
    for (const plan::Move& m : part.moves) any = any || m.to == buffer;
  for (const ir::Region& r : plan.f[step.values[0]].regions)
    ir::for_each(plan.f, r, [&](Value v) { any = any || writes(v); });
  return any;
}

// --- uses ------------------------------------------------------------------------------------------------------------

// Everything that happens, in the order of the text.
void UsageOf::list(const std::vector<Step>& steps, int scope) {
  for (const Step& step : steps) {
    if (step.kind == Step::Kind::kernel || step.kind == Step::Kind::product) {
      events_.push_back({Event::Kind::kernel, {}, scope, &step});
      continue;
    }
    if (step.kind == Step::Kind::code) {
      for (Value v : step.values) events_.push_back({Event::Kind::operation, v, scope});
      continue;
    }
    const Value owner = step.values[0];
    begin_[owner] = static_cast<int>(events_.size());
    events_.push_back({Event::Kind::operation, owner, scope});
    for (std::size_t side = 0; side < step.parts.size(); ++side) {
      const int inner = scopes.number.at({owner, static_cast<int>(side)});
      list(step.parts[side].steps, inner);
      for (Value y : plan.f[owner].regions[side].yields) events_.push_back({Event::Kind::yield, y, inner});
    }
    end_[owner] = static_cast<int>(events_.size());
    // What bounds a loop is looked at in each round.
    if (step.kind == Step::Kind::routine) continue;
    events_.push_back({Event::Kind::yield, plan.f[owner].operands[0], scope});
  }
}

void UsageOf::use(Value v, int count, int scope, int position) {
  if (plan.f[v].type.rank() > 0) return;
  Usage& u = of[v.id];
  u.count += count;
  u.scope = u.scope < 0 ? scope : scopes.common(u.scope, scope);
  u.last = std::max(u.last, position);
}

// The innermost block around all uses that is no other loop's.
int UsageOf::block_of(Value v) const {
  const int own = scopes.of_value(v);
  int block = own;
  for (int next; (next = scopes.inside(of[v.id].scope, block)) >= 0 && scopes[next].loop == scopes[own].loop;)
    block = next;
  return block;
}

void UsageOf::count_operation(const Event& event, int position) {
  const Op& op = plan.f[event.value];
  Usage& own = of[event.value.id];
  own.block = event.scope;
  if (is_expression(op)) {
    if (own.count == 0 && !op.checked) return;  // nobody looks at it
    if (own.count > 0) own.block = block_of(event.value);
    own.inlined = own.count == 1 && !own.named && scopes[own.scope].loop == scopes[event.scope].loop;
  }
  const bool header = op.kind == Kind::loop || op.kind == Kind::branch;
  for (std::size_t i = 0; i < op.operands.size(); ++i) {
    if (op.kind == Kind::result || op.kind == Kind::written || (header && i == 0)) continue;
    const int times = op.kind == Kind::map ? op::occurrences(op.map, static_cast<int>(i)) : 1;
    use(op.operands[i], times, own.block, position);
  }
}

void UsageOf::count_uses() {
  for (int position = static_cast<int>(events_.size()); position-- > 0;) {
    const Event& event = events_[static_cast<std::size_t>(position)];
    if (event.kind == Event::Kind::operation) count_operation(event, position);
    if (event.kind == Event::Kind::yield) use(event.value, 1, event.scope, position);
    if (event.kind != Event::Kind::kernel) continue;
    for (const plan::Node& n : event.step->kernel.nodes) {
      if (n.kind != plan::Node::Kind::scalar) continue;
      use(n.value, 1, event.scope, position);
      of[n.value.id].named = true;
    }
  }
}

// --- cells -----------------------------------------------------------------------------------------------------------

int UsageOf::new_cell(int scope, Value first) {
  cells.push_back({scope, first});
  return static_cast<int>(cells.size()) - 1;
}

// Whether nobody looks at the old value `v` in its cell after `position`, where `owner` goes on with that.
bool UsageOf::is_over(Value v, Value owner, int position) const {
  return scopes[scopes.of_value(v)].loop == scopes[scopes.of_value(owner)].loop && of[v.id].last <= position;
}

void UsageOf::find_cells(const std::vector<Step>& steps, int scope) {
  for (const Step& step : steps) {
    if (step.kind == Step::Kind::loop) find_loop_cells(step, scope);
    if (step.kind == Step::Kind::branch) find_branch_cells(step, scope);
    if (step.kind == Step::Kind::routine)
      find_cells(step.parts[0].steps, scopes.number.at({step.values[0], 0}));
  }
}

void UsageOf::find_loop_cells(const Step& step, int scope) {
  const Value owner = step.values[0];
  const Op& op = plan.f[owner];
  std::set<int> taken;
  for (std::size_t i = 1; i < op.operands.size(); ++i) {
    if (plan.f[op.operands[i]].type.rank() > 0) continue;
    const Value param = op.regions[0].params[i];
    int c = cell_of(op.operands[i]);
    if (c < 0 || !is_over(op.operands[i], owner, begin_.at(owner)) || !taken.insert(c).second)
      c = new_cell(scope, param);
    cell[param.id] = c;
  }
  find_cells(step.parts[0].steps, scopes.number.at({owner, 0}));
  for (std::size_t i = 0; i + 1 < op.operands.size(); ++i)
    if (const Value r = result(owner, i)) cell[r.id] = cell[op.regions[0].params[i + 1].id];
}

void UsageOf::find_branch_cells(const Step& step, int scope) {
  const Value owner = step.values[0];
  const Op& op = plan.f[owner];
  for (int side = 0; side < 2; ++side)
    find_cells(step.parts[static_cast<std::size_t>(side)].steps, scopes.number.at({owner, side}));
  std::set<int> taken;
  for (std::size_t i = 0; i < op.regions[0].yields.size(); ++i) {
    const Value r = result(owner, i);
    if (!r || plan.f[r].type.rank() > 0) continue;
    int chosen = -1;
    for (const ir::Region& region : op.regions) {
      const Value y = region.yields[i];
      const int c = cell_of(y);
      if (chosen >= 0 || c < 0) continue;
      const int own = scopes.of_value(owner);
      const bool visible = scopes.common(cells[static_cast<std::size_t>(c)].scope, own) ==
                           cells[static_cast<std::size_t>(c)].scope;
      const bool inside = scopes.inside(scopes.of_value(y), own) >= 0;
      if (visible && (inside || is_over(y, owner, end_.at(owner))) && taken.insert(c).second) chosen = c;
    }
    cell[r.id] = chosen >= 0 ? chosen : new_cell(scope, r);
  }
}

// --- what is written -------------------------------------------------------------------------------------------------

void UsageOf::add_written(const Step& step, Written& out) {
  if (step.product.c >= 0) out.buffers.insert(step.product.c);
  for (const plan::Sink& s : step.kernel.sinks)
    if (s.to.buffer >= 0) out.buffers.insert(s.to.buffer);
  if (step.kind == Step::Kind::code)
    for (Value v : step.values) {
      if (plan.f[v].type.rank() > 0) out.buffers.insert(buffer_of(v));
      for (std::size_t i = 0; i < plan.f[v].operands.size();
           ++i)  // though nobody looks at what is left there
        if (ir::consumes(plan.f[v], i)) out.buffers.insert(buffer_of(plan.f[v].operands[i]));
    }
  if (step.kind != Step::Kind::loop && step.kind != Step::Kind::branch) return;
  const Written inner = find_written(step);
  out.cells.insert(inner.cells.begin(), inner.cells.end());
  out.buffers.insert(inner.buffers.begin(), inner.buffers.end());
}

Written UsageOf::find_written(const Step& step) {
  Written out;
  for (const Step::Part& part : step.parts) {
    for (const Step& inner : part.steps) add_written(inner, out);
    for (const plan::Move& m : part.moves) out.buffers.insert({m.to, m.from});
  }
  if (step.kind != Step::Kind::loop && step.kind != Step::Kind::branch) return out;
  const Op& op = plan.f[step.values[0]];
  for (std::size_t i = 0; i < op.regions[0].yields.size(); ++i) {
    const Value at = op.kind == Kind::loop ? op.regions[0].params[i + 1] : result(step.values[0], i);
    if (at && cell_of(at) >= 0) out.cells.insert(cell_of(at));
  }
  written[step.values[0]] = out;
  return out;
}

}  // namespace nndiff::emit
