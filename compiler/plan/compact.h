// Functions without what nothing needs, numbered in their order of execution, and their regions as a tree.
#ifndef NNDIFF_PLAN_COMPACT_H
#define NNDIFF_PLAN_COMPACT_H
#include <map>

#include "plan/view.h"

namespace nndiff::plan {

/// A copy of `f` without operations that nothing needs (inputs stay), numbered in their order of execution.
/// Loops carry only what changes and is needed.
Function compact(const Function& f);

/// True for the operations that are carried out one by one as statements: memory, loops, branches and
/// routines.
bool is_code(Kind kind);

/// True for functions that are planned as statements: those with such operations, those that change arguments
/// with elements, and long ones that compute nothing but numbers, in which there are no loops to find.
bool has_code(const Function& f);

/// A region: the body of the function, of a loop or routine, or one side of a branch.
struct Scope {
  Value owner = {};  // the loop, branch or routine; none for the function
  int side = 0;
  int parent = -1;
  int depth = 0;
  int loop = 0;  // the innermost loop or routine around, itself included; 0 for the function
};

struct Scopes {
  std::vector<Scope> all = {};    // each after the one around it, the function's body first
  std::vector<int> of = {};       // by operation: the scope that lists it
  std::vector<Value> order = {};  // all operations in the order of the text
  std::map<std::pair<Value, int>, int> number = {};  // of each loop's and branch's regions

  const Scope& operator[](int scope) const { return all[static_cast<std::size_t>(scope)]; }
  int of_value(Value v) const { return of[v.id]; }
  const ir::Region& region(const Function& f, int scope) const;
  /// The scope right below `outer` on the way to `scope`; -1 where `scope` is not inside of `outer`, or is
  /// it.
  int inside(int scope, int outer) const;
  /// The innermost scope around both.
  int common(int a, int b) const;
  /// The outermost scope around but the function's.
  int outermost(int scope) const;
};

Scopes scopes_of(const Function& f);

}  // namespace nndiff::plan

#endif
