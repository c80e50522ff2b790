// What loops carry from round to round: in arrays of rows where they keep it anyway.
#ifndef NNDIFF_OPT_CARRY_H
#define NNDIFF_OPT_CARRY_H
#include "ir/function.h"

namespace nndiff::opt {

/// Each of these sets `changed` where it has changed anything, and leaves operations that nobody needs.

/// An array of zeros to whose rows the rounds of a loop add, each round to one of its own, is an array that
/// they store to.
ir::Function store_once(ir::Function f, bool& changed);

/// Arrays to which a loop stores the same become one.
ir::Function join_twins(ir::Function f, bool& changed);

/// What is added up over the rounds of a loop that also keeps each summand is the sum of what it keeps.
ir::Function sum_behind(ir::Function f, bool& changed);

/// A tensor that a loop carries, and of which it keeps what it was in each round, lives where it is kept: a
/// round reads one row and writes the next.
ir::Function keep_states(ir::Function f, bool& changed);

}  // namespace nndiff::opt

#endif
