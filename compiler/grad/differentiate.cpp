// Reverse mode over straight-line functions.
#include "grad/differentiate.h"

#include "grad/activity.h"
#include "grad/guard.h"
#include "grad/rules.h"

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Value;

namespace {

struct Sweep {
  op::Builder b;
  std::vector<bool> is_active;
  std::vector<Value> adjoints;  // by operation of the primal function; empty where nothing has arrived

  void add(Value v, Value contribution) {
    Value& sum = adjoints[v.id];
    sum = sum ? guarded_sum(b, sum, contribution) : contribution;
  }

  void step(Value y) {
    const Value dy = adjoints[y.id];
    if (!dy || !is_active[y.id]) return;
    b.loc = b.f[y].loc;
    b.statement = b.f[y].statement;
    if (b.f[dy].name.empty() && !b.f[y].name.empty() && b.f[dy].sweep == ir::Sweep::backward)
      b.f[dy].name = "d" + b.f[y].name;
    const std::vector<Value> operands = b.f[y].operands;
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (!is_active[operands[i].id]) continue;
      if (auto c = guarded_contribution(b, y, i, dy)) add(operands[i], *c);
    }
  }
};

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

}  // namespace

Function differentiate(const Function& primal, Mode mode) {
  Function f = primal;
  Sweep sweep{op::Builder(f), active(primal), std::vector<Value>(primal.ops.size())};
  const std::vector<Value> forward = f.body.ops;
  const Value result = f.body.yields.at(0);
  sweep.b.sweep = ir::Sweep::backward;
  const Value start = seed(sweep.b, f, mode);
  sweep.adjoints[result.id] = start;
  for (auto it = forward.rbegin(); it != forward.rend(); ++it) sweep.step(*it);

  f.outputs = {{ir::Output::Role::primal, -1}};
  f.body.yields = {result};
  int index = 0;
  for (const ir::Leaf* leaf : leaves(f)) {
    if (leaf->wanted) {
      Value d = sweep.adjoints[leaf->value.id];
      f.outputs.push_back({ir::Output::Role::gradient, index});
      f.body.yields.push_back(d ? d : sweep.b.constant(0, leaf->type));
    }
    ++index;
  }
  return f;
}

std::vector<ir::Diagnostic> remarks(const Function& f) {
  std::vector<ir::Diagnostic> out;
  const std::vector<bool> is_active = active(f);
  Function scratch = f;
  op::Builder b(scratch);
  for (Value v : f.body.ops) {
    const Op op = scratch[v];
    if (!is_active[v.id] || op.kind != Kind::map) continue;
    const Value dy = b.constant(1, op.type);
    bool flat = true;
    for (std::size_t i = 0; i < op.operands.size(); ++i) {
      if (!is_active[op.operands[i].id]) continue;
      auto c = contribution(b, v, i, dy);
      flat = flat && (!c || (scratch[*c].kind == Kind::constant && scratch[*c].number == 0));
    }
    if (flat)
      out.push_back({ir::Severity::remark, op.loc,
                     "the derivative of '" + std::string(name_of(op.map)) +
                         "' is zero wherever it exists: no gradient flows through it"});
  }
  return out;
}

}  // namespace nndiff::grad
