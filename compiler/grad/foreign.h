// The adjoint of a call whose derivative the user has given.
#ifndef NNDIFF_GRAD_FOREIGN_H
#define NNDIFF_GRAD_FOREIGN_H
#include "grad/adjoints.h"

namespace nndiff::grad {

/// Adds what the adjoint of the function that `y` calls says to the adjoints of the arguments.
void foreign_step(op::Builder& b, Adjoints& adjoints, const std::vector<bool>& is_active, ir::Value y);

}  // namespace nndiff::grad

#endif
