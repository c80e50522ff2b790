// Whether two kernels can be one, and that one.
#ifndef NNDIFF_PLAN_MERGE_H
#define NNDIFF_PLAN_MERGE_H
#include "plan/fuse.h"

namespace nndiff::plan {

/// Groups `a` and `b`, of which b may read what a computes, as one kernel; nothing where they don't fit: rows
/// that differ, or a value that is needed from another row than the one at hand.
std::optional<Group> merge(const Program& p, const Group& a, const Group& b);

}  // namespace nndiff::plan

#endif
