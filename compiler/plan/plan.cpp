// The planner's stages, one after the other.
#include "plan/plan.h"

#include <algorithm>

#include "plan/forward.h"
#include "plan/keep.h"
#include "plan/parts.h"
#include "plan/place.h"
#include "plan/steps.h"
#include "plan/threads.h"

namespace nndiff::plan {

namespace {

// Below this much work, and with no more bytes, a function of static sizes runs on one thread and the stack.
constexpr double small_work = 20000;
constexpr std::int64_t small_bytes = 8192;

void give(Buffer& b, const ir::Function& f, std::size_t output) {
  const ir::Output what = output < f.outputs.size() ? f.outputs[output] : ir::Output{};
  using Role = ir::Output::Role;
  b.place = what.role == Role::primal    ? Buffer::Place::value
            : what.role == Role::tangent ? Buffer::Place::tangent
                                         : Buffer::Place::gradient;
  b.leaf = what.leaf;
}

// Memory that ends as an output is the caller's from the start, unless it is spoken for or moves: then its
// elements are copied at the end.
void assign_array(const Program& p, int buffer, std::size_t output, Plan& plan) {
  const ir::Output what = output < p.f.outputs.size() ? p.f.outputs[output] : ir::Output{};
  Buffer& b = plan.buffers[static_cast<std::size_t>(buffer)];
  if (what.role == ir::Output::Role::argument) {
    const Value leaf = ir::leaves(p.f)[static_cast<std::size_t>(what.leaf)]->value;
    const int own = plan.memory[leaf.id];
    if (own != buffer || b.moves) plan.copies.push_back({own, buffer});
    return;
  }
  if (b.place == Buffer::Place::arena && !b.moves && !b.is_grown) return give(b, p.f, output);
  Buffer to{.elem = b.elem, .shape = b.shape, .bytes = b.bytes};
  give(to, p.f, output);
  plan.copies.push_back({static_cast<int>(plan.buffers.size()), buffer});
  plan.buffers.push_back(std::move(to));
}

void assign_outputs(const Program& p, Plan& plan) {
  plan.results.assign(p.f.body.yields.size(), Value{});
  for (std::size_t i = 0; i < p.f.body.yields.size(); ++i) {
    const Value yield = p.f.body.yields[i];
    if (p.f[yield].type.rank() == 0) {
      plan.results[i] = yield;
      continue;
    }
    const int buffer = plan.memory[base_of(p.f, yield).id];
    if (p.has_code)
      assign_array(p, buffer, i, plan);
    else
      give(plan.buffers[static_cast<std::size_t>(buffer)], p.f, i);
  }
}

// Copies whose sources are the caller's memory or have moved go through memory of our own, all of them before
// the first one arrives.
void part_copies(Plan& plan) {
  const auto is_shared = [&](const Move& m) {
    const Buffer& b = plan.buffers[static_cast<std::size_t>(m.from)];
    return b.moves || b.place == Buffer::Place::input;
  };
  if (plan.copies.size() < 2 || std::none_of(plan.copies.begin(), plan.copies.end(), is_shared)) return;
  std::vector<Move> parted;
  for (Move& m : plan.copies) {
    const Buffer& from = plan.buffers[static_cast<std::size_t>(m.from)];
    // What grows is memory of our own already.
    if (std::find(from.shape.begin(), from.shape.end(), ir::unknown_extent()) != from.shape.end()) continue;
    Buffer own{.elem = from.elem, .shape = from.shape, .bytes = from.bytes};
    parted.push_back({static_cast<int>(plan.buffers.size()), m.from});
    m.from = parted.back().to;
    plan.buffers.push_back(std::move(own));
  }
  plan.copies.insert(plan.copies.begin(), parted.begin(), parted.end());
}

// Memory of sizes that are not known on entry. A GPU has bounds for all: see most_elements.
void assign_rooms(Plan& plan, Target target) {
  std::set<std::string, std::less<>> known;
  for (const ir::Leaf* leaf : ir::leaves(plan.f))
    for (const Dim& d : leaf->type.shape)
      d.for_each_name([&](std::string_view name) { known.emplace(name); });
  for (Buffer& b : plan.buffers) {
    bool late = false;
    for (const Dim& d : b.shape) {
      d.for_each_name([&](std::string_view name) { late = late || known.count(name) == 0; });
      b.grows = b.grows || d == ir::unknown_extent();
    }
    if (b.place != Buffer::Place::arena || target == Target::cuda || (!late && !b.grows)) continue;
    b.place = Buffer::Place::room;
    b.slot = plan.rooms++;
  }
}

// Calls `visit(operand's buffer, parameter's buffer)` for each array that a call hands over.
void for_each_handed(const Scopes& scopes, const ir::Function& f, const Plan& plan, auto visit) {
  for (Value v : scopes.order) {
    const ir::Op& call = f[v];
    if (call.kind != ir::Kind::call) continue;
    const std::vector<Value>& params = f[routine_of(f, call)].regions[0].params;
    for (std::size_t i = 0; i < params.size(); ++i)
      if (f[params[i]].type.rank() > 0)
        visit(static_cast<std::size_t>(plan.memory[base_of(f, call.operands[i]).id]),
              static_cast<std::size_t>(plan.memory[params[i].id]));
  }
}

// Which buffers something makes grow, in a routine too.
void find_grown(const Scopes& scopes, const ir::Function& f, Plan& plan) {
  for (Value v : scopes.order)
    if (f[v].kind == ir::Kind::grow)
      plan.buffers[static_cast<std::size_t>(plan.memory[v.id])].is_grown = true;
  for (bool changed = true; std::exchange(changed, false);)
    for_each_handed(scopes, f, plan, [&](std::size_t from, std::size_t to) {
      changed |= plan.buffers[to].is_grown && !plan.buffers[from].is_grown;
      plan.buffers[from].is_grown |= plan.buffers[to].is_grown;
    });
}

// Which buffers are null where a gradient is not wanted.
void find_null(const Scopes& scopes, Plan& plan) {
  for (Buffer& b : plan.buffers) b.may_be_null = b.place == Buffer::Place::gradient && b.grows;
  for (bool changed = true; std::exchange(changed, false);)
    for_each_handed(scopes, plan.f, plan, [&](std::size_t from, std::size_t to) {
      changed |= plan.buffers[from].may_be_null && !plan.buffers[to].may_be_null;
      plan.buffers[to].may_be_null |= plan.buffers[from].may_be_null;
    });
}

// A routine may be entered again while it runs, so its own arrays are on the stack.
void assign_locals(const Scopes& scopes, Plan& plan) {
  for (Buffer& b : plan.buffers) {
    if (b.place != Buffer::Place::arena || b.values.empty()) continue;
    const int around = scopes.outermost(scopes.of_value(b.values.front()));
    const Value owner = scopes[around].owner;
    if (!owner || plan.f[owner].kind != ir::Kind::routine) continue;
    if (!b.bytes.is_static()) ir::bug("a routine has memory of a size known on the way");
    b.place = Buffer::Place::local;
  }
}

double work(const Step& step) {
  if (step.kind == Step::Kind::product)
    return 2 * estimate(Size(step.product.m)) * estimate(Size(step.product.n)) *
           estimate(Size(step.product.k));
  if (step.kind != Step::Kind::kernel) return static_cast<double>(step.values.size());
  double rows = 1;
  for (int a : step.kernel.rows) rows *= estimate(step.kernel.axes[a]);
  return rows * step.kernel.work;
}

bool is_small(const Plan& plan) {
  double total = 0;
  std::int64_t bytes = 0;
  for (const Step* step : all_steps(plan)) {
    total += work(*step);
    const auto is_static = [](const Size& s) { return s.is_static(); };
    if (!std::all_of(step->kernel.axes.begin(), step->kernel.axes.end(), is_static)) return false;
    const Product& p = step->product;
    if (!p.m.is_static() || !p.n.is_static() || !p.k.is_static()) return false;
  }
  for (const Buffer& b : plan.buffers)
    if (b.place == Buffer::Place::arena) bytes += b.bytes.is_static() ? b.bytes.factor : small_bytes;
  return total < small_work && bytes < small_bytes;
}

void count_cost(Plan& plan) {
  for (const Step* step : all_steps(plan)) {
    Cost& cost = step->sweep == ir::Sweep::forward ? plan.forward : plan.backward;
    cost.flops += work(*step);
    cost.products += step->kind == Step::Kind::product;
  }
}

// What a backward step reads.
std::vector<int> buffers_read(const Plan& plan, const Step& step) {
  std::vector<int> read = {step.product.a, step.product.b, step.product.epilogue.gelu_in};
  if (step.product.accumulate) read.push_back(step.product.c);
  for (const Sink& s : step.kernel.sinks)
    for (int n : needed(step.kernel, s.node)) read.push_back(step.kernel.nodes[n].access.buffer);
  if (step.kind == Step::Kind::code)
    for (Value v : step.values)
      if (plan.f[v].kind == ir::Kind::load || plan.f[v].kind == ir::Kind::foreign ||
          plan.f[v].kind == ir::Kind::call)
        for (Value o : plan.f[v].operands) read.push_back(plan.memory[base_of(plan.f, o).id]);
  return read;
}

void mark_kept(Plan& plan) {
  const std::vector<Step*> steps = all_steps(plan);
  for (const Step* step : steps) {
    if (step->sweep != ir::Sweep::backward) continue;
    for (int buffer : buffers_read(plan, *step)) {
      if (buffer < 0 || plan.buffers[buffer].values.empty()) continue;
      Buffer& b = plan.buffers[buffer];
      const bool is_argument = b.place == Buffer::Place::input || b.place == Buffer::Place::upstream;
      // A mask belongs to the backward sweep's formulas, but is kept for it where the forward sweep computes
      // it.
      const bool forward = steps[static_cast<std::size_t>(b.first)]->sweep == ir::Sweep::forward;
      b.kept |= !is_argument && forward &&
                (plan.f[b.values.back()].sweep == ir::Sweep::forward || b.elem == ir::Elem::boolean);
    }
  }
}

// Sums over rows into memory: one copy per chunk but the first, which accumulates in place.
void add_scratch(Plan& plan) {
  for (Step* step : all_steps(plan)) {
    if (step->kernel.rows.empty()) continue;
    for (Sink& s : step->kernel.sinks) {
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

namespace {

template <class Steps, class List>
void add_steps(Steps& steps, List& list) {
  for (auto& step : steps) {
    list.push_back(&step);
    for (auto& part : step.parts) add_steps(part.steps, list);
  }
}

void number_steps(std::vector<Step>& steps, int& number) {
  for (Step& step : steps) {
    step.number = number++;
    for (Step::Part& part : step.parts) number_steps(part.steps, number);
    step.last = number - 1;
  }
}

void mark_moves(Plan& plan) {
  for (Step* step : all_steps(plan))
    for (const Step::Part& part : step->kind == Step::Kind::routine ? std::vector<Step::Part>() : step->parts)
      for (const Move& m : part.moves)
        for (int b : {m.to, m.from}) plan.buffers[static_cast<std::size_t>(b)].moves = true;
}

}  // namespace

std::vector<Step*> all_steps(Plan& plan) {
  std::vector<Step*> list;
  add_steps(plan.steps, list);
  return list;
}

std::vector<const Step*> all_steps(const Plan& plan) {
  std::vector<const Step*> list;
  add_steps(plan.steps, list);
  return list;
}

Plan plan(const ir::Function& f, const Options& options) {
  Function small = compact(run_forwards(f));
  Kept kept = has_code(small) ? Kept{.f = std::move(small)} : keep(small, options);
  Program p = prepare(kept.f, kept.late);
  p.checks_all = options.target == Target::cuda;  // a recorded step looks at labels too late
  p.holds_rows = options.target == Target::cuda;
  const Groups groups = fuse(p);
  Plan plan;
  plan.has_code = p.has_code;
  plan.remarks = std::move(kept.remarks);
  plan.recomputed = std::move(kept.recomputed);
  Moves moves;
  Memory memory = memory_of(p, groups, plan.buffers, moves);
  plan.steps = make_steps(p, groups, memory, moves);
  plan.memory = memory.of;
  int number = 0;
  number_steps(plan.steps, number);
  mark_moves(plan);
  find_grown(p.scopes, p.f, plan);
  assign_outputs(p, plan);
  part_copies(plan);
  plan.f = std::move(p.f);
  if (!plan.has_code) share_equal_stores(plan);
  assign_locals(p.scopes, plan);
  assign_rooms(plan, options.target);
  find_null(p.scopes, plan);
  plan.small = options.target == Target::cpp && is_small(plan);
  if (options.target == Target::cpp && !plan.small) add_scratch(plan);
  if (options.target == Target::cuda)
    prepare_cuda(plan, options);
  else if (!plan.has_code)
    note_wanted(plan);
  number = 0;  // steps may have become part of others
  number_steps(plan.steps, number);
  find_lifetimes(plan, p.scopes);
  if (plan.has_code) find_parts(plan, options.target);
  if (plan.has_code && options.target == Target::cpp) share_rounds(plan, p.scopes);
  mark_kept(plan);
  if (!plan.has_code) share_in_place(plan);
  pack_arena(plan);
  count_cost(plan);
  return plan;
}

}  // namespace nndiff::plan
