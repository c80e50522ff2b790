// From a group of operations to a kernel: scalar nodes, sinks and loops.
#ifndef NNDIFF_PLAN_LOWER_H
#define NNDIFF_PLAN_LOWER_H
#include "plan/fuse.h"
#include "plan/plan.h"

namespace nndiff::plan {

/// Which values have memory, and which buffer. Buffers are one per value until place.h shares them.
struct Memory {
  std::vector<Buffer>& buffers;
  std::vector<int> of;       // by operation: its buffer, or -1
  std::vector<bool> shared;  // by operation: read by another step than the one that computes it

  int add(const Program& p, Value v);
  /// Value `v` is made in the memory of `old`, which nobody reads afterwards.
  void share(Value v, Value old);
};

/// The kernel that computes `group`; values that it has to store inside itself get a buffer.
Kernel lower(const Program& p, const Group& group, Memory& memory);

/// Chooses rows, joins loops that are always indexed together, and sorts the sinks into loops.
void arrange(Kernel& kernel, const std::vector<int>& rows);

/// The scalar operations that an elementwise operator takes, about.
double cost_of(ir::Map map);

/// Sets the kernel's work and its loops' cost.
void estimate_work(Kernel& kernel);

/// The nodes that `node` is computed from, itself last, each after its operands; not those of `given`, and
/// what only they need.
std::vector<int> needed(const Kernel& kernel, int node, const std::set<int>& given = {});

}  // namespace nndiff::plan

#endif
