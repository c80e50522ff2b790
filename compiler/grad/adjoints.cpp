// The adjoints that a backward sweep has gathered so far, by value of the primal function.
#include "grad/adjoints.h"

#include "grad/guard.h"
#include "ir/linear.h"

namespace nndiff::grad {

using ir::Value;

bool is_unknown(const ir::Type& type) {
  return type.rank() == 1 && type.shape[0] == ir::unknown_extent();
}

void Adjoints::add(Value v, Value contribution, bool fresh) {
  const Value old = of(v);
  if (old && is_unknown(b_.type(v)))
    b_.refuse(
        "the adjoints of two vectors of unknown size meet here: copy elements instead of whole vectors");
  const Value sum = old ? guarded_sum(b_, old, contribution) : contribution;
  set(v, sum);
  if ((fresh || old) && ir::is_owner(b_.f, sum))
    own(sum);
  else
    share(sum);
}

Value Adjoints::zeros(Value v) {
  const ir::Type type = b_.type(v);
  if (allocated_[v.id]) {
    std::vector<Value>& free = pool[to_string(type)];
    if (!free.empty()) {
      const Value taken = free.back();
      free.pop_back();
      return taken;
    }
    if (is_unknown(type)) return b_.alloc(type);
  }
  return b_.zeros(type);
}

Value Adjoints::owned(Value v) {
  Value d = of(v);
  if (d && is_owned(d)) return d;
  d = d ? b_.copy(d) : zeros(v);
  set_owned(v, d);
  return d;
}

Value Adjoints::carried(Value v) {
  if (!b_.shape(v).empty()) return owned(v);
  const Value d = of(v);
  return d ? d : b_.constant(0, b_.type(v));
}

std::vector<Value> Adjoints::changed_since(std::size_t mark) const {
  std::set<Value> out;
  for (std::size_t i = mark; i < journal_.size(); ++i) out.insert(journal_[i].first);
  return {out.begin(), out.end()};
}

void Adjoints::undo(std::size_t mark) {
  for (; journal_.size() > mark; journal_.pop_back())
    values_[journal_.back().first.id] = journal_.back().second;
}

}  // namespace nndiff::grad
