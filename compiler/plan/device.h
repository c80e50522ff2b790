// What a GPU can be asked to do of a plan with loops and memory: what the host knows beforehand, and what is
// in the way.
#ifndef NNDIFF_PLAN_DEVICE_H
#define NNDIFF_PLAN_DEVICE_H
#include "ir/diagnostic.h"
#include "plan/compact.h"
#include "plan/plan.h"

namespace nndiff::plan {

/// What the host and the device each do of a plan with code.
struct Division {
  Scopes scopes;
  std::set<Value> by_host;  // loops and branches around kernels and products: the host runs them
  std::set<Value> known;    // scalars that the host can compute: made of sizes, of numbers that are arguments
                            // and of the counters of its loops
  std::set<Value> on_entry;  // of these, what needs no counter
  std::set<Value> hosted;    // those that it does compute

  /// True for the function's body and for those of the host's loops and branches.
  bool is_host_scope(int scope) const;
};

Division divide(const Plan& plan);

/// By buffer that grows: how many elements it has at most. Those of which that cannot be said are missing.
std::map<int, Affine> most_elements(const Plan& plan, const Division& division);

/// Why the plan, which may be one for C++, cannot be carried out on a GPU, at the construct that is in the
/// way; nothing where it can.
std::optional<ir::Diagnostic> obstacle_on_device(const Plan& plan);

}  // namespace nndiff::plan

#endif
