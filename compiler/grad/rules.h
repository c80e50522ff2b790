// One adjoint rule per kind of operation.
#ifndef NNDIFF_GRAD_RULES_H
#define NNDIFF_GRAD_RULES_H
#include "op/build.h"

namespace nndiff::grad {

/// What the adjoint `dy` of operation `y` contributes to the adjoint of its operand number `operand`,
/// appended through `b`: a vector-Jacobian product, never a Jacobian. Nothing where no derivative flows that
/// way.
std::optional<ir::Value> contribution(op::Builder& b, ir::Value y, std::size_t operand, ir::Value dy);

}  // namespace nndiff::grad

#endif
