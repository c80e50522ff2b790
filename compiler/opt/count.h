// Loops that count are given their trip count.
#ifndef NNDIFF_OPT_COUNT_H
#define NNDIFF_OPT_COUNT_H
#include "ir/function.h"

namespace nndiff::opt {

/// Finds `while` loops in which an integer steps by a constant towards a bound that does not change, computes
/// their trip count before them, and makes the integer a function of the loop's counter. Other reasons to
/// leave the loop stay its condition. Sets `changed`.
ir::Function count_loops(ir::Function f, bool& changed);

}  // namespace nndiff::opt

#endif
