// One more value through the loops and branches of a function.
#ifndef NNDIFF_GRAD_WEAVE_H
#define NNDIFF_GRAD_WEAVE_H
#include <functional>

#include "grad/layout.h"
#include "op/build.h"

namespace nndiff::grad {

/// Carries a value into the innermost region of `path` (as Layout::path gives it) and out again: loops carry
/// it, branches yield it, from the region that does not change it as it came. `change` is called with the
/// value in the innermost region and returns what goes on from there. Returns the value that comes out. The
/// first `outer` places of the path are where it comes from and goes to.
ir::Value weave(ir::Function& f, const std::vector<Place>& path, ir::Value initial,
                const std::function<ir::Value(ir::Value)>& change, std::size_t outer = 0);

/// Appends what `build` builds to the operations of the region at `place`, right after `after` (and, if that
/// is a loop or branch, its results), or at the region's beginning if `after` is one of its parameters.
void insert_after(op::Builder& b, Place place, ir::Value after, const std::function<void()>& build);
/// The same right before operation `before`.
void insert_before(op::Builder& b, Place place, ir::Value before, const std::function<void()>& build);

}  // namespace nndiff::grad

#endif
