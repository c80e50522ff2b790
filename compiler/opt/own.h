// Copies where something would be read after it was overwritten.
#ifndef NNDIFF_OPT_OWN_H
#define NNDIFF_OPT_OWN_H
#include "ir/function.h"

namespace nndiff::opt {

/// The function with a `copy` in front of every consumption of a value that is used again later, that belongs
/// to somebody else (a constant, an argument, a view), or that is made outside of the loop: so that the law
/// of linear values holds (ir::verify_linear).
ir::Function own(ir::Function f);

}  // namespace nndiff::opt

#endif
