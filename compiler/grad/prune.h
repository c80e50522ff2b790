// Leaving out what loops and branches carry for nothing.
#ifndef NNDIFF_GRAD_PRUNE_H
#define NNDIFF_GRAD_PRUNE_H
#include "ir/function.h"

namespace nndiff::grad {

/// Drops operations, carried values and yields that no result of the function and none of `roots` needs, and
/// values that loops and branches only pass on; what remains keeps its number. Inputs stay, and so do checked
/// accesses and what routines take and yield.
void prune(ir::Function& f, const std::vector<ir::Value>& roots = {});

}  // namespace nndiff::grad

#endif
