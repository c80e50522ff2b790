// Copying a function operation by operation, regions included: what every pass over the IR is made of.
#ifndef NNDIFF_OPT_REBUILD_H
#define NNDIFF_OPT_REBUILD_H
#include <functional>
#include <span>

#include "op/build.h"

namespace nndiff::opt {

/// What a pass does to the operations it meets; any may be left out.
struct Pass {
  /// Looks at an operation whose operands are rewritten and which is not part of the new function yet, and
  /// returns the value to use instead of it, or nothing. May append operations through the builder. Not asked
  /// about loops, branches, routines, calls and their results.
  std::function<std::optional<ir::Value>(op::Builder&, const ir::Op&)> replace;
  /// Told of an operation for which `replace` had nothing and which is part of the new function now.
  std::function<void(const ir::Op&, ir::Value)> appended;
  /// Whether an operation of the old function is left out.
  std::function<bool(ir::Value)> drops;
  /// Whether value number `i` that a loop, branch or routine of the old function yields is left out.
  std::function<bool(ir::Value, std::size_t)> drops_yield;
  /// Called around each region but the body.
  std::function<void()> enter, leave;
  /// Moves what does not change in a loop in front of it.
  bool hoists = false;
};

/// A copy of `f` after the pass. On the way, branches on constants and loops of no or one round are resolved,
/// and values that a loop only hands through are no longer carried. Sets `changed` where anything of that
/// kind was done.
ir::Function rebuild(const ir::Function& f, const Pass& pass, bool& changed);

/// A copy of `f` with an empty body, whose inputs' values are to be set by whoever fills it.
ir::Function like(const ir::Function& f);

/// Replaces every Value that `f` itself mentions (leaves, upstream, yields of `body`) as `map` says.
void remap_boundary(ir::Function& f, const ir::Region& body, std::span<const ir::Value> map);

}  // namespace nndiff::opt

#endif
