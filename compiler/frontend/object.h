// What a C++ object is while its function is lifted: a value of the IR, a number known already, or parts.
#ifndef NNDIFF_FRONTEND_OBJECT_H
#define NNDIFF_FRONTEND_OBJECT_H
#include <deque>
#include <unordered_map>

#include "frontend/clang.h"
#include "ir/function.h"

namespace nndiff::frontend {

struct Object;

/// What a lambda expression captured. By-copy captures cannot change (mutable lambdas are refused), so copies
/// of a closure share them.
struct Closure {
  std::unordered_map<const clang::ValueDecl*, Object*> captured;
  Object* self = nullptr;
};

/// A place in memory of the program being lifted. An Object's address is its identity: references are plain
/// pointers to it, and assignment replaces what it holds.
struct Object {
  enum class State : std::uint8_t {
    unset,    // declared without a value
    integer,  // an integer, bool or enumerator known while compiling
    real,     // a float or double known while compiling
    value,    // a tensor or scalar of the IR
    parts,    // a struct (bases, then fields) or an array
    closure,  // a lambda
  };
  State state = State::unset;
  bool read_only = false;  // belongs to the caller of the differentiated function
  std::uint64_t born = 0;  // objects are numbered as they come into being
  llvm::APSInt integer;
  double real = 0;
  ir::Value value;
  std::vector<Object*> parts;
  std::shared_ptr<const Closure> closure;

  bool is_known() const { return state == State::integer || state == State::real; }
};

/// Owns all objects of one lifting; addresses stay valid.
class Objects {
 public:
  Object* fresh() {
    Object& object = all_.emplace_back();
    object.born = all_.size();
    return &object;
  }
  Object* of(ir::Value value) {
    Object* object = fresh();
    object->state = Object::State::value;
    object->value = value;
    return object;
  }
  Object* of(const llvm::APSInt& integer) {
    Object* object = fresh();
    object->state = Object::State::integer;
    object->integer = integer;
    return object;
  }
  Object* of(double real) {
    Object* object = fresh();
    object->state = Object::State::real;
    object->real = real;
    return object;
  }
  Object* of(std::vector<Object*> parts) {
    Object* object = fresh();
    object->state = Object::State::parts;
    object->parts = std::move(parts);
    return object;
  }
  /// An independent object holding the same.
  Object* copy(const Object& from) {
    Object* object = fresh();
    replace(*object, from);
    return object;
  }
  /// Makes `to` hold what `from` holds, part by part where both have parts, so that references to parts of
  /// `to` see the change.
  void replace(Object& to, const Object& from) {
    if (to.state == Object::State::parts && from.state == Object::State::parts &&
        to.parts.size() == from.parts.size()) {
      for (std::size_t i = 0; i < to.parts.size(); ++i) replace(*to.parts[i], *from.parts[i]);
      return;
    }
    to.state = from.state;
    to.integer = from.integer;
    to.real = from.real;
    to.value = from.value;
    to.closure = from.closure;
    std::vector<Object*> parts;
    for (const Object* part : from.parts) parts.push_back(copy(*part));
    to.parts = std::move(parts);
  }
  std::uint64_t count() const { return all_.size(); }

 private:
  std::deque<Object> all_;
};

}  // namespace nndiff::frontend

#endif
