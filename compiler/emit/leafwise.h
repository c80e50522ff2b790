// Jacobians and Hessians: types with a tensor for each differentiated leaf, or for each pair, and how to
// reach them.
#ifndef NNDIFF_EMIT_LEAFWISE_H
#define NNDIFF_EMIT_LEAFWISE_H
#include "emit/header.h"

namespace nndiff::emit {

/// True where `mode` was asked for in NN_MODES.
bool is_asked(const Derivative& derivative, std::string_view mode);

/// The specialisations of nn::Jacobian and nn::Hessian that were asked for.
std::string leafwise_types(const Derivative& derivative);

/// The member of nn::Derivative that visits the differentiated leaves: of the arguments, of the gradients and
/// of such a type; nothing where neither was asked for.
std::string leafwise_visit(const Derivative& derivative);

/// Throws ir::Refusal at the user's function where what was asked for has no such types: memory behind
/// pointers and spans is not theirs to make, and a function that changes its arguments cannot be called for
/// each row.
void check_leafwise(const Derivative& derivative);

}  // namespace nndiff::emit

#endif
