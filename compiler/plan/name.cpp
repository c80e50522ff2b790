// What values and the memory they live in should be called.
#include "ir/diagnostic.h"
#include "plan/plan.h"

namespace nndiff::plan {

namespace {

// What a function returns goes by its name, and what it writes by the parameter's.
std::string called_name(const ir::Function& f, const ir::Op& op) {
  const ir::Op& call = op.kind == ir::Kind::foreign ? op : f[op.operands[0]];
  const ir::Foreign& callee = f.foreigns[static_cast<std::size_t>(call.index)];
  if (op.kind == ir::Kind::foreign) return callee.name.substr(callee.name.rfind(':') + 1);
  int number = 0;
  for (const ir::Foreign::Argument& a : callee.arguments)
    if (a.role == ir::Foreign::Argument::Role::gradient && number++ == op.index) return a.name;
  ir::bug("a gradient that nothing writes");
}

}  // namespace

std::string name_hint(const ir::Function& f, Value v) {
  const ir::Op& op = f[v];
  const bool is_called = op.kind == ir::Kind::foreign || op.kind == ir::Kind::written;
  if (op.name.empty() && is_called) return called_name(f, op);
  if (!op.name.empty() || op.statement < 0) return op.name;
  const std::string& variable = f.statements[static_cast<std::size_t>(op.statement)].variable;
  if (variable.empty()) return "";
  if (op.type.elem == ir::Elem::boolean) return variable + "_mask";
  return op.sweep == ir::Sweep::backward ? "d" + variable : variable;
}

std::string name_hint(const Plan& plan, const Buffer& buffer, int step) {
  std::string name = buffer.name;
  for (std::size_t i = 0; i < buffer.values.size(); ++i) {
    if (i > 0 && buffer.since[i] >= step) break;
    const std::string own = name_hint(plan.f, buffer.values[i]);
    if (!own.empty()) name = own;
  }
  return name;
}

std::string operation_name(const ir::Op& op) {
  if (op.kind == ir::Kind::map) return std::string(name_of(op.map));
  return std::string(op.kind == ir::Kind::reduce ? name_of(op.reducer) : name_of(op.kind));
}

std::string parts_name(const Plan& plan, const Sink& s) {
  const bool in_buffer = s.to.buffer >= 0;
  if (in_buffer) {
    const Buffer& sums = plan.buffers[static_cast<std::size_t>(s.to.buffer)];
    if (sums.place == Buffer::Place::gradient)
      return "d_" + ir::leaves(plan.f)[static_cast<std::size_t>(sums.leaf)]->path + "_parts";
  }
  const std::string name = name_hint(plan.f, s.value);
  return (name.empty() ? std::string(ir::name_of(s.reducer)) : name) + "_parts";
}

}  // namespace nndiff::plan
