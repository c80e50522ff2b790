// What the parts of the backward sweep share: adjoints on their way.
#ifndef NNDIFF_GRAD_SWEEP_H
#define NNDIFF_GRAD_SWEEP_H
#include <algorithm>

#include "grad/reverse.h"

namespace nndiff::grad {

const ir::Type counter_type{ir::Elem::i64, {}};

struct Sweep {
  op::Builder& b;
  const Layout& at;
  const std::vector<bool>& is_active;
  Adjoints& adjoints;
  Mirrors mirrors = Mirrors(is_active.size());

  void place(ir::Value y) {
    b.loc = b.f[y].loc;
    b.statement = b.f[y].statement;
  }

  // Lets an adjoint that has arrived at a result go on to the value it came from.
  void hand(ir::Value to, ir::Value adjoint, bool owned) {
    if (!ir::is_floating(b.type(to).elem)) return;
    adjoints.add(to, adjoint, owned);
  }

  bool arrives(ir::Value y) const {
    return std::any_of(at.results[y.id].begin(), at.results[y.id].end(),
                       [&](ir::Value r) { return r && is_active[r.id] && adjoints.of(r); });
  }

  ir::Value adopt(ir::Region& r, ir::Value like) {
    const ir::Value p = b.parameter(r, b.type(like));
    if (!b.f[like].name.empty()) b.f[p].name = "d" + b.f[like].name;
    return p;
  }

  void replace(ir::Value x, ir::Value adjoint) {
    if (b.shape(x).empty())
      adjoints.set(x, adjoint);
    else
      adjoints.set_owned(x, adjoint);
  }
};

}  // namespace nndiff::grad

#endif
