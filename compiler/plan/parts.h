// Blocks of consecutive elements that need no copy: they are read, and written, where the whole array is.
#ifndef NNDIFF_PLAN_PARTS_H
#define NNDIFF_PLAN_PARTS_H
#include "plan/compact.h"
#include "plan/plan.h"

namespace nndiff::plan {

/// Makes buffers parts of others: one that a block is loaded to, where the array stays as it is until the
/// block has been read for the last time; and one whose elements are stored as a block once they are
/// computed, where nothing looks at that block of the array in between. To be called when lifetimes are
/// known, and before the arena is packed; on a GPU,
/// of what the host starts.
void find_parts(Plan& plan, Target target);

}  // namespace nndiff::plan

#endif
