// The adjoint of a call whose derivative the user has given: a call of that. What it asks for of the
// arguments and the result is all that is kept.
#include "grad/foreign.h"

namespace nndiff::grad {

using ir::Foreign;
using ir::Op;
using ir::Value;

namespace {

using Role = Foreign::Argument::Role;

// What the adjoint is given in place of argument `a`.
Value passed(const Op& call, Value y, Value dy, const Foreign::Argument& a) {
  if (a.role == Role::upstream) return dy;
  return a.role == Role::result ? y : call.operands[static_cast<std::size_t>(a.number)];
}

[[noreturn]] void refuse_second(const op::Builder& b, Value y) {
  const Op& call = b.f[b.f[y].operands[0]];
  const std::string name = b.f.foreigns[static_cast<std::size_t>(call.index)].name;
  throw ir::Refusal({ir::Severity::error, call.loc,
                     "second derivatives need the derivative of '" + name +
                         "', which NN_ADJOINT does not give; leave the modes out that ask for them"});
}

}  // namespace

void foreign_step(op::Builder& b, Adjoints& adjoints, const std::vector<bool>& is_active, Value y) {
  const Value dy = adjoints.of(y);
  if (!dy || !is_active[y.id]) return;
  if (b.f[y].kind == ir::Kind::written) refuse_second(b, y);
  adjoints.share(dy);
  const Op call = b.f[y];
  const int number = b.f.foreigns[static_cast<std::size_t>(call.index)].adjoint;
  const Foreign adjoint = b.f.foreigns[static_cast<std::size_t>(number)];
  std::vector<Value> operands;
  for (const Foreign::Argument& a : adjoint.arguments)
    if (a.role != Role::gradient) operands.push_back(passed(call, y, dy, a));
  const op::Builder::Built built = b.foreign(number, std::move(operands));
  std::size_t next = 0;
  for (const Foreign::Argument& a : adjoint.arguments) {
    if (a.role != Role::gradient) continue;
    const Value x = call.operands[static_cast<std::size_t>(a.number)];
    const Value dx = built.results[next++];
    if (!is_active[x.id]) continue;
    if (!b.f[x].name.empty()) b.f[dx].name = "d" + b.f[x].name;
    adjoints.add(x, dx, true);
  }
}

}  // namespace nndiff::grad
