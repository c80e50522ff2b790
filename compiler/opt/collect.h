// Collects like terms: a sum of products is replaced by its normal form where that takes fewer operators.
#ifndef NNDIFF_OPT_COLLECT_H
#define NNDIFF_OPT_COLLECT_H
#include "ir/function.h"

namespace nndiff::opt {

/// Finds, for instance, that −(Y·(1 − s) − (1 − Y)·s) is s − Y. Sets `changed` where anything was replaced.
ir::Function collect_terms(ir::Function f, bool& changed);

}  // namespace nndiff::opt

#endif
