// Builders of IR operations: each checks its operands, infers the result's shape and appends the operation.
//
// A wrong operand is the user's mistake and throws ir::Refusal at the builder's location; the C++ compiler
// has usually refused it before (include/nn), so the messages here only have to be true, not long.
#ifndef NNDIFF_OP_BUILD_H
#define NNDIFF_OP_BUILD_H
#include "ir/diagnostic.h"
#include "ir/function.h"

namespace nndiff::op {

using ir::Dim;
using ir::Elem;
using ir::Function;
using ir::Map;
using ir::Reducer;
using ir::Shape;
using ir::to_string;
using ir::Type;
using ir::Value;

/// Where new operations go and what they are marked with. Types, shapes and operands are taken by value:
/// callers have them from operations, which move in memory as others are appended.
struct Builder {
  Function& f;
  ir::Region* region;  // operations are appended here
  ir::Loc loc = {};
  int statement = -1;
  ir::Sweep sweep = ir::Sweep::forward;

  explicit Builder(Function& function) : f(function), region(&function.body) {}

  const Type& type(Value v) const { return f[v].type; }
  const Shape& shape(Value v) const { return f[v].type.shape; }

  /// Appends any operation, marked with the builder's place.
  Value append(ir::Op op);

  /// `number` in every element of a value of type `type`.
  Value constant(double number, Type type);
  /// The value of a dimension as a number in every element of `type`.
  Value size(Dim dim, Type type);
  /// The index along `axis`, as i32.
  Value iota(Shape shape, int axis);

  /// Elementwise operator with NumPy broadcasting of its operands.
  Value map(Map map, std::vector<Value> operands);
  Value map(Map m, Value a) { return map(m, std::vector<Value>{a}); }
  Value map(Map m, Value a, Value b) { return map(m, std::vector<Value>{a, b}); }
  Value cast(Value x, Elem elem);

  /// x broadcast to `shape` by NumPy's rules (axes aligned from the end; only a literal 1 repeats).
  Value broadcast_to(Value x, Shape shape);
  /// x with axis i placed at axis axes[i] of `shape` and repeated along the others.
  Value broadcast_in(Value x, Shape shape, std::vector<int> axes);

  /// Reduction over `axes` (negative from the end; empty means all), with or without keeping them as 1.
  Value reduce(Reducer reducer, Value x, std::vector<int> axes, bool keep_dims = false);
  Value mean(Value x, std::vector<int> axes, bool keep_dims = false);

  Value reshape(Value x, Shape shape);
  /// Axis i of the result is axis axes[i] of x.
  Value permute(Value x, std::vector<int> axes);
  /// All axes reversed.
  Value transpose(Value x);

  /// NumPy's matmul for ranks 1 and 2; two vectors give their scalar product.
  Value matmul(Value a, Value b);
  /// op(a)·op(b) of two matrices.
  Value matmul(Value a, bool trans_a, Value b, bool trans_b);
  Value dot(Value a, Value b);

  /// x[..., index[...]] along the last axis.
  Value pick(Value x, Value index);
  /// 1 where the new last axis of size `classes` equals index, else 0.
  Value one_hot(Value index, Dim classes, Elem elem);
  /// softmax, log_softmax or logsumexp along `axes` (ascending, from 0).
  Value softmax_like(ir::Kind kind, Value x, std::vector<int> axes);
  Value stop_gradient(Value x);

  /// Memory of its own: with unspecified elements, with those of x, with zeros.
  Value alloc(Type type);
  Value copy(Value x);
  Value zeros(Type type);
  /// An element (or the `block` of elements from there on), and the array with it replaced or added to. The
  /// indices are i64 scalars: one per axis, or a single one in row-major order.
  Value load(Value array, std::vector<Value> index, Shape block = {});
  Value store(Value array, Value element, std::vector<Value> index);
  Value accumulate(Value array, Value element, std::vector<Value> index);
  /// An array of unknown extent with room for at least `n` elements.
  Value grow(Value array, Value n);
  /// A name for the i64 `n` that shapes can be made of from here on; `hint` is a part of it.
  Dim dimension(Value n, const std::string& hint);

  /// Adds a parameter to a region that is being built: a loop's counter (i64) first, then its carried values.
  Value parameter(ir::Region& of, Type type);
  /// A loop or branch, and its results. The regions are built beforehand, aside: point `region` at one,
  /// append to it, set its yields, and point `region` back.
  struct Built {
    Value op;
    std::vector<Value> results;
  };
  Built loop(Value limit, std::vector<Value> initial, ir::Region body, bool is_while = false);
  Built branch(Value condition, ir::Region yes, ir::Region no);
  /// A call of routine number `number`, whose results have the types of `results` and live in the operands
  /// `places` (see ir::Kind::routine).
  Built call(int number, std::vector<Value> operands, const std::vector<Type>& results,
             std::vector<int> places);

  /// A call of f.foreigns[number]; the operands are its arguments but for gradients. The results are these:
  /// arrays in `memory`, by their numbers, or in zeros made here where that has none.
  Built foreign(int number, std::vector<Value> operands, const std::vector<Value>& memory = {});

  [[noreturn]] void refuse(const std::string& message) const;
};

/// The shape that NumPy's broadcasting gives, or nothing where the shapes don't match.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);

/// Axes counted from 0, ascending, without duplicates; nothing where one is out of range or double.
std::optional<std::vector<int>> normal_axes(std::vector<int> axes, int rank);

}  // namespace nndiff::op

#endif
