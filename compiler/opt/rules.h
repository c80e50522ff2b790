// The rewrite rules, by purpose. Each is an opt::Rule.
#ifndef NNDIFF_OPT_RULES_H
#define NNDIFF_OPT_RULES_H
#include "opt/rewrite.h"

namespace nndiff::opt {

/// Elementwise operators of constants only; sizes known now; casts and broadcasts of constants.
std::optional<ir::Value> fold_constants(op::Builder& b, const ir::Op& op);
/// x + 0, x·1, −(−x), where of a constant, powers with small integer exponents, …
std::optional<ir::Value> simplify_arithmetic(op::Builder& b, const ir::Op& op);
/// Constants and identities of integer and boolean scalars.
std::optional<ir::Value> simplify_integers(op::Builder& b, const ir::Op& op);
/// Reshapes, permutations, broadcasts and casts of one another; transposes into matmul's flags.
std::optional<ir::Value> simplify_shapes(op::Builder& b, const ir::Op& op);
/// Elementwise work whose operands are all repeated along the same axes is done once, then repeated; sums of
/// repeated and scaled values.
std::optional<ir::Value> hoist_broadcasts(op::Builder& b, const ir::Op& op);
/// Finds softmax, sigmoid, softplus and their logarithms in what was written out.
std::optional<ir::Value> find_stable_forms(op::Builder& b, const ir::Op& op);
/// Moves pick in front of elementwise operators, and sums away the one hit of a picked row.
std::optional<ir::Value> simplify_picks(op::Builder& b, const ir::Op& op);
/// Replaces softmax, log_softmax, logsumexp and stop_gradient by plain operations.
std::optional<ir::Value> lower_composites(op::Builder& b, const ir::Op& op);
/// Division by something repeated becomes multiplication by its reciprocal, computed once.
std::optional<ir::Value> reciprocals(op::Builder& b, const ir::Op& op);

}  // namespace nndiff::opt

#endif
