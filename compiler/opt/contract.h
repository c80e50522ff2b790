// Matrix products written as loops over elements.
#ifndef NNDIFF_OPT_CONTRACT_H
#define NNDIFF_OPT_CONTRACT_H
#include "ir/function.h"

namespace nndiff::opt {

/// Sums over k of x(n, k)·y(j, k), in a loop over j in a loop over n that do not change x and y, are one
/// matrix product in front of the loops, of which the rounds take their elements. So are sums in the elements
/// of an array, whichever the order of the three loops. Rows and columns follow each other without gaps, in
/// either order, or are those of a whole tensor. Sets `changed`.
ir::Function contract(ir::Function f, bool& changed);

}  // namespace nndiff::opt

#endif
