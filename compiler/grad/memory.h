// The adjoints of memory written by element.
#ifndef NNDIFF_GRAD_MEMORY_H
#define NNDIFF_GRAD_MEMORY_H
#include "grad/adjoints.h"

namespace nndiff::grad {

/// The array whose adjoint takes in what is read from elements of `array`: what it is a reshaped view of.
ir::Value element_base(const ir::Function& f, const std::vector<bool>& is_active, ir::Value array);

/// The backward step of an alloc, copy, load, store, accumulate or grow.
void memory_step(op::Builder& b, Adjoints& adjoints, const std::vector<bool>& is_active, ir::Value y);

}  // namespace nndiff::grad

#endif
