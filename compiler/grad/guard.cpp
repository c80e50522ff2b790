// Adjoints that are zero where a branch was not taken stay zero through everything in that branch.
#include "grad/guard.h"

#include "grad/rules.h"

namespace nndiff::grad {

using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Value;
using op::Builder;

namespace {

bool is_zero(const Builder& b, Value v) {
  return b.f[v].kind == Kind::constant && b.f[v].number == 0;
}

// An adjoint of the form where(c, p, q) with a zero branch: built by a backward sweep, never the user's own.
bool is_guarded(const Builder& b, Value v) {
  const Op& op = b.f[v];
  return op.kind == Kind::map && op.map == Map::where && op.sweep == ir::Sweep::backward &&
         (is_zero(b, op.operands[1]) || is_zero(b, op.operands[2]));
}

// Whether the contribution is made element by element, so that a choice can move through it.
bool is_elementwise(const Op& y) {
  switch (y.kind) {
    case Kind::map:
    case Kind::cast:
    case Kind::reshape:
    case Kind::permute:
      return true;
    case Kind::reduce:
      return y.reducer == ir::Reducer::sum;
    default:
      return false;
  }
}

}  // namespace

std::optional<Value> guarded_contribution(Builder& b, Value y, std::size_t operand, Value dy) {
  const Op op = b.f[y];
  if (!is_guarded(b, dy) || !is_elementwise(op)) return contribution(b, y, operand, dy);
  const Op choice = b.f[dy];
  const bool same_shape = op.kind == Kind::map || op.kind == Kind::cast;
  std::vector<Value> parts = {choice.operands[0]};
  if (!same_shape) parts[0] = *contribution(b, y, operand, choice.operands[0]);
  for (int branch : {1, 2}) {
    const Value part = choice.operands[branch];
    if (is_zero(b, part)) {
      parts.push_back(b.constant(0, b.type(op.operands[operand])));
      continue;
    }
    auto c = guarded_contribution(b, y, operand, part);
    if (!c) return std::nullopt;
    if (*c == part) return dy;  // the adjoint passes unchanged
    parts.push_back(*c);
  }
  return b.map(Map::where, parts);
}

Value guarded_sum(Builder& b, Value p, Value q) {
  if (!is_guarded(b, p) || !is_guarded(b, q)) return b.map(Map::add, p, q);
  const Op choice = b.f[p];
  const Op other = b.f[q];
  const bool same_condition = other.operands[0] == choice.operands[0];
  std::vector<Value> parts = {choice.operands[0]};
  for (int branch : {1, 2}) {
    const Value part = choice.operands[branch], added = same_condition ? other.operands[branch] : q;
    if (is_zero(b, part))
      parts.push_back(added);
    else
      parts.push_back(is_zero(b, added) ? part : b.map(Map::add, part, added));
  }
  return b.map(Map::where, parts);
}

}  // namespace nndiff::grad
