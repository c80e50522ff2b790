// What a routine's backward one is given and gives back.
#include "grad/routine.h"

#include <algorithm>

namespace nndiff::grad {

using ir::Function;
using ir::Op;
using ir::Value;

Exchange exchange_of(const Function& f, const std::vector<bool>& is_active, Value routine) {
  const Op& op = f[routine];
  const ir::Region& body = op.regions[0];
  Exchange out;
  for (std::size_t k = 0; k < body.yields.size(); ++k) {
    const bool from_parameter =
        op.axes[k] >= 0 && is_active[body.params[static_cast<std::size_t>(op.axes[k])].id];
    if (is_active[body.yields[k].id] || from_parameter) out.yields.push_back(k);
  }
  for (std::size_t i = 0; i < body.params.size(); ++i) {
    if (!is_active[body.params[i].id]) continue;
    if (f[body.params[i]].type.shape.empty())
      out.numbers.push_back(i);
    else if (std::find(op.axes.begin(), op.axes.end(), static_cast<int>(i)) == op.axes.end())
      out.borrowed.push_back(i);
  }
  return out;
}

}  // namespace nndiff::grad
