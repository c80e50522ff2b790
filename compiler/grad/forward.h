// Forward mode: a function of the IR to the function that computes, beside each output, its derivative in a
// direction.
#ifndef NNDIFF_GRAD_FORWARD_H
#define NNDIFF_GRAD_FORWARD_H
#include "ir/function.h"

namespace nndiff::grad {

/// The function with a parameter more, `direction`, that has a leaf for each wanted one, and with outputs
/// more: of a primal function, the derivative of its result in that direction; of what differentiate has
/// made, the derivatives of the gradients, each a gradient with respect to the leaf of `direction`. Every
/// value has its tangent computed beside it, arrays are threaded with one beside them, and regions execute
/// what they executed. The result may use what has been consumed (opt::own makes copies).
ir::Function push_forward(const ir::Function& f);

}  // namespace nndiff::grad

#endif
