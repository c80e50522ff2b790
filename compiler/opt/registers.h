// Elements that a loop comes back to in every round.
#ifndef NNDIFF_OPT_REGISTERS_H
#define NNDIFF_OPT_REGISTERS_H
#include "ir/function.h"

namespace nndiff::opt {

/// An element of an array that is all a counted loop touches of it is a number that the loop carries; one
/// that a loop only reads, of an array that others overwrite, is read before the loop. Neither where there is
/// no round. Sets `changed`.
ir::Function hold_elements(ir::Function f, bool& changed);

}  // namespace nndiff::opt

#endif
