// Which values a derivative flows through: forward from the wanted leaves, then backward from the result.
#include "grad/activity.h"

namespace nndiff::grad {

using ir::Kind;
using ir::Op;
using ir::Value;

namespace {

// Whether operand number `i` can carry a derivative into the operation.
bool passes(const Op& op, std::size_t i) {
  switch (op.kind) {
    case Kind::stop_gradient:
      return false;
    case Kind::map:
      return !ir::is_comparison(op.map) && !(op.map == ir::Map::where && i == 0);
    case Kind::pick:
      return i == 0;
    default:
      return true;
  }
}

}  // namespace

std::vector<bool> varied(const ir::Function& f) {
  std::vector<bool> out(f.ops.size(), false);
  for (const ir::Leaf* leaf : ir::leaves(f))
    if (leaf->wanted) out[leaf->value.id] = true;
  for (Value v : f.body.ops) {
    const Op& op = f[v];
    if (!ir::is_floating(op.type.elem)) continue;
    for (std::size_t i = 0; i < op.operands.size(); ++i)
      if (out[op.operands[i].id] && passes(op, i)) out[v.id] = true;
  }
  return out;
}

std::vector<bool> active(const ir::Function& f) {
  std::vector<bool> out = varied(f), useful(f.ops.size(), false);
  useful[f.body.yields.at(0).id] = true;
  for (auto it = f.body.ops.rbegin(); it != f.body.ops.rend(); ++it) {
    const Op& op = f[*it];
    if (!useful[it->id]) continue;
    for (std::size_t i = 0; i < op.operands.size(); ++i)
      if (passes(op, i)) useful[op.operands[i].id] = true;
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = out[i] && useful[i];
  return out;
}

}  // namespace nndiff::grad
