// Reverse mode: the sweep backwards, and then what it needs of the sweep forwards.
#include "grad/differentiate.h"

#include <map>

#include "grad/extents.h"
#include "grad/keep.h"
#include "grad/prune.h"
#include "grad/rules.h"

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Value;

namespace {

Value seed(op::Builder& b, Function& f, Mode mode) {
  b.loc = f.loc;
  if (mode == Mode::value_and_grad) {
    if (f.result.rank() != 0) ir::bug("value_and_grad of a tensor-valued function");
    return b.constant(1, f.result);
  }
  Op upstream{
      .kind = Kind::input, .type = f.result, .index = static_cast<int>(leaves(f).size()), .name = "upstream"};
  const Value v = f.append(upstream);
  f.upstream = v;
  return v;
}

// The primal's own outputs, then a gradient for each wanted leaf.
void set_outputs(op::Builder& b, const Adjoints& adjoints) {
  Function& f = b.f;
  if (f.outputs.empty()) f.outputs = {{ir::Output::Role::primal, -1}};
  int index = 0;
  for (const ir::Leaf* leaf : leaves(f)) {
    if (leaf->wanted) {
      Value d = adjoints.of(leaf->value);
      if (!d) d = is_unknown(leaf->type) ? b.zeros(leaf->type) : b.constant(0, leaf->type);
      f.outputs.push_back({ir::Output::Role::gradient, index});
      f.body.yields.push_back(d);
    }
    ++index;
  }
}

// Results stand right behind what they are of, so that what keeps one finds them all: rewriting may have put
// operations in between.
void line_up_results(Function& f, ir::Region& r) {
  std::map<Value, std::vector<Value>> results;
  for (Value v : r.ops)
    if (f[v].kind == Kind::result) results[f[v].operands[0]].push_back(v);
  std::vector<Value> ops;
  for (Value v : r.ops) {
    if (f[v].kind == Kind::result) continue;
    ops.push_back(v);
    if (const auto it = results.find(v); it != results.end())
      ops.insert(ops.end(), it->second.begin(), it->second.end());
    for (std::size_t i = 0; i < f[v].regions.size(); ++i) line_up_results(f, f[v].regions[i]);
  }
  r.ops = std::move(ops);
}

}  // namespace

Function differentiate(const Function& primal, Mode mode, Recompute recompute) {
  Function f = primal;
  f.mode = mode == Mode::vjp ? "vjp" : "value_and_grad";
  const bool regions = has_regions(f);
  if (regions) line_up_results(f, f.body);
  if (regions) prune(f);
  const auto extents = copied_extents(f);
  const Frames frames = number_frames(f, active(f));
  const std::size_t forward = f.ops.size();
  const std::vector<bool> is_active = active(f);
  op::Builder b(f);
  Adjoints adjoints(b, is_active);
  adjoints.extents = extents;
  const Layout at = layout(f);
  b.sweep = ir::Sweep::backward;
  adjoints.set(f.body.yields.at(0), seed(b, f, mode));
  const Mirrors mirrors = reverse(b, at, is_active, frames, adjoints);
  set_outputs(b, adjoints);
  if (!regions) return f;
  std::vector<Value> counted;
  for (const auto& [loop, link] : frames.links) counted.insert(counted.end(), {link.previous, link.last});
  prune(f, counted);
  keep(f, forward, mirrors, frames, recompute);
  return f;
}

namespace {

// Whether every contribution of `y` is the constant 0.
bool is_flat(op::Builder& b, Value y, const std::vector<bool>& is_active) {
  const Op op = b.f[y];
  const Value dy = b.constant(1, op.type);
  for (std::size_t i = 0; i < op.operands.size(); ++i) {
    if (!is_active[op.operands[i].id]) continue;
    auto c = contribution(b, y, i, dy);
    if (c && !(b.f[*c].kind == Kind::constant && b.f[*c].number == 0)) return false;
  }
  return true;
}

// A number cut to an integer, on its way to the result or not: the user may expect a derivative there.
bool cuts(const Function& f, const Op& op, const std::vector<bool>& is_varied) {
  return op.kind == Kind::cast && !ir::is_floating(op.type.elem) &&
         ir::is_floating(f[op.operands[0]].type.elem) && is_varied[op.operands[0].id];
}

}  // namespace

std::vector<ir::Diagnostic> remarks(const Function& f) {
  std::vector<ir::Diagnostic> out;
  const std::vector<bool> is_active = active(f), is_varied = varied(f);
  Function scratch = f;
  op::Builder b(scratch);
  for_each(f, f.body, [&](Value v) {
    const Op& op = f[v];
    std::string what;
    if (cuts(f, op, is_varied)) what = "a conversion to " + ir::cpp_name(op.type.elem);
    if (op.kind == Kind::map && is_active[v.id] && is_flat(b, v, is_active))
      what = "'" + std::string(name_of(op.map)) + "'";
    if (!what.empty())
      out.push_back(
          {ir::Severity::remark, op.loc,
           "the derivative of " + what + " is zero wherever it exists: no gradient flows through it"});
  });
  return out;
}

}  // namespace nndiff::grad
