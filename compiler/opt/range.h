// Whole numbers that are known to fit into a narrower type.
#ifndef NNDIFF_OPT_RANGE_H
#define NNDIFF_OPT_RANGE_H
#include "ir/function.h"

namespace nndiff::opt {

/// A counter cut to an int and made wide again is the counter, where the loop has no more rounds than an int
/// can count: indices become sums of counters, which vectorise. Sets `changed`.
ir::Function widen_counters(ir::Function f, bool& changed);

}  // namespace nndiff::opt

#endif
