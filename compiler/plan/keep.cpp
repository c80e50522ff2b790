// Keep or recompute.
#include "plan/keep.h"

#include "plan/view.h"

namespace nndiff::plan {

Kept keep(const ir::Function& f, const Options&) {
  Kept k{f, std::vector<bool>(f.ops.size()), {}, {}};
  for (std::size_t i = 0; i < f.ops.size(); ++i) {
    const Op& op = f.ops[i];
    k.late[i] = op.kind == Kind::map && op.type.elem == ir::Elem::boolean && op.sweep == ir::Sweep::backward;
  }
  return k;
}

}  // namespace nndiff::plan
