// How elements of one value are found in another: index views through operations that only move elements.
#ifndef NNDIFF_PLAN_VIEW_H
#define NNDIFF_PLAN_VIEW_H
#include "ir/function.h"

namespace nndiff::plan {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Value;

/// The index along one axis: 0 (an axis of size 1), a loop's variable, or the value of a node (a picked
/// index).
struct Coord {
  enum class Kind : std::uint8_t { zero, loop, node };
  Kind kind = Kind::zero;
  int id = -1;
  friend auto operator<=>(const Coord&, const Coord&) = default;
};

/// One coordinate per axis of a value.
using Env = std::vector<Coord>;

/// True where a reshape only adds or drops axes of size 1.
bool is_unit_reshape(const Function& f, const Op& op);

/// The coordinates of operand number `operand` of a map, cast, broadcast, permute or unit reshape at the
/// element `env` of its result.
Env operand_env(const Function& f, const Op& op, int operand, const Env& env);

/// `env` with the axes of size 1 of `type` at 0.
Env normal(const ir::Type& type, Env env);

/// Each axis its own loop, numbered from 0, axes of size 1 left out: the coordinates, and the loops' extents.
Env identity(const ir::Type& type, std::vector<ir::Dim>& extents);

/// The loops that `env` uses, in order.
std::vector<int> loops_of(const Env& env);

/// `env` of a reduction's operand without the axes reduced.
Env reduced_env(const Op& reduce, const Env& env);

/// The value whose memory v is when v is stored: v itself, or the operand of a reshape. Scalars have no
/// memory.
Value base_of(const Function& f, Value v);

}  // namespace nndiff::plan

#endif
