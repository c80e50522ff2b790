// What values and the memory they live in should be called.
#include "plan/plan.h"

namespace nndiff::plan {

std::string name_hint(const ir::Function& f, Value v) {
  const ir::Op& op = f[v];
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

}  // namespace nndiff::plan
