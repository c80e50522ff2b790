// Small questions that rewrite rules ask about values.
#ifndef NNDIFF_OPT_MATCH_H
#define NNDIFF_OPT_MATCH_H
#include "op/build.h"

namespace nndiff::opt {

using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Value;
using op::Builder;

inline const Op& get(const Builder& b, Value v) {
  return b.f[v];
}

inline bool is_kind(const Builder& b, Value v, Kind kind) {
  return get(b, v).kind == kind;
}

inline bool is_map(const Op& op, Map map) {
  return op.kind == Kind::map && op.map == map;
}
inline bool is_map(const Builder& b, Value v, Map map) {
  return is_map(get(b, v), map);
}

inline bool is_constant(const Builder& b, Value v) {
  return is_kind(b, v, Kind::constant);
}
inline bool is_constant(const Builder& b, Value v, double number) {
  return is_constant(b, v) && get(b, v).number == number;
}

/// The operand of the elementwise operator `map` that made `v`, if that is what made it.
inline std::optional<Value> operand_of(const Builder& b, Value v, Map map, int operand = 0) {
  if (!is_map(b, v, map)) return std::nullopt;
  return get(b, v).operands[operand];
}

/// For a sum or product with a constant: the other operand. The constant may stand on either side.
inline std::optional<Value> beside_constant(const Builder& b, Value v, Map map, double number) {
  if (!is_map(b, v, map)) return std::nullopt;
  const Op& op = get(b, v);
  if (is_constant(b, op.operands[0], number)) return op.operands[1];
  if (is_constant(b, op.operands[1], number)) return op.operands[0];
  return std::nullopt;
}

/// The axes of `v`'s shape along which the broadcast `v` repeats its operand, ascending.
std::vector<int> repeated_axes(const Op& broadcast);

}  // namespace nndiff::opt

#endif
