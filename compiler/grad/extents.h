// How far arrays of unknown extent reach when they are copied.
#ifndef NNDIFF_GRAD_EXTENTS_H
#define NNDIFF_GRAD_EXTENTS_H
#include <map>

#include "ir/function.h"

namespace nndiff::grad {

/// Adds to `f` what counts the elements that each `copy` of a growing array copies, and returns these numbers
/// by copy. Arrays that come from a pointer have none: nobody knows.
std::map<ir::Value, ir::Value> copied_extents(ir::Function& f);

}  // namespace nndiff::grad

#endif
