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
    const std::size_t count = operands.size(), first = first_operand(y);
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t i = (first + n) % count;
      if (!is_active[operands[i].id]) continue;
      if (auto c = guarded_contribution(b, y, i, dy)) add(operands[i], *c);
    }
  }

  // A product's gradient of a parameter comes before that of the layer below, which is then still in the
  // cache when the layer's activation asks for it, and the activation itself can make room for it.
  std::size_t first_operand(Value y) const {
    return b.f[y].kind == Kind::matmul && is_parameter(b.f[y].operands[1]) ? 1 : 0;
  }

  bool is_parameter(Value v) const {
    while (b.f[v].kind == Kind::permute || b.f[v].kind == Kind::reshape) v = b.f[v].operands[0];
    return b.f[v].kind == Kind::input;
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
  for (Value v : f.body.ops) {
    const Op& op = f[v];
    std::string what;
    if (cuts(f, op, is_varied)) what = "a conversion to " + ir::cpp_name(op.type.elem);
    if (op.kind == Kind::map && is_active[v.id] && is_flat(b, v, is_active))
      what = "'" + std::string(name_of(op.map)) + "'";
    if (!what.empty())
      out.push_back(
          {ir::Severity::remark, op.loc,
           "the derivative of " + what + " is zero wherever it exists: no gradient flows through it"});
  }
  return out;
}

}  // namespace nndiff::grad
