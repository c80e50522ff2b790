// Branches that only choose between numbers at hand become choices.
#ifndef NNDIFF_OPT_FLATTEN_H
#define NNDIFF_OPT_FLATTEN_H
#include "ir/function.h"

namespace nndiff::opt {

/// Results of branches that are scalars known outside of the branch, or booleans and integers computed by a
/// few operations that cannot fail, become `where`. Sets `changed`.
ir::Function flatten(ir::Function f, bool& changed);

}  // namespace nndiff::opt

#endif
