// A function being executed: its variables, and where execution goes after a statement.
#ifndef NNDIFF_FRONTEND_FRAME_H
#define NNDIFF_FRONTEND_FRAME_H
#include "frontend/object.h"
#include "ir/diagnostic.h"

namespace nndiff::frontend {

/// Where execution goes after a statement. Where that depends on the run, flags say so (Exits) and it is
/// `next`, or `left` where no path goes on.
enum class Flow : std::uint8_t { next, leave_function, leave_loop, next_round, left };

/// A part of a function's execution.
using Steps = llvm::function_ref<Flow()>;

/// What follows a statement in its block. A statement that leaves on one of two paths runs it on the other.
struct Rest {
  Steps run;
  bool used = false;
};

/// Whether a loop or switch has been left, or a round of it: booleans, known false where it cannot be.
struct Exits {
  Object* broke = nullptr;
  Object* continued = nullptr;  // null for a switch
};
/// A function being executed.
struct Frame {
  const clang::FunctionDecl* function = nullptr;
  bool in_library = false;     // its body is not the user's
  ir::Loc place;               // in a library function: the user's call that led here
  Object* self = nullptr;      // what `this` points to
  Object* result = nullptr;    // a pointer where the function returns a reference
  Object* returned = nullptr;  // a boolean like those of Exits
  std::vector<Exits> exits;    // of the loops and switches around, innermost last
  std::map<const clang::ValueDecl*, Object*> locals;
};
/// Restores what it was given at the end of a scope.
template <class T>
struct Restore {
  T& place;
  T saved;
  explicit Restore(T& p) : place(p), saved(p) {}
  ~Restore() { place = std::move(saved); }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;
};

}  // namespace nndiff::frontend

#endif
