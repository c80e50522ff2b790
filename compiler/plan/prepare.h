// What the planner decides about single operations: which are computed by a step and which on demand.
#ifndef NNDIFF_PLAN_PREPARE_H
#define NNDIFF_PLAN_PREPARE_H
#include <set>

#include "ir/diagnostic.h"
#include "plan/compact.h"

namespace nndiff::plan {

/// How an operation is carried out.
enum class Part : std::uint8_t {
  none,     // dead
  leaf,     // an argument
  free,     // computed where it is used, never stored: index views, constants, what is cheap to recompute
  anchor,   // computed once, by a kernel
  product,  // a matrix product, or a sum of products accumulated in the memory of its first operand
  code,     // a statement, or an expression in statements: memory, loops, branches and the scalars among them
};

struct Program {
  Function f;
  std::vector<Part> part = {};         // by operation
  std::vector<bool> forced = {};       // by operation: must be in memory whatever the kernels are
  std::vector<int> output = {};        // by operation: the output whose buffer it is computed into, or -1
  std::vector<Value> summand = {};     // by operation: for a sum of products, the product that is added last
  std::vector<Value> recomputed = {};  // forward values that backward steps compute again
  bool checks_all = false;             // picks are kept inside even where the call has checked the labels
  bool holds_rows = false;             // rows of few elements stay in registers between the loops of a kernel
  bool has_code = false;               // memory written by element, loops or branches: scalars are code then
  Scopes scopes = {};
};

/// The element of `at` that a computation reads, found behind free operations. `at` is an anchor, a product,
/// a leaf, or a reshape that is an alias of its base's memory.
struct Read {
  Value at;
  Env env;
  friend auto operator<=>(const Read&, const Read&) = default;
};

/// Copies `f` with a copy operation for each output that cannot be computed in place, finds dead operations
/// and classifies the others; `late` marks maps to recompute on demand.
Program prepare(const Function& f, const std::vector<bool>& late);

/// The matrix product that the step of a Part::product computes: the operation itself or, of a sum, its
/// summand.
Value product_in(const Program& p, Value v);

/// True for an operation whose value costs nothing but its operands' loads.
bool is_view(ir::Kind kind);

/// What anchor `v` reads when its domain's element is `env`. A picked coordinate is a node coordinate.
std::vector<Read> reads_of_anchor(const Program& p, Value v, const Env& env);

/// The type over whose elements an anchor's loops run: a reduction's operand, else its result.
const ir::Type& domain(const Function& f, Value v);

/// The values whose memory or variables are read where `v` is used: behind operations that are computed on
/// demand.
std::set<Value> origins(const Program& p, Value v);

/// The values that code operation `v` reads from around it, its regions included.
std::set<Value> reads_of_code(const Program& p, Value v);

/// The arrays whose memory statement `v`, or one inside of it, overwrites or hands on as its own.
std::vector<Value> consumed_by(const Program& p, Value v);

/// The matrix that an operand of a product is stored as, and whether it is read transposed.
std::pair<Value, bool> stored_matrix(const Program& p, Value operand, bool transposed);

}  // namespace nndiff::plan

#endif
