// One rule per kind of operation and direction: what it does to adjoints and to tangents.
#ifndef NNDIFF_GRAD_RULES_H
#define NNDIFF_GRAD_RULES_H
#include "op/build.h"

namespace nndiff::grad {

/// What the adjoint `dy` of operation `y` contributes to the adjoint of its operand number `operand`,
/// appended through `b`: a vector-Jacobian product, never a Jacobian. Nothing where no derivative flows that
/// way.
std::optional<ir::Value> contribution(op::Builder& b, ir::Value y, std::size_t operand, ir::Value dy);

/// The tangent of operation `y` on whole values, given those of its operands (empty where one is zero),
/// appended through `b`: a Jacobian-vector product. Nothing where it is zero.
std::optional<ir::Value> tangent(op::Builder& b, ir::Value y, std::span<const ir::Value> tangents);

}  // namespace nndiff::grad

#endif
