// Indices that are sure to lie inside their axis.
#include "plan/bounds.h"

namespace nndiff::plan {

using ir::Kind;
using ir::Op;
using ir::Value;

Bounds::Bounds(const ir::Function& f) : f_(f) {
  ir::for_each(f, f.body, [&](Value v) {
    const Op& op = f[v];
    if (op.kind == Kind::loop) limits_[op.regions[0].params.at(0)] = op.operands[0];
  });
}

// Without the conversions that keep every value.
Value Bounds::plain(Value v) const {
  while (f_[v].kind == Kind::cast && f_[v].type.elem == ir::Elem::i64 &&
         f_[f_[v].operands[0]].type.elem == ir::Elem::i32)
    v = f_[v].operands[0];
  return v;
}

bool Bounds::at_most(Value v, const ir::Dim& extent) const {
  const Op& op = f_[plain(v)];
  switch (op.kind) {
    case Kind::constant:
      return op.number <= 0 || (extent.is_static() && op.number <= static_cast<double>(extent.value));
    case Kind::size:
      return op.dim == extent;
    case Kind::map:
      if (op.map == ir::Map::minimum)
        return at_most(op.operands[0], extent) || at_most(op.operands[1], extent);
      if (op.map == ir::Map::maximum)
        return at_most(op.operands[0], extent) && at_most(op.operands[1], extent);
      return false;
    default:
      return false;
  }
}

bool Bounds::holds(Value index, const ir::Dim& extent) const {
  const Value v = plain(index);
  const Op& op = f_[v];
  if (op.kind == Kind::constant)
    return op.number >= 0 && extent.is_static() && op.number < static_cast<double>(extent.value);
  const auto limit = limits_.find(v);
  const bool has_limit = limit != limits_.end() && !(f_[limit->second].kind == Kind::constant &&
                                                     f_[limit->second].number < 0);  // -1: no limit
  return has_limit && at_most(limit->second, extent);
}

}  // namespace nndiff::plan
