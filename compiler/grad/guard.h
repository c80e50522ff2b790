// Adjoints that are zero where a branch was not taken stay zero through everything in that branch.
//
// For y = where(c, log(x), 0) the chain rule as written gives dx = where(c, dy, 0) / x, which is 0/0 where x
// = 0 and c does not hold. Contributions are linear in the adjoint, so the choice can be made after them
// instead: dx = where(c, dy / x, 0), and nothing of the branch not taken leaks.
#ifndef NNDIFF_GRAD_GUARD_H
#define NNDIFF_GRAD_GUARD_H
#include "op/build.h"

namespace nndiff::grad {

/// grad::contribution, with a choice at the head of `dy` moved behind it.
std::optional<ir::Value> guarded_contribution(op::Builder& b, ir::Value y, std::size_t operand, ir::Value dy);

/// The sum of two adjoints; two guarded ones give a guarded one.
ir::Value guarded_sum(op::Builder& b, ir::Value p, ir::Value q);

}  // namespace nndiff::grad

#endif
