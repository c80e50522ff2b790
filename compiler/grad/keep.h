// What the backward sweep wants to know of the inside of loops and branches: kept as history, or computed
// again.
#ifndef NNDIFF_GRAD_KEEP_H
#define NNDIFF_GRAD_KEEP_H
#include "grad/differentiate.h"
#include "grad/reverse.h"

namespace nndiff::grad {

/// Makes a function whose backward sweep mentions what it cannot see into one that obeys the law. `primal`:
/// values with smaller numbers are the forward sweep's. What is wanted is computed again in the backward
/// sweep where that is cheap, and kept where it is made otherwise: elements in arrays indexed by the counters
/// of the loops around, if their limits are known before the outermost one, else one behind the other in an
/// array that grows.
void keep(ir::Function& f, std::size_t primal, const Mirrors& mirrors, const Frames& frames,
          Recompute recompute);

}  // namespace nndiff::grad

#endif
