// Elementwise operators on numbers: the formulas of nn/ops.def, computed as generated code computes them.
#ifndef NNDIFF_OP_EVALUATE_H
#define NNDIFF_OP_EVALUATE_H
#include <span>

#include "ir/function.h"

namespace nndiff::op {

/// The value of an operator of nn/ops.def on `operands`, in double precision; truth is 1 and 0.
double evaluate(ir::Map map, std::span<const double> operands);

}  // namespace nndiff::op

#endif
