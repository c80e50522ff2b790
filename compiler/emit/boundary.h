// BASE.nn.cpp: the core functions, and the members of nn::Derivative that check their arguments and call
// them.
#ifndef NNDIFF_EMIT_BOUNDARY_H
#define NNDIFF_EMIT_BOUNDARY_H
#include "emit/header.h"

namespace nndiff::emit {

/// The text of BASE.nn.cpp. Throws ir::Refusal as check_boundary does.
std::string source(const Model& model);

/// Throws ir::Refusal at the user's place where a call of `primal` could not be checked at run time: class
/// indices that are computed in the function, a size that no argument has. To be called before planning.
void check_boundary(const ir::Function& primal);

}  // namespace nndiff::emit

#endif
