// The adjoints that a backward sweep has gathered so far, by value of the primal function.
//
// The adjoint of an array whose elements are read or written is an array too, and grows in place: it is
// consumed by each element that is added. So it may be known by one name only. Those that are, are "owned";
// all others are copied before they change.
#ifndef NNDIFF_GRAD_ADJOINTS_H
#define NNDIFF_GRAD_ADJOINTS_H
#include <map>
#include <set>

#include "grad/activity.h"
#include "op/build.h"

namespace nndiff::grad {

/// Arrays of zeros that are at hand, by the text of their type. In a loop they are carried, so that the
/// adjoint of an array which lives for one round costs what is done to it, not its size.
using Pool = std::map<std::string, std::vector<ir::Value>>;

class Adjoints {
 public:
  Adjoints(op::Builder& builder, const std::vector<bool>& is_active)
      : b_(builder), values_(builder.f.ops.size()), allocated_(allocated(builder.f, is_active)) {}

  /// The adjoint of `v`, or an empty value while nothing has arrived.
  ir::Value of(ir::Value v) const { return v.id < values_.size() ? values_[v.id] : ir::Value{}; }

  void set(ir::Value v, ir::Value adjoint) {
    journal_.emplace_back(v, values_[v.id]);
    values_[v.id] = adjoint;
  }
  /// Sets the adjoint of `v` to an array that nothing else refers to.
  void set_owned(ir::Value v, ir::Value adjoint) {
    own(adjoint);
    set(v, adjoint);
  }

  /// Adds a contribution; `fresh`: nothing else refers to it.
  void add(ir::Value v, ir::Value contribution, bool fresh);

  /// The adjoint of array `v` as one that may be consumed, whatever has arrived yet.
  ir::Value owned(ir::Value v);
  /// The adjoint of `v` as a loop or branch can carry it: zero if nothing has arrived.
  ir::Value carried(ir::Value v);

  void own(ir::Value adjoint) { owned_.insert(adjoint); }
  void share(ir::Value adjoint) { owned_.erase(adjoint); }
  bool is_owned(ir::Value adjoint) const { return owned_.count(adjoint) > 0; }
  bool is_allocated(ir::Value v) const { return allocated_[v.id]; }

  /// How many elements the copies of growing arrays copy.
  std::map<ir::Value, ir::Value> extents;

  /// Zeros of the type of `v`, taken from the pool if it can come back.
  ir::Value zeros(ir::Value v);
  Pool pool;
  int loops = 0;  // around the place where the sweep is: only there arrays of zeros are worth keeping

  /// The values whose adjoint has changed since `mark`, each once, in order; and everything as it was then.
  std::size_t mark() const { return journal_.size(); }
  std::vector<ir::Value> changed_since(std::size_t mark) const;
  void undo(std::size_t mark);

 private:
  op::Builder& b_;
  std::vector<ir::Value> values_;
  std::vector<bool> allocated_;
  std::set<ir::Value> owned_;
  std::vector<std::pair<ir::Value, ir::Value>> journal_;
};

/// True for memory whose extent nothing says.
bool is_unknown(const ir::Type& type);

}  // namespace nndiff::grad

#endif
