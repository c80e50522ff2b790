// Keep or recompute: a minimum cut (Chen et al., arXiv:1604.06174, ask the question; PyTorch's partitioner
// the cut).
#include "plan/keep.h"

#include <algorithm>
#include <functional>

#include "plan/flow.h"
#include "plan/prepare.h"

namespace nndiff::plan {

namespace {

struct Cut {
  std::vector<bool> late;  // by operation: computed in the backward sweep
  std::vector<Value> kept;
  double bytes = 0;  // of forward values kept
};

struct Keeper {
  const Function& f;
  const Options& options;
  std::vector<bool> repeatable = {};  // by operation: may be computed again
  std::vector<bool> adjoint = {};     // by operation: depends on a backward product
  std::vector<bool> free_to_keep = {};
  std::vector<bool> banned = {};   // must not be kept
  std::vector<int> distance = {};  // to the nearest reader in the backward sweep, in operations

  void classify() {
    const std::size_t n = f.ops.size();
    adjoint.assign(n, false);
    repeatable.assign(n, false);
    free_to_keep.assign(n, false);
    banned.assign(n, false);
    distance.assign(n, 1 << 20);
    for (Value y : f.body.yields) free_to_keep[base_of(f, y).id] = true;
    std::vector<bool> waits(n);  // for a sum over rows, so in another kernel than what was summed
    for (std::size_t i = 0; i < n; ++i) {
      const Op& op = f.ops[i];
      const bool backward = op.sweep == ir::Sweep::backward;
      waits[i] = op.kind == Kind::reduce && op.axes[0] == 0;
      for (Value o : op.operands) waits[i] = waits[i] || (waits[o.id] && op.kind != Kind::matmul);
      const bool elementwise_late = op.type.rank() > 0 && op.kind == Kind::map && waits[i];
      adjoint[i] = backward && (op.kind == Kind::matmul || elementwise_late);
      for (Value o : op.operands) adjoint[i] = adjoint[i] || adjoint[o.id];
      if (op.kind == Kind::input) free_to_keep[i] = true;
      const bool elementwise = op.kind == Kind::map || op.kind == Kind::cast;
      const bool allowed = backward || options.recompute != Recompute::none;
      repeatable[i] = is_view(op.kind) || (elementwise && allowed) || options.recompute == Recompute::all;
    }
    for (std::size_t i = n; i-- > 0;)
      for (Value o : f.ops[i].operands)
        distance[o.id] = std::min(distance[o.id], adjoint[i] ? 1 : distance[i] + 1);
  }

  double bytes(std::size_t i) const {
    return estimate(count(f.ops[i].type.shape)) * ir::bytes_of(f.ops[i].type.elem);
  }

  // What keeping a value costs: its bytes, a little less the nearer it is to its readers.
  double capacity(std::size_t i) const {
    const Op& op = f.ops[i];
    if (free_to_keep[i] || op.kind == Kind::constant || op.kind == Kind::size) return 0;
    if (is_view(op.kind) || banned[i]) return unlimited;
    return (1 + bytes(i)) * (1 + 0.01 * std::min(distance[i], 50));
  }

  Cut cut() const {
    const int n = static_cast<int>(f.ops.size()), source = 2 * n, target = source + 1;
    FlowGraph graph(2 * n + 2);  // a value enters at 2i and leaves at 2i + 1
    for (int i = 0; i < n; ++i) {
      const Op& op = f.ops[i];
      if (!adjoint[i] && capacity(i) > 0) {
        graph.connect(2 * i, 2 * i + 1, capacity(i));
        if (!repeatable[i]) graph.connect(source, 2 * i, unlimited);
      }
      for (Value o : op.operands) {
        if (adjoint[o.id] || capacity(o.id) == 0) continue;
        graph.connect(2 * static_cast<int>(o.id) + 1, adjoint[i] ? target : 2 * i, unlimited);
      }
    }
    const std::vector<bool> side = graph.cut(source, target);
    Cut result{std::vector<bool>(f.ops.size()), {}, 0};
    for (int i = 0; i < n; ++i) {
      if (adjoint[i] || capacity(i) == 0) continue;
      result.late[i] = side[2 * i];
      if (side[2 * i] || !side[2 * i + 1]) continue;
      result.kept.push_back({static_cast<std::uint32_t>(i)});
      if (f.ops[i].sweep == ir::Sweep::forward) result.bytes += bytes(i);
    }
    return result;
  }

  // The products and reductions that would have to be repeated if `v` were not kept.
  void find_barriers(Value v, std::vector<bool>& seen, std::vector<Value>& barriers) const {
    if (seen[v.id]) return;
    seen[v.id] = true;
    if (!repeatable[v.id]) return barriers.push_back(v);
    for (Value o : f[v].operands)
      if (capacity(o.id) > 0) find_barriers(o, seen, barriers);
  }

  std::vector<Value> barriers_of(Value v) const {
    std::vector<bool> seen(f.ops.size());
    std::vector<Value> barriers;
    find_barriers(v, seen, barriers);
    return barriers;
  }

  // Work to repeat, per byte that is not kept.
  double price(Value v) const {
    double work = 1;
    for (Value b : barriers_of(v)) {
      const ir::Type& from = f[f[b].operands[0]].type;
      work += estimate(count(from.shape)) *
              (f[b].kind == Kind::matmul ? 2 * estimate(Size(f[b].type.shape[1])) : 1);
    }
    return work / (1 + bytes(v.id));
  }

  // Gives up keeping what costs the least work a byte until the rest fits.
  Cut cut_within_budget(std::vector<std::string>& remarks) {
    Cut best = cut();
    while (options.budget && best.bytes > static_cast<double>(*options.budget)) {
      Value cheapest;
      for (Value v : best.kept)
        if (f[v].sweep == ir::Sweep::forward && (!cheapest || price(v) < price(cheapest))) cheapest = v;
      if (!cheapest) break;
      for (Value b : barriers_of(cheapest)) repeatable[b.id] = true;
      banned[cheapest.id] = true;
      best = cut();
    }
    if (options.budget && best.bytes > static_cast<double>(*options.budget))
      remarks.push_back("the budget of " + std::to_string(*options.budget) + " bytes cannot be met: " +
                        std::to_string(static_cast<std::int64_t>(best.bytes)) + " bytes are kept");
    return best;
  }
};

// Rebuilds the function: what backward products and their users read of late values are copies made just
// before.
struct Copier {
  const Function& f;
  const Keeper& keeper;
  const Cut& cut;
  Kept result = {};
  std::vector<Value> early = std::vector<Value>(f.ops.size());
  std::vector<Value> late = std::vector<Value>(f.ops.size());

  Value add(Op op, bool is_late) {
    const Value v = result.f.append(std::move(op));
    result.late.push_back(is_late);
    return v;
  }

  Value copy_of(Value v) {
    if (!cut.late[v.id]) return early[v.id];
    if (late[v.id]) return late[v.id];
    Op op = f[v];
    for (Value& o : op.operands) o = copy_of(o);
    const bool was_forward = op.sweep == ir::Sweep::forward;
    const bool elementwise = op.kind == Kind::map || op.kind == Kind::cast;
    op.sweep = ir::Sweep::backward;
    late[v.id] = add(std::move(op), elementwise);
    if (was_forward && !is_view(f[v].kind)) result.recomputed.push_back(late[v.id]);
    return late[v.id];
  }

  void run() {
    result.f = f;
    result.f.ops.clear();
    result.f.body.ops.clear();
    for (Value v : f.body.ops) {
      Op op = f[v];
      for (Value& o : op.operands) o = keeper.adjoint[v.id] ? copy_of(o) : early[o.id];
      early[v.id] = add(std::move(op), false);
    }
    const auto rename = [&](Value& v) { v = v ? early[v.id] : v; };
    for (Value& y : result.f.body.yields) rename(y);
    for (ir::Param& param : result.f.params)
      for (ir::Leaf& leaf : param.leaves) rename(leaf.value);
    if (result.f.upstream) rename(*result.f.upstream);
  }
};

}  // namespace

Kept keep(const Function& f, const Options& options) {
  Keeper keeper{f, options};
  keeper.classify();
  std::vector<std::string> remarks;
  const Cut cut = keeper.cut_within_budget(remarks);
  Copier copier{f, keeper, cut};
  copier.run();
  copier.result.remarks = std::move(remarks);
  return std::move(copier.result);
}

}  // namespace nndiff::plan
