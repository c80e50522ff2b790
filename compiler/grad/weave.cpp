// One more value through the loops and branches of a function.
#include "grad/weave.h"

#include <algorithm>

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

// The position behind `after`, and behind the results that follow it: these need not stand together, since
// rewriting may put an operation between two of them.
std::size_t behind(const Function& f, const Region& r, Value after) {
  auto it = std::find(r.ops.begin(), r.ops.end(), after);
  if (it == r.ops.end()) return 0;
  const Value of = f[after].kind == Kind::result ? f[after].operands[0] : after;
  for (++it; it != r.ops.end() && f[*it].kind == Kind::result && f[*it].operands[0] == of;) ++it;
  return static_cast<std::size_t>(it - r.ops.begin());
}

void splice(op::Builder& b, Place place, std::size_t position, const std::function<void()>& build) {
  Region aside, *outer = std::exchange(b.region, &aside);
  build();
  b.region = outer;
  std::vector<Value>& ops = region_at(b.f, place).ops;
  ops.insert(ops.begin() + static_cast<long>(position), aside.ops.begin(), aside.ops.end());
}

Op like(const Function& f, Value of, Kind kind, Value value) {
  const Op& op = f[of];
  return {.kind = kind,
          .type = f[value].type,
          .sweep = op.sweep,
          .loc = op.loc,
          .statement = op.statement,
          .name = f[value].name};
}

}  // namespace

void insert_after(op::Builder& b, Place place, Value after, const std::function<void()>& build) {
  splice(b, place, behind(b.f, region_at(b.f, place), after), build);
}

void insert_before(op::Builder& b, Place place, Value before, const std::function<void()>& build) {
  const std::vector<Value>& ops = region_at(b.f, place).ops;
  splice(b, place, static_cast<std::size_t>(std::find(ops.begin(), ops.end(), before) - ops.begin()), build);
}

Value weave(Function& f, const std::vector<Place>& path, Value initial,
            const std::function<Value(Value)>& change, std::size_t outer) {
  std::vector<Value> entering = {initial};
  for (std::size_t i = outer; i < path.size(); ++i) {
    const Place p = path[i];
    Value inner = entering.back();
    if (f[p.op].kind == Kind::loop) {
      f[p.op].operands.push_back(inner);
      inner = f.make(like(f, p.op, Kind::parameter, inner));
      f[p.op].regions[0].params.push_back(inner);
    }
    entering.push_back(inner);
  }
  Value out = change(entering.back());
  for (std::size_t i = path.size(); i-- > outer;) {
    const Place p = path[i];
    for (std::size_t arm = 0; arm < f[p.op].regions.size(); ++arm)
      f[p.op].regions[arm].yields.push_back(static_cast<int>(arm) == p.arm ? out : entering[i - outer]);
    Op result = like(f, p.op, Kind::result, out);
    result.operands = {p.op};
    result.index = static_cast<int>(f[p.op].regions[0].yields.size()) - 1;
    out = f.make(std::move(result));
    Region& around = region_at(f, i == 0 ? Place{} : path[i - 1]);
    around.ops.insert(around.ops.begin() + static_cast<long>(behind(f, around, p.op)), out);
  }
  return out;
}

}  // namespace nndiff::grad
