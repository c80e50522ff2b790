// What the lifter's parts share: on branches, on loops, on calls.
#ifndef NNDIFF_FRONTEND_LIFTER_PARTS_H
#define NNDIFF_FRONTEND_LIFTER_PARTS_H
#include "frontend/lifter.h"

namespace nndiff::frontend {

struct Lifter::Mark {
  std::size_t ops, statements, here, entry, changes, notes;
  std::uint64_t birth, oldest_write;
  int statement;
};

struct Lifter::Arm {
  ir::Region region;
  std::vector<Objects::Change> finals;  // objects from before that it changes, with what they hold at its end
  std::uint64_t birth = 0;
  std::size_t ops = 0;  // how many there were before it
  Flow flow = Flow::next;
};

struct Lifter::Join {
  ir::Value condition;
  ir::Region *yes, *no;
  std::uint64_t birth;
  std::size_t ops;
  clang::SourceLocation where;
};

struct Lifter::Loop {
  const clang::Stmt* source;
  std::function<Object*()> condition;  // empty: none
  std::function<Flow()> body;
  std::function<void()> step;  // empty: none
  bool test_first = true;
  std::vector<Object*> own = {};  // objects that it changes without saying so in the source
};

/// How lifting a loop as a loop ended.
enum class Lifter::Rolled : std::uint8_t { yes, once, better_not };

/// Thrown where a loop cannot be executed round by round.
struct Lifter::NotUnrolled {};

struct Lifter::Carried {
  Object* object;
  Content before;
  Content inside;  // in the body, at its start
  Content after;   // at its end
};

/// A call of a library function marked NN_PRIMITIVE.
struct Lifter::PrimitiveCall {
  llvm::StringRef name;
  const clang::FunctionDecl* callee;
  Object* self;  // the object of a member function, or null
  const std::vector<Object*>& arguments;
  llvm::ArrayRef<const clang::Expr*> sources;
  const clang::Expr* expr;
};

/// The two objects that a pointer moves between in a loop: a boolean says which it is.
struct Lifter::Roots {
  Object *first, *second;
};

/// A loop's body, lifted aside.
struct Lifter::Round {
  std::map<Object*, Roots> roots;  // of pointers that move between two objects
  ir::Region region;
  std::vector<Carried> carried;
  std::vector<Object*> written;  // objects from before that the body changes
  Content returned;              // the frame's flag at its end
  ir::Value go;
  std::uint64_t birth = 0;
  std::vector<ir::Value> initial, params;            // of what is carried in the end
  std::map<ir::Value, ir::Value> same;               // parameters that no round changes
  std::vector<std::pair<Object*, Content>> results;  // what objects hold after the loop
  bool is_once = false;                              // it never goes on
};

}  // namespace nndiff::frontend

#endif
