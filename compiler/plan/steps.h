// Groups in an order that respects what they need, as steps.
#ifndef NNDIFF_PLAN_STEPS_H
#define NNDIFF_PLAN_STEPS_H
#include "plan/chains.h"

namespace nndiff::plan {

/// The memory that steps share, which exists before the first kernel is lowered: its loads name buffers.
Memory memory_of(const Program& p, const Groups& groups, std::vector<Buffer>& buffers, Moves& moves);

/// The steps of the function's body, with those of its loops and branches inside them. Kernels that need more
/// memory add it.
std::vector<Step> make_steps(const Program& p, const Groups& groups, Memory& memory, const Moves& moves);

}  // namespace nndiff::plan

#endif
