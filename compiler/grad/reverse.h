// The backward sweep as if every value of the forward one could still be seen.
#ifndef NNDIFF_GRAD_REVERSE_H
#define NNDIFF_GRAD_REVERSE_H
#include "grad/adjoints.h"
#include "grad/frames.h"
#include "grad/layout.h"

namespace nndiff::grad {

/// For each loop, branch, routine and call of the primal function: the one that runs it backwards, or empty.
/// Its regions stand for the same regions of the primal, a loop's in the opposite order of rounds.
using Mirrors = std::vector<ir::Value>;

/// Appends the backward sweep of the body's operations to the body. What it mentions of the inside of the
/// primal's loops and branches is of the same round, and is not visible there: grad::keep makes it so.
Mirrors reverse(op::Builder& b, const Layout& at, const std::vector<bool>& is_active, const Frames& frames,
                Adjoints& adjoints);

}  // namespace nndiff::grad

#endif
