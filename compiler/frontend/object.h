// What a C++ object is while its function is lifted: a value of the IR, a number known already, parts, or a
// place inside another object.
#ifndef NNDIFF_FRONTEND_OBJECT_H
#define NNDIFF_FRONTEND_OBJECT_H
#include <deque>
#include <map>

#include "frontend/clang.h"
#include "ir/function.h"

namespace nndiff::frontend {

struct Object;

/// What a lambda expression captured.
struct Closure {
  const clang::LambdaExpr* lambda = nullptr;
  std::map<const clang::ValueDecl*, Object*> captured;
  Object* self = nullptr;
};

/// An i64 that is known, or a value of the IR.
struct Index {
  ir::Value value = {};
  std::int64_t known = 0;
  bool is_known() const { return !value; }
  friend bool operator==(const Index&, const Index&) = default;
};

/// An element of `root`, a row of it, or the whole. Indices are one for each axis from the first on; a flat
/// place has a single one that counts cells in row-major order: numbers, or the structs of a table.
struct Place {
  Object* root = nullptr;
  std::vector<Index> index;
  bool flat = false;
  bool checked = false;                    // an index out of range is an error of the call
  int moves = 0;                           // of the root when this place was found
  std::vector<std::int64_t> strides = {};  // of a flat place's first axes, where other numbers lie between
};

/// What an object holds.
struct Content {
  enum class State : std::uint8_t {
    unset,     // declared without a value; of the type `elem` if that is a scalar
    integer,   // an integer, bool or enumerator known while compiling
    real,      // a number of the type `elem` known while compiling
    value,     // a tensor, an array of numbers or a scalar of the IR
    parts,     // a struct (bases, then fields), or an array with an object for each element
    rows,      // vectors of numbers that change their lengths: see rows.cpp
    row,       // not an object of its own: the elements of one of them, number place.index[0] of `parts`
    table,     // an array of structs: parts as of the struct, each an array with the axes `dims` in front
    place,     // not an object of its own: an element or row of another
    pointer,   // the address of a place; of nothing if that has no root
    choice,    // not an object of its own: parts[0] where `value` holds, else parts[1]
    closure,   // a lambda
    function,  // the address of a function
  };
  State state = State::unset;
  std::optional<ir::Elem> elem = {};
  llvm::APSInt integer = llvm::APSInt();
  double real = 0;
  ir::Value value = {};
  std::vector<Object*> parts = {};
  ir::Shape dims = {};
  Place place = {};
  std::shared_ptr<const Closure> closure = {};
  const clang::FunctionDecl* function = nullptr;
  bool in_memory = false;  // a value whose elements may be written in place: it is nobody else's

  bool is_known() const { return state == State::integer || state == State::real; }
  bool has_parts() const { return state == State::parts || state == State::table || state == State::rows; }
};

/// A place in memory of the program being lifted. An Object's address is its identity; what it holds changes
/// through Objects::set alone.
struct Object : Content {
  bool is_flag = false;    // of an exit: see Lifter::Exits
  bool read_only = false;  // belongs to the caller of the differentiated function, who has not lent it
  std::uint64_t born = 0;  // objects are numbered as they come into being
  int moves = 0;           // how often its elements have gone to another vector, with what refers to them
  std::string name;        // the user's variable
};

/// How often the elements of `root` have gone to another vector; those of a row move with all rows.
inline int moves_of(const Object& root) {
  return root.state == Content::State::row ? root.parts[0]->moves : root.moves;
}

/// Owns all objects of one lifting; addresses stay valid. What changes is journaled, so that it can be taken
/// back.
class Objects {
 public:
  struct Change {
    Object* object;
    Content before;
  };

  Object* fresh() {
    Object& object = all_.emplace_back();
    object.born = all_.size();
    return &object;
  }
  Object* holding(Content content) {
    Object* object = fresh();
    static_cast<Content&>(*object) = std::move(content);
    return object;
  }
  Object* of(ir::Value value) {
    Content content{.state = Content::State::value};
    content.value = value;
    return holding(std::move(content));
  }
  Object* of(const llvm::APSInt& integer) {
    Content content{.state = Content::State::integer};
    content.integer = integer;
    return holding(std::move(content));
  }
  Object* of(double real, ir::Elem elem) {
    Content content{.state = Content::State::real, .elem = elem};
    content.real = real;
    return holding(std::move(content));
  }
  Object* flag() {
    Object* object = of(false);
    object->is_flag = true;
    return object;
  }
  Object* of(bool known) { return of(llvm::APSInt(llvm::APInt(1, known ? 1 : 0), true)); }
  Object* of(std::vector<Object*> parts) {
    Content content{.state = Content::State::parts};
    content.parts = std::move(parts);
    return holding(std::move(content));
  }
  Object* of(Content::State state, Place place) {
    Content content{.state = state};
    content.place = std::move(place);
    if (content.place.root) content.place.moves = moves_of(*content.place.root);
    return holding(std::move(content));
  }
  Object* unset(ir::Elem elem) { return holding({.state = Content::State::unset, .elem = elem}); }

  /// Makes `object` hold `content`.
  void set(Object& object, Content content) {
    journal_.push_back({&object, static_cast<Content&>(object)});
    static_cast<Content&>(object) = std::move(content);
  }
  std::size_t changes() const { return journal_.size(); }
  /// Objects that existed at `birth` and have changed since `mark`, each with what it held then, in the order
  /// of their first changes.
  std::vector<Change> since(std::size_t mark, std::uint64_t birth) const;
  /// Takes back the changes since `mark` to objects that existed at `birth`, and forgets all.
  void restore(std::size_t mark, std::uint64_t birth);
  std::uint64_t count() const { return all_.size(); }

 private:
  std::deque<Object> all_;
  std::vector<Change> journal_;
};

}  // namespace nndiff::frontend

#endif
