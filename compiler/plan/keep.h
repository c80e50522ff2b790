// Keep or recompute: which values the forward sweep leaves to the backward sweep, and which are computed
// again.
#ifndef NNDIFF_PLAN_KEEP_H
#define NNDIFF_PLAN_KEEP_H
#include "plan/plan.h"

namespace nndiff::plan {

/// A function in which the backward sweep has its own copies of what it recomputes.
struct Kept {
  ir::Function f;
  std::vector<bool> late = {};         // by operation: an elementwise copy, computed where it is used
  std::vector<Value> recomputed = {};  // the copies of forward operations
  std::vector<std::string> remarks = {};
};

/// Decides by a minimum cut between what the inputs determine and what backward products and all after them
/// read: a value costs its bytes to keep; arguments and outputs cost nothing, for they are there anyway.
/// Products and reductions are never repeated unless `options` say so.
Kept keep(const ir::Function& f, const Options& options);

}  // namespace nndiff::plan

#endif
