// The planner's stages, one after the other.
#include "plan/plan.h"

#include <algorithm>

#include "plan/keep.h"
#include "plan/lower.h"
#include "plan/place.h"

namespace nndiff::plan {

namespace {

// Below this much work, and with no more bytes, a function of static sizes runs on one thread and the stack.
constexpr double small_work = 20000;
constexpr std::int64_t small_bytes = 8192;

// Groups in an order in which each comes after those it waits for, else in the function's own order.
std::vector<int> order(const Groups& groups) {
  std::vector<std::size_t> waiting(groups.groups.size());
  std::set<std::pair<Value, int>> ready;
  const auto is_used = [&](int g) { return !groups.groups[g].values.empty(); };
  for (int g = 0; g < static_cast<int>(groups.groups.size()); ++g) {
    waiting[g] = groups.groups[g].before.size();
    if (is_used(g) && waiting[g] == 0) ready.emplace(groups.groups[g].values.front(), g);
  }
  std::vector<int> result;
  while (!ready.empty()) {
    const int g = ready.begin()->second;
    ready.erase(ready.begin());
    result.push_back(g);
    for (int next : groups.groups[g].after)
      if (--waiting[next] == 0) ready.emplace(groups.groups[next].values.front(), next);
  }
  const auto used = static_cast<std::size_t>(std::count_if(groups.groups.begin(), groups.groups.end(),
                                                           [](const Group& g) { return !g.values.empty(); }));
  if (result.size() != used) ir::bug("the planner's kernels wait for each other");
  return result;
}

Memory memory_of(const Program& p, const Groups& groups, std::vector<Buffer>& buffers) {
  Memory memory{buffers, std::vector<int>(p.f.ops.size(), -1), std::vector<bool>(p.f.ops.size())};
  for (Value v : p.f.body.ops) {
    if (p.part[v.id] != Part::leaf || p.f[v].type.rank() == 0) continue;
    Buffer& b = buffers[memory.add(p, v)];
    b.place = p.f.upstream == v ? Buffer::Place::upstream : Buffer::Place::input;
    b.leaf = p.f[v].index;
  }
  for (int g = 0; g < static_cast<int>(groups.groups.size()); ++g)
    for (const Read& r : groups.groups[g].reads) {
      const Value base = base_of(p.f, r.at);
      if (groups.of[base.id] != g) memory.shared[base.id] = true;
    }
  // All memory that steps share exists before the first kernel is lowered: its loads name buffers.
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

Step step_of(const Program& p, const Group& group, Memory& memory) {
  Step step;
  step.values = group.values;
  step.sweep = ir::Sweep::backward;
  for (Value v : group.values) {
    if (p.f[v].sweep == ir::Sweep::forward) step.sweep = ir::Sweep::forward;
    if (p.f[v].statement >= 0) step.statements.push_back(p.f[v].statement);
  }
  std::sort(step.statements.begin(), step.statements.end());
  step.statements.erase(std::unique(step.statements.begin(), step.statements.end()), step.statements.end());
  if (group.is_product) {
    step.kind = Step::Kind::product;
    step.product = product_of(p, group.values.front(), memory);
  } else {
    step.kernel = lower(p, group, memory);
  }
  return step;
}

void assign_outputs(const Program& p, const Memory& memory, Plan& plan) {
  plan.results.assign(p.f.body.yields.size(), Value{});
  for (std::size_t i = 0; i < p.f.body.yields.size(); ++i) {
    const Value yield = p.f.body.yields[i];
    if (p.f[yield].type.rank() == 0) {
      plan.results[i] = yield;
      continue;
    }
    Buffer& b = plan.buffers[memory.of[base_of(p.f, yield).id]];
    const ir::Output output = i < p.f.outputs.size() ? p.f.outputs[i] : ir::Output{};
    const bool primal = output.role == ir::Output::Role::primal;
    b.place = primal ? Buffer::Place::value : Buffer::Place::gradient;
    b.leaf = output.leaf;
  }
}

double work(const Step& step) {
  if (step.kind == Step::Kind::product)
    return 2 * estimate(Size(step.product.m)) * estimate(Size(step.product.n)) *
           estimate(Size(step.product.k));
  double rows = 1;
  for (int a : step.kernel.rows) rows *= estimate(step.kernel.axes[a]);
  return rows * step.kernel.work;
}

bool is_small(const Plan& plan) {
  double total = 0;
  std::int64_t bytes = 0;
  for (const Step& step : plan.steps) {
    total += work(step);
    const auto is_static = [](const Size& s) { return s.is_static(); };
    if (!std::all_of(step.kernel.axes.begin(), step.kernel.axes.end(), is_static)) return false;
    if (!step.product.m.is_static() || !step.product.n.is_static() || !step.product.k.is_static())
      return false;
  }
  for (const Buffer& b : plan.buffers)
    if (b.place == Buffer::Place::arena) bytes += b.bytes.is_static() ? b.bytes.factor : small_bytes;
  return total < small_work && bytes < small_bytes;
}

void count_cost(Plan& plan) {
  for (const Step& step : plan.steps) {
    Cost& cost = step.sweep == ir::Sweep::forward ? plan.forward : plan.backward;
    cost.flops += work(step);
    cost.products += step.kind == Step::Kind::product;
  }
}

void mark_kept(Plan& plan) {
  for (int i = 0; i < static_cast<int>(plan.steps.size()); ++i) {
    if (plan.steps[i].sweep != ir::Sweep::backward) continue;
    const Step& step = plan.steps[i];
    const auto mark = [&](int buffer) {
      if (buffer < 0 || plan.buffers[buffer].values.empty()) return;
      Buffer& b = plan.buffers[buffer];
      const bool is_argument = b.place == Buffer::Place::input || b.place == Buffer::Place::upstream;
      // A mask belongs to the backward sweep's formulas, but is kept for it where the forward sweep computes
      // it.
      const bool forward = plan.steps[static_cast<std::size_t>(b.first)].sweep == ir::Sweep::forward;
      b.kept |= !is_argument && forward &&
                (plan.f[b.values.back()].sweep == ir::Sweep::forward || b.elem == ir::Elem::boolean);
    };
    mark(step.product.a), mark(step.product.b);
    if (step.product.accumulate) mark(step.product.c);
    mark(step.product.epilogue.gelu_in);
    for (const Sink& s : step.kernel.sinks)
      for (int n : needed(step.kernel, s.node)) mark(step.kernel.nodes[n].access.buffer);
  }
}

// Sums over rows into memory: one copy per chunk but the first, which accumulates in place.
void add_scratch(Plan& plan) {
  for (Step& step : plan.steps) {
    if (step.kernel.rows.empty()) continue;
    for (Sink& s : step.kernel.sinks) {
      if (s.kind != Sink::Kind::across || !s.in_memory()) continue;
      const Buffer& to = plan.buffers[s.to.buffer];
      Buffer b{.elem = to.elem, .shape = to.shape, .name = parts_name(plan, s), .bytes = to.bytes};
      b.shape.insert(b.shape.begin(), Dim(max_chunks - 1));
      b.bytes *= Size(max_chunks - 1);
      s.scratch = static_cast<int>(plan.buffers.size());
      plan.buffers.push_back(std::move(b));
    }
  }
}

}  // namespace

Plan plan(const ir::Function& f, const Options& options) {
  Kept kept = keep(compact(f), options);
  Program p = prepare(kept.f, kept.late);
  p.checks_all = options.target == Target::cuda;  // a recorded step looks at labels too late
  p.holds_rows = options.target == Target::cuda;
  const Groups groups = fuse(p);
  Plan plan;
  plan.remarks = std::move(kept.remarks);
  plan.recomputed = std::move(kept.recomputed);
  Memory memory = memory_of(p, groups, plan.buffers);
  for (int g : order(groups)) plan.steps.push_back(step_of(p, groups.groups[g], memory));
  assign_outputs(p, memory, plan);
  plan.f = std::move(p.f);
  share_equal_stores(plan);
  plan.small = options.target == Target::cpp && is_small(plan);
  if (options.target == Target::cpp && !plan.small) add_scratch(plan);
  if (options.target == Target::cuda)
    prepare_cuda(plan);
  else
    note_wanted(plan);
  find_lifetimes(plan);
  mark_kept(plan);
  share_in_place(plan);
  pack_arena(plan);
  count_cost(plan);
  return plan;
}

}  // namespace nndiff::plan
