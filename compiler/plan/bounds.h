// Which indices are sure to lie inside their axis: counters of loops over it, and constants.
#ifndef NNDIFF_PLAN_BOUNDS_H
#define NNDIFF_PLAN_BOUNDS_H
#include <map>

#include "ir/function.h"

namespace nndiff::plan {

class Bounds {
 public:
  explicit Bounds(const ir::Function& f);

  /// True where 0 <= index < extent whatever the inputs are.
  bool holds(ir::Value index, const ir::Dim& extent) const;

 private:
  ir::Value plain(ir::Value v) const;
  bool at_most(ir::Value v, const ir::Dim& extent) const;

  const ir::Function& f_;
  std::map<ir::Value, ir::Value> limits_;  // of loops, by their counters
};

}  // namespace nndiff::plan

#endif
