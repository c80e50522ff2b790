// Keep or recompute: which forward values cross to the backward sweep.
#ifndef NNDIFF_PLAN_KEEP_H
#define NNDIFF_PLAN_KEEP_H
#include "plan/plan.h"

namespace nndiff::plan {

/// `f` with the operations that the backward sweep repeats, and which operations are computed where they are used.
struct Kept {
  ir::Function f;
  std::vector<bool> late;         // by operation: a map or cast, never stored
  std::vector<Value> recomputed;  // forward operations repeated in the backward sweep
  std::vector<std::string> remarks;
};

Kept keep(const ir::Function& f, const Options& options);

}  // namespace nndiff::plan

#endif
