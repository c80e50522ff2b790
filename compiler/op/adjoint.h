// Adjoints of elementwise operators: the formulas of nn/ops.def, built as IR.
#ifndef NNDIFF_OP_ADJOINT_H
#define NNDIFF_OP_ADJOINT_H
#include "op/build.h"

namespace nndiff::op {

/// The contribution of result `y` with adjoint `dy` to the adjoint of operand number `operand` of `map`,
/// appended through `b`; nothing where the operator has no derivative in that operand (a condition).
std::optional<Value> adjoint(Builder& b, Map map, int operand, std::span<const Value> operands, Value y,
                             Value dy);

}  // namespace nndiff::op

#endif
