// What the lifter knows of the recursive functions that it keeps as routines.
#ifndef NNDIFF_FRONTEND_ROUTINE_H
#define NNDIFF_FRONTEND_ROUTINE_H
#include "frontend/object.h"

namespace nndiff::frontend {

/// A number or array that a call of a recursive function hands over: what an object holds, or the index of a
/// pointer or element.
struct Slot {
  Object* object = nullptr;
  ir::Type type = {};
  bool is_index = false;
  std::string name = {};
  bool is_own = false;  // the callee's own: the caller does not see how it changes
};

/// The objects behind the arguments of a call. Two calls with equal keys hand over the same kinds of objects,
/// connected in the same way.
struct Signature {
  std::string key;
  std::vector<Slot> slots;
  std::vector<const Object*> objects = {};  // all that were met
};

/// A recursive function for one kind of arguments.
struct Routine {
  const clang::FunctionDecl* function = nullptr;
  std::string key;
  int number = 0;
  ir::Value op = {};          // none while its body is being lifted
  std::vector<bool> written;  // by slot: whether a call changes it, as far as is known by now
};

}  // namespace nndiff::frontend

#endif
