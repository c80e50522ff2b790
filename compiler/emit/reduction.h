// How a kernel reduces: in which variable, from what start, and how the next element joins.
#ifndef NNDIFF_EMIT_REDUCTION_H
#define NNDIFF_EMIT_REDUCTION_H
#include <string>

#include "plan/plan.h"

namespace nndiff::emit {

struct Reductions {
  const plan::Plan& plan;
  const plan::Kernel& kernel;

  ir::Elem elem(const plan::Sink& s) const { return kernel.nodes[static_cast<std::size_t>(s.node)].elem; }

  /// Whether `s` runs in lanes (nn::rt::lanes) along loop `axis`, the innermost around it: floating sums
  /// can't be reordered by the C++ compiler, so a long one says itself which order it means.
  bool in_lanes(const plan::Sink& s, int axis) const;
  bool in_lanes(const plan::Sink& s) const;

  /// The type that `s` accumulates in: sums of single numbers over many rows are wider than their terms.
  ir::Elem accumulator(const plan::Sink& s) const;

  /// The result of reducing nothing.
  std::string initial(const plan::Sink& s, ir::Elem type) const;

  /// The statement that joins `value` to the variable or element `to`.
  std::string joined(const plan::Sink& s, const std::string& to, const std::string& value) const;

  std::string reducer_name(const plan::Sink& s) const { return std::string(ir::name_of(s.reducer)); }
};

}  // namespace nndiff::emit

#endif
