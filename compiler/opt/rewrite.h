// The rewriting driver: rules applied to every operation until none applies, then common subexpressions and
// dead code.
#ifndef NNDIFF_OPT_REWRITE_H
#define NNDIFF_OPT_REWRITE_H
#include <span>

#include "op/build.h"

namespace nndiff::opt {

/// Looks at `op`, whose operands are already rewritten and which is not part of the function yet, and returns
/// the value to use instead of it, or nothing. May append operations through `b`.
using Rule = std::optional<ir::Value> (*)(op::Builder& b, const ir::Op& op);

/// Applies `rules` to a fixed point, merging equal operations and dropping dead ones between rounds.
ir::Function rewrite(ir::Function f, std::span<const Rule> rules);

/// Operations with equal operands and attributes become one, within a region and the regions inside it.
ir::Function merge_equal(const ir::Function& f);

/// Operations, carried values and results of branches that no result needs are dropped (inputs stay).
ir::Function drop_dead(ir::Function f);

/// Operations that do not change in a loop are done in front of it, unless that could fail.
ir::Function hoist_invariants(const ir::Function& f);

}  // namespace nndiff::opt

#endif
