// The IR: functions of SSA values with structured regions, and where each value came from.
//
// Values are immutable. A function owns its operations in one array; the value an operation makes is the
// operation's index there. A region lists operations in execution order, so order is a property of the region
// and rewriting never invalidates a Value. Every operand of an elementwise operation has the shape of its
// result: broadcasting is an operation of its own, so that its adjoint (a sum) exists once for all operators.
//
// Memory that is written element by element is a linear value. `store`, `accumulate` and `grow` consume their
// first operand: it must not be used after them, so the result can live in the same memory. A loop consumes
// the initial value of a carried array, unless its body yields the parameter itself; a body consumes what it
// yields, and nothing from outside of the loop. A branch consumes what either of its regions consumes or
// yields from outside. Constants and arguments cannot be consumed (but for arguments that the function
// writes): `copy` makes memory of one's own.
//
// A recursive function is a `routine`, one of the first operations of the body, in front of everything else.
// Its region sees nothing from outside, but it may hold calls of any routine, itself included. An array that
// it yields is what it has made of a parameter: `axes` says of which one, of the routine and of each call
// alike. A call consumes the operands of these, and the region may consume no other parameter.
#ifndef NNDIFF_IR_FUNCTION_H
#define NNDIFF_IR_FUNCTION_H
#include <optional>
#include <span>
#include <utility>

#include "ir/type.h"

namespace nndiff::ir {

/// A place in the user's source; line 0 means none.
struct Loc {
  std::string file;
  int line = 0;
  int column = 0;
  friend bool operator==(const Loc&, const Loc&) = default;
  friend auto operator<=>(const Loc&, const Loc&) = default;
};

/// The elementwise operators of nn/ops.def and ir/integers.def.
enum class Map : std::uint8_t {
#define NN_MAP1(name, ...) name,
#define NN_MAP2(name, ...) name,
#define NN_MAP3(name, ...) name,
#define NN_COMPARE(name, ...) name,
#include <nn/ops.def>
#define NN_INTEGER1(name, ...) name,
#define NN_INTEGER2(name, ...) name,
#include "ir/integers.def"
};

enum class Reducer : std::uint8_t { sum, max, min };

/// What an operation is. The comment gives its operands and the attributes of Op that it uses.
enum class Kind : std::uint8_t {
  input,          // (): a leaf of a parameter; `index` counts leaves over all parameters
  constant,       // (): `number` in every element
  size,           // (): the number `dim` in every element
  iota,           // (): the index along axis `axes[0]`
  map,            // (operands of the result's shape): elementwise `map`
  cast,           // (x): the element type of the result
  broadcast,      // (x): axis i of x is axis axes[i] of the result, repeated along all others; axes ascend
  reduce,         // (x): `reducer` over `axes` (ascending), which the result lacks
  reshape,        // (x): the same elements, row-major
  permute,        // (x): axis i of the result is axis axes[i] of x
  matmul,         // (a, b): op(a)·op(b), matrices; `trans_a`, `trans_b` transpose
  pick,           // (x, index): x[..., index[...]] along the last axis
  softmax,        // (x): exp(x) over its sum along `axes` (ascending)
  log_softmax,    // (x): log of that
  logsumexp,      // (x): log of the sum of exp(x) over `axes`, which the result lacks
  stop_gradient,  // (x): x, through which no adjoint flows
  alloc,          // (): memory of its own, elements unspecified
  copy,           // (x): the same elements in memory of its own
  load,           // (array, i…): an element, or the `type.shape` elements from there on
  store,          // (array, element, i…): the array with that element, or those from there on, replaced
  accumulate,     // (array, element, i…): the array with `element` added there
  grow,           // (array, n): of unknown extent, with room for at least n elements: the old ones, zeros
  dimension,      // (n): n, which the name `dim` stands for in shapes from here on
  parameter,      // (): a region's parameter
  loop,           // (limit, initial…): regions[0] maps (i, carried…) to carried…; its own value: the rounds
  branch,         // (condition): regions[0] where it holds, else regions[1]; its own value: the condition
  routine,        // (): number `index`; regions[0] maps parameters to yields; yield k is in parameter axes[k]
  call,           // (arguments…): of routine number `index`; axes as the routine's; its own value: 0
  result,         // (loop, branch or call): the value number `index` that it yields
  foreign,        // (arguments…, memory…): calls foreigns[index]; its own value is what that returns
  written,        // (foreign): what it leaves in its gradient number `index`
};

// Indices are i64 scalars: one for each axis of the array, or a single one that counts in row-major order.
// `checked` makes one out of range an error of the call; else staying inside is the program's promise, so
// loads, stores and the division of integers must not be moved to where the program would not have done them.
//
// A loop runs its body for i = 0, 1, … while i < limit (an i64; the constant -1: no limit) and, if
// `is_while`, while the first carried value, a boolean, holds.

/// The value made by operation `id` of a function.
struct Value {
  std::uint32_t id = ~0u;
  friend bool operator==(Value, Value) = default;
  friend auto operator<=>(Value, Value) = default;
  explicit operator bool() const { return id != ~0u; }
};

/// Operations in execution order, entered with `params` and left with `yields`.
struct Region {
  std::vector<Value> params;
  std::vector<Value> ops;
  std::vector<Value> yields;
};

/// The sweep an operation belongs to: computing the function, or its derivative.
enum class Sweep : std::uint8_t { forward, backward };

struct Op {
  Kind kind = Kind::constant;
  Type type = {};
  std::vector<Value> operands = {};
  Map map = Map::add;
  Reducer reducer = Reducer::sum;
  bool trans_a = false, trans_b = false;
  bool is_while = false;
  bool checked = false;
  std::vector<int> axes = {};
  double number = 0;
  Dim dim = Dim{1};
  int index = 0;
  int writes = 0;  // foreign: so many of its operands, the last ones, are memory that it consumes
  Sweep sweep = Sweep::forward;
  std::vector<Region> regions = {};
  Loc loc = {};
  int statement = -1;     // index in Function::statements of the user's statement it comes from
  std::string name = {};  // the user's variable that holds this value, or empty
};

/// How a leaf is held in the user's program.
enum class Holder : std::uint8_t {
  scalar,
  tensor,   // nn::Tensor
  array,    // T[n], std::array<T, n>, or such arrays of these: contiguous, sizes known
  vector,   // std::vector<T>: its named size is its own
  span,     // std::span<T>, likewise
  pointer,  // T*: of unknown extent; its gradient is added to a buffer of the caller's
  member,   // numbers inside the elements of a container, gathered for the call: see Leaf::path
};

/// One tensor, array or scalar inside a parameter. A struct parameter has one leaf per member; arrays of
/// tensors and of structs have one per element, arrays of numbers are one leaf.
struct Leaf {
  std::string path;  // C++ to reach it: "model.layers[0].w"; "[]" for all elements: "particles[].x"
  Type type = {};
  Value value;  // its Kind::input
  bool wanted = false;
  Holder holder = Holder::scalar;
  bool written = false;  // the function changes it: an output is what it leaves there
  bool packed = false;   // a pointer to structs that hold nothing but such numbers
};

/// A parameter of the user's function as declared.
struct Param {
  std::string name;
  std::string type;           // C++ without const and reference, fully qualified
  bool is_aggregate = false;  // a struct or array of leaves; else exactly one leaf
  bool is_tensor = false;     // its single leaf is an nn::Tensor; else a C++ scalar (when not an aggregate)
  bool differentiated = false;
  std::vector<Leaf> leaves;
};

/// What a derivative function hands back, in the order of body.yields.
struct Output {
  enum class Role : std::uint8_t {
    primal,    // the function's result
    argument,  // what a written leaf holds at the end
    gradient,  // of the result with respect to the leaf's value on entry
    tangent,   // of the result, in the direction that a parameter holds
  } role = Role::primal;
  int leaf = -1;  // for an argument or a gradient: the leaf's index over all parameters
};

/// A derivative of another function that the user's text takes with nn::partial: with respect to parameter
/// `number`, which has this name.
struct Partial {
  std::string function;  // "ns::loss"
  int number = 0;
  std::string parameter;
  friend bool operator==(const Partial&, const Partial&) = default;
};

/// A statement of the user's function: where it begins, its text on one line, and the variable that it sets,
/// if it sets a single one.
struct Statement {
  Loc loc;
  std::string text;
  std::string variable;
};

/// A C++ function that generated code calls by its name: one whose derivative the user has given, or that
/// derivative. It is a function of its arguments, called where the user's program calls it and never again:
/// what it returned is kept. The operands of a call are its arguments in order, but for gradients, and then
/// memory for those gradients that are arrays: of zeros, but for pointers that of the adjoint so far.
///
/// What C++ passes as one parameter may be several arguments, one behind the other: a struct is one for each
/// tensor, array and number in it, a pointer an array and the place in it.
struct Foreign {
  struct Argument {
    enum class Role : std::uint8_t {
      value,     // an argument of the function
      result,    // what the function returned
      upstream,  // the adjoint of that
      gradient,  // where the adjoint of an argument goes
      shared,    // a gradient in the memory of argument `number`; nowhere if that is -1. It is no operand
    } role = Role::value;
    int number = -1;  // of a value or a gradient: which argument of the function
    Type type = {};
    std::string name;      // of the parameter
    std::string spelling;  // the C++ type without const and reference
    enum class Form : std::uint8_t {
      plain,   // a number or an nn::Tensor
      array,   // T[n], std::array<T, n>, or such arrays of these
      span,    // std::span<T>
      vector,  // std::vector<T>
      pointer,
      offset,  // where in the array before it the pointer points
    } form = Form::plain;
    int parameter = 0;       // number of the parameter in C++
    std::string path = {};   // of a struct's member: ".center[0]"
    std::string whole = {};  // the struct's type
    bool is_operand() const { return role != Role::gradient && role != Role::shared; }
  };
  std::string name;  // "ns::f"
  std::vector<Argument> arguments;
  Type result = {Elem::i64, {}};  // without meaning where nothing is returned
  std::string result_spelling = {};
  int adjoint = -1;  // the number of the adjoint; an adjoint has none
};

struct Function {
  std::string name;         // "loss"
  std::string qualified;    // "ns::loss"
  std::string mode;         // the derivative that this is: "value_and_grad", "vjp", …; empty for a primal one
  std::string signature;    // the user's declaration on one line, for comments
  std::string result_type;  // C++ spelling, fully qualified
  Type result;
  Loc loc;
  std::vector<Param> params;
  std::vector<Op> ops;
  Region body;
  std::vector<Output> outputs;        // empty for a primal function that yields its result alone
  std::optional<Value> upstream;      // vjp: the input that holds the upstream gradient
  std::vector<Foreign> foreigns;      // what operations of that kind call
  std::vector<Statement> statements;  // what comments in the generated code quote

  Op& operator[](Value v) { return ops[v.id]; }
  const Op& operator[](Value v) const { return ops[v.id]; }

  /// Appends `op` to the function's array, not to any region.
  Value make(Op op) {
    ops.push_back(std::move(op));
    return Value{static_cast<std::uint32_t>(ops.size() - 1)};
  }
  /// Appends `op` to the body and returns its value.
  Value append(Op op) {
    Value v = make(std::move(op));
    body.ops.push_back(v);
    return v;
  }
};

/// Calls `visit(Value)` for each operation of `region` in order, and after each for those of its regions.
template <class Visit>
void for_each(const Function& f, const Region& region, const Visit& visit) {
  for (Value v : region.ops) {
    visit(v);
    for (const Region& inner : f[v].regions) for_each(f, inner, visit);
  }
}

/// All leaves of all parameters in the order of Kind::input's index.
std::vector<const Leaf*> leaves(const Function& f);

/// The operator's name in nn/ops.def or ir/integers.def.
std::string_view name_of(Map map);
/// The operator of that name, if there is one.
std::optional<Map> map_named(std::string_view name);
/// The routine that `call` calls.
Value routine_of(const Function& f, const Op& call);
/// True for operations that must not be merged with equal ones: they stand for memory, or have regions.
bool is_unique(const Op& op);
/// True where operand number `i` of `op` is consumed whatever its regions do.
bool consumes(const Op& op, std::size_t i);
/// True for the operators on integers and booleans, which have no derivative.
bool is_integral(Map map);
/// 1, 2 or 3 operands.
int arity(Map map);
/// True for lt, le, …: the result is boolean.
bool is_comparison(Map map);
std::string_view name_of(Kind kind);
std::string_view name_of(Reducer reducer);

}  // namespace nndiff::ir

#endif
