// Groups in an order that respects what they need, as steps.
#include "plan/steps.h"

#include <algorithm>

namespace nndiff::plan {

namespace {

// The groups of each scope in an order in which each comes after those it waits for, else in the function's
// own order.
std::vector<std::vector<int>> order(const Program& p, const Groups& groups) {
  std::vector<std::size_t> waiting(groups.groups.size());
  std::set<std::pair<Value, int>> ready;
  std::size_t used = 0, done = 0;
  for (int g = 0; g < static_cast<int>(groups.groups.size()); ++g) {
    waiting[g] = groups.groups[g].before.size();
    if (groups.groups[g].values.empty()) continue;
    ++used;
    if (waiting[g] == 0) ready.emplace(groups.groups[g].values.front(), g);
  }
  std::vector<std::vector<int>> result(p.scopes.all.size());
  for (; !ready.empty(); ++done) {
    const int g = ready.begin()->second;
    ready.erase(ready.begin());
    result[groups.groups[g].scope].push_back(g);
    for (int next : groups.groups[g].after)
      if (--waiting[next] == 0) ready.emplace(groups.groups[next].values.front(), next);
  }
  if (done != used) ir::bug("the planner's steps wait for each other");
  return result;
}

// Which values are read by another step than the one that computes them.
void find_shared(const Program& p, const Groups& groups, Memory& memory) {
  for (int g = 0; g < static_cast<int>(groups.groups.size()); ++g)
    for (const Read& r : groups.groups[g].reads) {
      const Value base = base_of(p.f, r.at);
      if (groups.of[base.id] != g) memory.shared[base.id] = true;
    }
}

Product product_of(const Program& p, Value v, const Memory& memory) {
  const Op& op = p.f[product_in(p, v)];
  Product product{.value = v, .accumulate = static_cast<bool>(p.summand[v.id])};
  Value a, b;
  std::tie(a, product.trans_a) = stored_matrix(p, op.operands[0], op.trans_a);
  std::tie(b, product.trans_b) = stored_matrix(p, op.operands[1], op.trans_b);
  product.m = op.type.shape[0];
  product.n = op.type.shape[1];
  product.k = p.f[op.operands[0]].type.shape[op.trans_a ? 0 : 1];
  product.a = memory.of[a.id];
  product.b = memory.of[b.id];
  product.c = memory.of[v.id];
  return product;
}

// The user's statements, and the forward sweep where a part of the step belongs to it.
void describe(const Program& p, Step& step) {
  step.sweep = ir::Sweep::backward;
  for (Value v : step.values) {
    if (p.f[v].sweep == ir::Sweep::forward) step.sweep = ir::Sweep::forward;
    if (p.f[v].statement >= 0) step.statements.push_back(p.f[v].statement);
  }
  std::sort(step.statements.begin(), step.statements.end());
  step.statements.erase(std::unique(step.statements.begin(), step.statements.end()), step.statements.end());
}

struct Maker {
  const Program& p;
  const Groups& groups;
  Memory& memory;
  const Moves& moves;
  std::vector<std::vector<int>> order;               // by scope
  std::map<Value, std::vector<Value>> results = {};  // of loops and branches

  Step make(const Group& group) {
    Step step;
    step.values = group.values;
    if (group.is_product) {
      step.kind = Step::Kind::product;
      step.product = product_of(p, group.values.front(), memory);
    } else if (group.is_code) {
      nest(step, group.values.front());
    } else {
      step.kernel = lower(p, group, memory);
    }
    describe(p, step);
    return step;
  }

  void nest(Step& step, Value v) {
    const Op& op = p.f[v];
    step.kind = op.kind == Kind::loop      ? Step::Kind::loop
                : op.kind == Kind::branch  ? Step::Kind::branch
                : op.kind == Kind::routine ? Step::Kind::routine
                                           : Step::Kind::code;
    for (int side = 0; side < static_cast<int>(op.regions.size()); ++side) {
      const int scope = p.scopes.number.at({v, side});
      Step::Part part{scope_steps(scope), {}};
      if (const auto it = moves.find(scope); it != moves.end()) part.moves = it->second;
      step.parts.push_back(std::move(part));
    }
    if (const auto it = results.find(v); it != results.end())
      step.values.insert(step.values.end(), it->second.begin(), it->second.end());
  }

  // Statements that follow each other are one step, as long as they belong to one sweep.
  std::vector<Step> scope_steps(int scope) {
    std::vector<Step> steps;
    for (int g : order[static_cast<std::size_t>(scope)]) {
      Step step = make(groups.groups[static_cast<std::size_t>(g)]);
      const bool goes_on = !steps.empty() && step.kind == Step::Kind::code &&
                           steps.back().kind == Step::Kind::code && steps.back().sweep == step.sweep;
      if (!goes_on) {
        steps.push_back(std::move(step));
        continue;
      }
      steps.back().values.push_back(step.values.front());
      steps.back().statements.insert(steps.back().statements.end(), step.statements.begin(),
                                     step.statements.end());
    }
    return steps;
  }
};

}  // namespace

Memory memory_of(const Program& p, const Groups& groups, std::vector<Buffer>& buffers, Moves& moves) {
  Memory memory{buffers, std::vector<int>(p.f.ops.size(), -1), std::vector<bool>(p.f.ops.size())};
  find_shared(p, groups, memory);
  if (p.has_code) {
    moves = place_chains(p, memory);
    return memory;
  }
  for (Value v : p.f.body.ops) {
    if (p.part[v.id] != Part::leaf || p.f[v].type.rank() == 0) continue;
    Buffer& b = buffers[memory.add(p, v)];
    b.place = p.f.upstream == v ? Buffer::Place::upstream : Buffer::Place::input;
    b.leaf = p.f[v].index;
  }
  for (Value v : p.f.body.ops) {
    const bool stored = p.part[v.id] == Part::product ||
                        (p.part[v.id] == Part::anchor && (p.forced[v.id] || memory.shared[v.id]));
    if (!stored || p.f[v].type.rank() == 0) continue;
    if (p.summand[v.id])
      memory.share(v, p.f[v].operands[0]);
    else
      memory.add(p, v);
  }
  return memory;
}

std::vector<Step> make_steps(const Program& p, const Groups& groups, Memory& memory, const Moves& moves) {
  Maker maker{p, groups, memory, moves, order(p, groups)};
  for (Value v : p.scopes.order)
    if (p.f[v].kind == Kind::result) maker.results[p.f[v].operands[0]].push_back(v);
  return maker.scope_steps(0);
}

}  // namespace nndiff::plan
