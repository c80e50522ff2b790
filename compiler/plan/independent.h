// Which loops may carry out their rounds in any order, or all at once.
//
// A round may write elements of arrays that no other round looks at: those at an index that grows by a fixed
// step from round to round, or that lie in a row of the round's own; and it may add to numbers. Everything
// else that passes from one round to the next makes rounds depend on each other.
#ifndef NNDIFF_PLAN_INDEPENDENT_H
#define NNDIFF_PLAN_INDEPENDENT_H
#include "ir/function.h"

namespace nndiff::plan {

/// True where the rounds of `loop` depend on each other only through numbers that each of them adds to: those
/// that it carries. Nothing else may look at these numbers inside of the loop, so they can be summed in any
/// order.
bool independent(const ir::Function& f, ir::Value loop);

}  // namespace nndiff::plan

#endif
