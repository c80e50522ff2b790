// Elementwise operators on numbers: the formulas of nn/ops.def once more, on doubles.
#ifndef NNDIFF_OP_EVALUATE_H
#define NNDIFF_OP_EVALUATE_H
#include <span>

#include "ir/function.h"

namespace nndiff::op {

/// The value of an elementwise operator of floating-point operands; a comparison gives 0 or 1.
double evaluate(ir::Map map, std::span<const double> operands);

}  // namespace nndiff::op

#endif
