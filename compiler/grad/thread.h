// One more value through the routines of a function, wherever they call each other.
#ifndef NNDIFF_GRAD_THREAD_H
#define NNDIFF_GRAD_THREAD_H
#include <map>
#include <set>

#include "grad/weave.h"

namespace nndiff::grad {

/// The numbers of the routines that may call routine `number`, itself included.
std::set<int> callers(const ir::Function& f, int number);

/// Gives the region of `op`, a loop or routine, one more parameter.
ir::Value add_parameter(ir::Function& f, ir::Value op, const ir::Type& type, const std::string& name);

/// Carries a value along with the execution: through every routine of `routines` and every call of these, and
/// through the loops and branches that hold such calls or the operation `site`. Each function is given the
/// value as it is there and returns what goes on; any may be left out.
struct Thread {
  using Change = std::function<ir::Value(ir::Value op, ir::Value current)>;
  op::Builder& b;
  std::set<int> routines;
  ir::Value site = {};
  Change enter = {};   // at the beginning of a routine, or of a round of a loop
  Change before = {};  // before an operation
  Change after = {};   // after an operation
  std::map<ir::Value, bool> known = {};

  /// `initial` makes the value that the function begins with. Returns what it is in the end.
  ir::Value run(const std::function<ir::Value()>& initial);

 private:
  bool is_call(ir::Value v) const;
  bool holds(ir::Value v);
  ir::Value region(Place place, ir::Value current);
  ir::Value through(Place place, ir::Value op, ir::Value current);
  ir::Value through_call(Place place, ir::Value op, ir::Value current);
  void routine(ir::Value op, ir::Value initial);
  ir::Value result(Place place, ir::Value of, ir::Value like, std::size_t index);
};

/// Gives every routine of `routines`, which only read it, the array `array` of the body as one more
/// parameter; returns that of each by number.
std::map<int, ir::Value> lend(ir::Function& f, const std::set<int>& routines, ir::Value array);

}  // namespace nndiff::grad

#endif
