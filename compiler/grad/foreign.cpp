// The adjoint of a call whose derivative the user has given: a call of that. What it asks for of the
// arguments and the result is all that is kept.
#include "grad/foreign.h"

#include "grad/memory.h"

namespace nndiff::grad {

using ir::Foreign;
using ir::Op;
using ir::Value;

namespace {

using Role = Foreign::Argument::Role;

[[noreturn]] void refuse_second(const op::Builder& b, Value y) {
  const Op& call = b.f[b.f[y].operands[0]];
  const std::string name = b.f.foreigns[static_cast<std::size_t>(call.index)].name;
  throw ir::Refusal({ir::Severity::error, call.loc,
                     "second derivatives need the derivative of '" + name +
                         "', which NN_ADJOINT does not give; leave the modes out that ask for them"});
}

// A call of the adjoint.
struct Call {
  op::Builder& b;
  Adjoints& adjoints;
  const std::vector<bool>& is_active;
  const Value y;
  const Op call = b.f[y];
  int number = b.f.foreigns[static_cast<std::size_t>(call.index)].adjoint;
  Foreign adjoint = b.f.foreigns[static_cast<std::size_t>(number)];
  std::vector<Value> memory = {};  // by gradient: where it goes, if that is given
  std::map<Value, int> lent = {};  // by array: the argument that has its adjoint's memory
  bool is_other = false;           // than the adjoint for all calls

  // What it is given in place of argument `a`.
  Value passed(const Foreign::Argument& a, Value dy) const {
    if (a.role == Role::upstream) return dy;
    return a.role == Role::result ? y : operand(a);
  }
  Value operand(const Foreign::Argument& a) const {
    return call.operands[static_cast<std::size_t>(a.number)];
  }

  // A pointer's gradient is added to the adjoint of the array that it points into.
  void lend(int k) {
    Foreign::Argument& a = adjoint.arguments[static_cast<std::size_t>(k)];
    const Value base = element_base(b.f, is_active, operand(a));
    const auto before = lent.find(base);
    const bool is_wanted = is_active[base.id];
    if (before != lent.end() || (!is_wanted && is_unknown(b.type(base)))) {
      a.role = Role::shared;
      a.number = before != lent.end() ? before->second : -1;
      is_other = true;
      return;
    }
    memory.push_back(is_wanted ? adjoints.owned(base) : Value{});
    is_other = is_other || !(a.type == b.type(base));
    a.type = b.type(base);
    if (is_wanted) lent.emplace(base, k);
  }

  void find_memory() {
    for (int k = 0; k < static_cast<int>(adjoint.arguments.size()); ++k) {
      const Foreign::Argument& a = adjoint.arguments[static_cast<std::size_t>(k)];
      if (a.role != Role::gradient) continue;
      if (a.form == Foreign::Argument::Form::pointer)
        lend(k);
      else
        memory.emplace_back();
    }
    if (!is_other) return;
    number = static_cast<int>(b.f.foreigns.size());
    b.f.foreigns.push_back(adjoint);
  }

  void receive(const Foreign::Argument& a, Value dx, bool is_lent) {
    const Value x = operand(a);
    if (is_lent) return adjoints.set_owned(element_base(b.f, is_active, x), dx);
    if (!is_active[x.id]) return;
    if (!b.f[x].name.empty()) b.f[dx].name = "d" + b.f[x].name;
    adjoints.add(x, dx, true);
  }

  void run(Value dy) {
    find_memory();
    std::vector<Value> operands;
    for (const Foreign::Argument& a : adjoint.arguments)
      if (a.is_operand()) operands.push_back(passed(a, dy));
    const op::Builder::Built built = b.foreign(number, std::move(operands), memory);
    std::size_t next = 0;
    for (const Foreign::Argument& a : adjoint.arguments) {
      if (a.role != Role::gradient) continue;
      receive(a, built.results[next], static_cast<bool>(memory[next]));
      ++next;
    }
  }
};

}  // namespace

void foreign_step(op::Builder& b, Adjoints& adjoints, const std::vector<bool>& is_active, Value y) {
  const Value dy = adjoints.of(y);
  if (!dy || !is_active[y.id]) return;
  if (b.f[y].kind == ir::Kind::written) refuse_second(b, y);
  adjoints.share(dy);
  Call{b, adjoints, is_active, y}.run(dy);
}

}  // namespace nndiff::grad
