// What a GPU can be asked to do of a plan with loops and memory.
#include "plan/device.h"

#include <algorithm>

#include "plan/bound.h"

namespace nndiff::plan {

namespace {

bool is_work(const Step& step) {
  return step.kind == Step::Kind::kernel || step.kind == Step::Kind::product;
}

// Adds the loops and branches in which there is work for the whole device.
bool find_by_host(const std::vector<Step>& steps, std::set<Value>& found) {
  bool any = false;
  for (const Step& step : steps) {
    bool inside = false;
    for (const Step::Part& part : step.parts) inside |= find_by_host(part.steps, found);
    if (inside) found.insert(step.values[0]);
    any = any || inside || is_work(step);
  }
  return any;
}

// An integer may be divided by zero only where the program does so.
bool may_trap(const ir::Op& op) {
  return op.kind == ir::Kind::map && (op.map == ir::Map::div || op.map == ir::Map::rem) &&
         ir::is_integer(op.type.elem);
}

struct Known {
  const ir::Function& f;
  Division& d;

  bool is_number(Value v) const { return f[v].type.rank() == 0 && d.known.count(v) > 0; }

  bool is_known(Value v) const {
    const ir::Op& op = f[v];
    if (op.type.rank() > 0) return false;
    switch (op.kind) {
      case ir::Kind::constant:
      case ir::Kind::size:
        return true;
      case ir::Kind::input:
        return f.upstream == v ||
               ir::leaves(f)[static_cast<std::size_t>(op.index)]->holder != ir::Holder::tensor;
      case ir::Kind::map:
      case ir::Kind::cast:
      case ir::Kind::reshape:
      case ir::Kind::permute:
      case ir::Kind::broadcast:
      case ir::Kind::dimension:
        return (!may_trap(op) || d.is_host_scope(d.scopes.of_value(v))) &&
               std::all_of(op.operands.begin(), op.operands.end(), [&](Value o) { return is_number(o); });
      case ir::Kind::loop:
        return d.by_host.count(v) > 0 && !op.is_while && is_number(op.operands[0]);
      default:
        return false;
    }
  }

  bool is_on_entry(Value v) const {
    const std::vector<Value>& operands = f[v].operands;
    const auto end = f[v].kind == ir::Kind::loop ? operands.begin() + 1 : operands.end();
    return std::all_of(operands.begin(), end, [&](Value o) { return d.on_entry.count(o) > 0; });
  }

  void find() {
    for (Value v : d.scopes.order) {
      if (is_known(v)) {
        d.known.insert(v);
        if (is_on_entry(v)) d.on_entry.insert(v);
      }
      if (d.by_host.count(v) && f[v].kind == ir::Kind::loop) d.known.insert(f[v].regions[0].params[0]);
    }
  }

  // What sizes are made of is computed before there is memory, wherever it stands.
  void host(Value v) {
    if (!is_number(v) || !d.hosted.insert(v).second) return;
    for (Value o : f[v].operands) host(o);
  }
};

}  // namespace

bool Division::is_host_scope(int scope) const {
  for (; scopes[scope].owner; scope = scopes[scope].parent)
    if (!by_host.count(scopes[scope].owner)) return false;
  return true;
}

Division divide(const Plan& plan) {
  Division d;
  d.scopes = scopes_of(plan.f);
  find_by_host(plan.steps, d.by_host);
  Known known{plan.f, d};
  known.find();
  for (Value v : d.scopes.order) {
    if (d.known.count(v) && d.is_host_scope(d.scopes.of_value(v))) d.hosted.insert(v);
    if (plan.f[v].kind == ir::Kind::dimension) known.host(v);
  }
  return d;
}

std::map<int, Affine> most_elements(const Plan& plan, const Division& division) {
  std::map<int, std::optional<Affine>> most;
  std::vector<std::pair<int, int>> copies;  // to, from
  for (Value v : division.scopes.order) {
    const ir::Op& op = plan.f[v];
    const int b = op.type.rank() > 0 ? plan.memory[base_of(plan.f, v).id] : -1;
    if (b < 0) continue;
    const Buffer& buffer = plan.buffers[static_cast<std::size_t>(b)];
    const bool is_own = buffer.place == Buffer::Place::arena || buffer.place == Buffer::Place::room;
    if (!buffer.grows || !is_own) continue;
    if (op.kind == ir::Kind::alloc || op.kind == ir::Kind::copy) most.try_emplace(b, Affine{});
    if (op.kind == ir::Kind::copy && plan.f[op.operands[0]].kind != ir::Kind::constant)
      copies.emplace_back(b, plan.memory[base_of(plan.f, op.operands[0]).id]);
    if (op.kind != ir::Kind::grow) continue;
    std::optional<Affine>& own = most.try_emplace(b, Affine{}).first->second;
    own = larger(own, upper_bound(plan.f, division.on_entry, op.operands[1]));
  }
  for (std::size_t round = 0; round < copies.size(); ++round)
    for (const auto& [to, from] : copies) most[to] = larger(most[to], most[from]);
  std::map<int, Affine> found;
  for (const auto& [b, bound] : most)
    if (bound) found[b] = *bound;
  return found;
}

namespace {

struct Obstacles {
  const Plan& plan;
  const Division division = divide(plan);
  const std::map<int, Affine> most = most_elements(plan, division);

  static ir::Diagnostic at(const ir::Loc& loc, const std::string& message) {
    return {ir::Severity::error, loc, message};
  }

  // Arrays and vectors of the caller's are the host's.
  std::optional<ir::Diagnostic> argument(const ir::Leaf& leaf) const {
    if (leaf.holder == ir::Holder::member)
      return at(plan.f[leaf.value].loc,
                "'" + leaf.path.substr(0, leaf.path.find("[]")) +
                    "' holds structs or arrays, whose elements are the host's; take an "
                    "nn::Tensor, a pointer or a std::span of numbers");
    if (leaf.holder != ir::Holder::array && leaf.holder != ir::Holder::vector) return std::nullopt;
    return at(plan.f[leaf.value].loc,
              "'" + leaf.path + "' is " + (leaf.holder == ir::Holder::array ? "an array" : "a std::vector") +
                  ", whose elements are the host's; take an nn::Tensor, a pointer or a "
                  "std::span");
  }

  // The innermost loop around `v` that goes on as long as something holds.
  ir::Loc loop_around(Value v) const {
    for (int s = division.scopes.of_value(v); division.scopes[s].owner; s = division.scopes[s].parent)
      if (plan.f[division.scopes[s].owner].is_while) return plan.f[division.scopes[s].owner].loc;
    return plan.f[v].loc;
  }

  bool is_bounded(Value array) const {
    const int b = plan.memory[base_of(plan.f, array).id];
    return most.count(b) > 0 && !plan.buffers[static_cast<std::size_t>(b)].moves;
  }

  std::optional<ir::Diagnostic> operation(Value v) const {
    const ir::Op& op = plan.f[v];
    const bool inside = division.by_host.count(v) > 0;
    switch (op.kind) {
      case ir::Kind::grow:
        if (is_bounded(v)) return std::nullopt;
        return at(loop_around(v),
                  "memory grows as long as a loop goes on whose rounds no number bounds that is known "
                  "beforehand; give the loop a limit (for one that ends earlier, leave it by break)");
      case ir::Kind::dimension:
        if (division.on_entry.count(v)) return std::nullopt;
        return at(op.loc,
                  "memory of a size that is computed on the way; compute it from sizes and arguments");
      case ir::Kind::loop:
        if (!inside || (!op.is_while && division.known.count(op.operands[0]))) return std::nullopt;
        return at(op.loc,
                  "operations on whole tensors in a loop whose number of rounds depends on what is computed");
      case ir::Kind::branch:
        if (!inside || division.known.count(op.operands[0])) return std::nullopt;
        return at(op.loc, "operations on whole tensors under a condition that depends on what is computed");
      case ir::Kind::call:
        return at(op.loc, "recursive functions run on the host");
      case ir::Kind::foreign:
        return at(op.loc, "functions with an adjoint of their own (NN_ADJOINT) run on the host");
      default:
        return std::nullopt;
    }
  }

  std::optional<ir::Diagnostic> first() const {
    for (const ir::Leaf* leaf : ir::leaves(plan.f))
      if (const auto found = argument(*leaf)) return found;
    for (Value v : division.scopes.order)
      if (const auto found = operation(v)) return found;
    return std::nullopt;
  }
};

}  // namespace

std::optional<ir::Diagnostic> obstacle_on_device(const Plan& plan) {
  for (const ir::Leaf* leaf : ir::leaves(plan.f))
    if (leaf->written && leaf->holder == ir::Holder::tensor && leaf->type.rank() == 0)
      return Obstacles::at(plan.f[leaf->value].loc,
                           "'" + leaf->path + "' is a tensor without axes that changes; take a number");
  if (!plan.has_code) return std::nullopt;
  return Obstacles{plan}.first();
}

}  // namespace nndiff::plan
