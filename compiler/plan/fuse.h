// Kernels: which operations share a loop nest.
#ifndef NNDIFF_PLAN_FUSE_H
#define NNDIFF_PLAN_FUSE_H
#include <map>
#include <optional>
#include <set>

#include "plan/prepare.h"

namespace nndiff::plan {

/// Operations that one step computes: the anchors of a kernel, a single matrix product, or a statement with
/// all that it has inside.
struct Group {
  bool is_product = false;
  bool is_code = false;
  int scope = 0;                 // all its values are of that one
  std::vector<Value> values;     // in the function's order
  std::vector<ir::Dim> axes;     // the loops' extents
  std::map<Value, Env> domains;  // each anchor's domain in terms of the loops
  std::vector<Read> reads;
  std::set<int> before, after;  // groups that this one waits for, and that wait for this one
};

struct Groups {
  std::vector<Group> groups;  // merged ones are left empty
  std::vector<int> of;        // by operation: its group, or -1

  /// The group of scope `scope` that `group` is a part of; -1 where there is none.
  int around(const Program& p, int group, int scope) const;
};

/// The loops that are shared out as rows: the longest common prefix of all domains that no reduction used
/// inside the kernel reduces over, and that every other one reduces over altogether or not at all.
struct Rows {
  std::vector<int> axes;
  int partials = 0;  // reductions over only a part of the loops inside a row
};

Rows rows_of(const Program& p, const Group& group);

Groups fuse(const Program& p);

}  // namespace nndiff::plan

#endif
