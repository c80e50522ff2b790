// Matrix products that leave loops: many small ones become one.
#ifndef NNDIFF_OPT_BATCH_H
#define NNDIFF_OPT_BATCH_H
#include "ir/function.h"

namespace nndiff::opt {

/// x(t)·w in each round of a loop over x, where w does not change, is x·w in front of the loop, of which the
/// rounds take their rows. Sets `changed`.
ir::Function batch_products(ir::Function f, bool& changed);

/// Σ aₜᵀ·dₜ over the rounds of a loop, where aₜ are rows of an array, is one product behind the loop, which
/// keeps the dₜ. Sets `changed`.
ir::Function gather_products(ir::Function f, bool& changed);

}  // namespace nndiff::opt

#endif
