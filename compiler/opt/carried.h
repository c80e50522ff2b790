// A counted loop that is being changed, with what stands in front of and behind it.
#ifndef NNDIFF_OPT_CARRIED_H
#define NNDIFF_OPT_CARRIED_H
#include <functional>
#include <map>

#include "op/build.h"
#include "opt/rows.h"

namespace nndiff::opt {

/// How often the values of a function are used: as operands and as yields.
class Uses {
 public:
  explicit Uses(const ir::Function& f);
  int count(ir::Value v) const;

 private:
  void note(ir::Value v) { ++number_[v]; }

  std::map<ir::Value, int> number_;
};

/// A loop, its body set aside, and the regions that take operations in front of it and behind it.
struct Carried {
  ir::Function& f;
  const Uses& uses;
  CountedLoop loop;
  ir::Region body;
  ir::Region front = {}, back = {};
  std::map<std::size_t, ir::Value> results = {};  // those in `back`
  bool changed = false;

  /// How many values it carries.
  std::size_t count() const { return body.yields.size(); }
  ir::Value parameter(std::size_t k) const { return body.params[k + 1]; }
  ir::Value initial(std::size_t k) const { return f[loop.loop].operands[k + 1]; }
  void set_initial(std::size_t k, ir::Value v) { f[loop.loop].operands[k + 1] = v; }
  /// True for operations of the body itself, not of regions inside.
  bool is_listed(ir::Value v) const;
  /// Builds into `region`, in the name of `from`.
  op::Builder builder(ir::Value from, ir::Region& region) const;
  /// Result `k`, right behind the loop, where `b` builds: there is one for each number, so others become
  /// views of it.
  ir::Value result(op::Builder& b, std::size_t k);
  /// All that was result `k` becomes `v`, of the same type.
  void replace_results(std::size_t k, ir::Value v);
};

/// Calls `change` for each counted loop, innermost first; `changed` is set if it has changed any.
ir::Function for_each_counted(ir::Function f, bool& changed, const std::function<void(Carried&)>& change);

}  // namespace nndiff::opt

#endif
