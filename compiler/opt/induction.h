// Whole numbers that a loop changes regularly, as functions of its counter.
#ifndef NNDIFF_OPT_INDUCTION_H
#define NNDIFF_OPT_INDUCTION_H
#include "ir/function.h"

namespace nndiff::opt {

/// A whole number to which every round of a counted loop adds a + b·counter need not be carried: it is its
/// first value plus a·i + b·i(i − 1)/2. Sets `changed`.
ir::Function close_inductions(ir::Function f, bool& changed);

}  // namespace nndiff::opt

#endif
