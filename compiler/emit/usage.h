// Where the scalars among statements are used: which become variables, in which block, and which share one.
#ifndef NNDIFF_EMIT_USAGE_H
#define NNDIFF_EMIT_USAGE_H
#include "plan/bounds.h"
#include "plan/compact.h"
#include "plan/plan.h"

namespace nndiff::emit {

using ir::Value;

/// How one scalar value is used.
struct Usage {
  int count = 0;         // in the text
  int scope = -1;        // the innermost around all uses
  int last = -1;         // position of the last use
  bool named = false;    // needs a variable: a kernel uses it
  int block = -1;        // the scope where it is computed
  bool inlined = false;  // computed where its only use is
};

/// A variable that changes: what loops carry and branches leave. Several values live in it one after the
/// other.
struct Cell {
  int scope = 0;     // where it is declared
  Value first = {};  // the value that declares it
};

/// What a loop or branch writes.
struct Written {
  std::set<int> cells, buffers;
};

struct UsageOf {
  explicit UsageOf(const plan::Plan& plan);

  const plan::Plan& plan;
  plan::Scopes scopes;
  plan::Bounds bounds;
  std::vector<Usage> of;  // by operation
  std::vector<int> cell;  // by operation: its cell, or -1
  std::vector<Cell> cells;
  std::map<Value, Written> written;  // by loop or branch

  const Usage& operator[](Value v) const { return of[v.id]; }
  int cell_of(Value v) const { return cell[v.id]; }
  int buffer_of(Value v) const;
  /// Whether something in `step`, or called from there, writes to a buffer.
  bool is_written(const plan::Step& step, int buffer) const;
  /// The results of a loop or branch, or the gradients that a call writes, by number; no value where there is
  /// none.
  Value result(Value owner, std::size_t number) const;

 private:
  struct Event {
    enum class Kind : std::uint8_t { operation, kernel, yield } kind = Kind::operation;
    Value value = {};
    int scope = 0;
    const plan::Step* step = nullptr;
  };
  void list(const std::vector<plan::Step>& steps, int scope);
  void count_uses();
  void count_operation(const Event& event, int position);
  void use(Value v, int count, int scope, int position);
  int block_of(Value v) const;
  void find_cells(const std::vector<plan::Step>& steps, int scope);
  void find_loop_cells(const plan::Step& step, int scope);
  void find_branch_cells(const plan::Step& step, int scope);
  int new_cell(int scope, Value first);
  bool is_over(Value v, Value owner, int position) const;
  Written find_written(const plan::Step& step);
  void add_written(const plan::Step& step, Written& out);

  std::vector<Event> events_;
  std::map<Value, int> begin_, end_;  // positions of loops and branches
  std::map<std::pair<Value, std::size_t>, Value> results_;
};

/// True for a scalar operation that is an expression of its operands.
bool is_expression(const ir::Op& op);

}  // namespace nndiff::emit

#endif
