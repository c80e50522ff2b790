// Lazy elementwise expressions: a node holds its operands by value and is evaluated in one loop when it is
// needed.
#ifndef NN_EXPR_H
#define NN_EXPR_H

#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "nn/view.h"

namespace nn {
namespace detail {

/// A number as an operand, already in the element type of the tensors beside it.
template <class T>
struct Number {
  using value_type = T;
  T value;
};

/// The tensor type that a tensor or an expression stands for.
template <class X>
using tensor_type_of = typename std::remove_cvref_t<X>::tensor_type;

/// An operand as a node keeps it: a number, a tensor sharing the buffer, or an unnamed expression as it is.
template <class T, class X>
auto capture(X&& x) {
  using Bare = std::remove_cvref_t<X>;
  if constexpr (Scalar<X>) {
    return Number<T>{static_cast<T>(x)};
  } else if constexpr (is_expr<Bare>) {
    if constexpr (std::is_lvalue_reference_v<X> || std::is_const_v<std::remove_reference_t<X>>)
      return x.evaluated();
    else
      return Bare(std::move(x));
  } else {
    if constexpr (!std::is_lvalue_reference_v<X> && !std::is_const_v<std::remove_reference_t<X>>)
      if (!x.is_view()) return tensor_type_of<X>(std::move(x));
    return tensor_type_of<X>(std::as_const(x));
  }
}

/// The index space of a loop that runs over all elements as one row, when no operand is broadcast.
struct Flat {
  static constexpr int rank = 0;
};

template <class X, class Space>
inline constexpr bool is_flat = false;
template <class T, class Space>
inline constexpr bool is_flat<Number<T>, Space> = true;
template <class T, Dim... D, class Space>
inline constexpr bool is_flat<Tensor<T, D...>, Space> = Tensor<T, D...>::dims == Space::dims;
template <class Value, class Op, class... X, class Space>
inline constexpr bool is_flat<Expr<Value, Op, X...>, Space> = (is_flat<X, Space> && ...);

/// Reads the elements of an operand broadcast to the index space `Space` (a tensor type, or Flat): `seek`
/// goes to a row, `[j]` reads along it.
template <class X, class Space>
class Reader;

template <class T, class Space>
class Reader<Number<T>, Space> {
 public:
  explicit Reader(const Number<T>& number) : value_(number.value) {}
  void seek(const std::int64_t*) {}
  T operator[](std::int64_t) const { return value_; }

 private:
  T value_;
};

template <class T, Dim... D>
class Reader<Tensor<T, D...>, Flat> {
 public:
  Reader() = default;
  explicit Reader(const Tensor<T, D...>& tensor) : data_(tensor.data()) {}
  void seek(const std::int64_t*) {}
  T operator[](std::int64_t j) const { return data_[j]; }

 private:
  const T* data_ = nullptr;
};

template <class T, Dim... D, class Space>
class Reader<Tensor<T, D...>, Space> {
  using X = Tensor<T, D...>;
  static constexpr int lead = Space::rank - X::rank;  // axes that only the index space has

  static constexpr bool broadcasts(int axis) {
    return axis < lead || (X::dims[axis - lead] == Dim(1) && Space::dims[axis] != Dim(1));
  }

 public:
  Reader() = default;
  explicit Reader(const X& tensor) : data_(tensor.data()), row_(data_) {
    std::int64_t stride = 1;
    for (int axis = Space::rank - 1; axis >= lead; --axis) {
      if (!broadcasts(axis)) strides_[axis] = stride;
      stride *= tensor.extents().axes[axis - lead];
    }
  }
  void seek(const std::int64_t* index) {
    row_ = data_;
    for (int axis = 0; axis + 1 < Space::rank; ++axis) row_ += index[axis] * strides_[axis];
  }
  T operator[](std::int64_t j) const {
    if constexpr (broadcasts(Space::rank - 1))
      return row_[0];
    else
      return row_[j];
  }

 private:
  const T* data_ = nullptr;
  const T* row_ = nullptr;
  std::int64_t strides_[Space::rank] = {};
};

template <class Value, class Op, class... X, class Space>
class Reader<Expr<Value, Op, X...>, Space> {
  using T = typename Value::value_type;

 public:
  explicit Reader(const Expr<Value, Op, X...>& node)
      : assigned_(node.is_assigned()),
        value_(assigned_ ? Reader<Value, Space>(node.assigned_value()) : Reader<Value, Space>()),
        operands_(
            std::apply([](const X&... x) { return Operands(Reader<X, Space>(x)...); }, node.operands())) {}

  void seek(const std::int64_t* index) {
    if (assigned_)
      value_.seek(index);
    else
      std::apply([&](auto&... operand) { (operand.seek(index), ...); }, operands_);
  }
  T operator[](std::int64_t j) const {
    if (assigned_) return value_[j];
    return std::apply([&](const auto&... operand) { return static_cast<T>(Op::value(operand[j]...)); },
                      operands_);
  }

 private:
  using Operands = std::tuple<Reader<X, Space>...>;

  bool assigned_;
  Reader<Value, Space> value_;
  Operands operands_;
};

/// Calls `visit(offset, value)` for each element of `x` broadcast to the sizes of a tensor type `Space`.
template <class Space, class X, class Visit>
void for_each_element(const X& x, const typename Space::extents_type& extents, Visit visit) {
  const std::int64_t count = extents.count();
  if (count == 0) return;
  if constexpr (is_flat<X, Space>) {
    const Reader<X, Flat> reader(x);
    for (std::int64_t j = 0; j < count; ++j) visit(j, reader[j]);
  } else {
    Reader<X, Space> reader(x);
    const std::int64_t width = extents.axes[Space::rank - 1];
    std::int64_t index[Space::rank] = {};
    for (std::int64_t row = 0; row < count; row += width) {
      reader.seek(index);
      for (std::int64_t j = 0; j < width; ++j) visit(row + j, reader[j]);
      for (int axis = Space::rank - 2; axis >= 0 && ++index[axis] == extents.axes[axis]; --axis)
        index[axis] = 0;
    }
  }
}

/// A tensor or expression as a tensor to read: the tensor itself, or the expression's value.
template <class T, Dim... D>
const Tensor<T, D...>& as_tensor(const Tensor<T, D...>& x) {
  return x;
}
template <class Value, class Op, class... X>
Value as_tensor(const Expr<Value, Op, X...>& x) {
  return x.evaluated();
}

}  // namespace detail

/// An elementwise operation that has not been evaluated. `Value` is the tensor type it stands for. It means
/// the value its operands had where it was written, and may be used any number of times; assigning another
/// expression of the same shape and element type makes it stand for that one's value.
template <class Value, class Op, class... Operands>
class Expr {
 public:
  using value_type = typename Value::value_type;
  using tensor_type = Value;
  using extents_type = typename Value::extents_type;
  static constexpr int rank = Value::rank;
  static constexpr detail::DimList dims = Value::dims;

  /// For the library's own functions: operands as detail::capture gives them.
  Expr(const extents_type& extents, Operands&&... operands)
      : operands_(std::move(operands)...),
        extents_(extents),
        assigned_(extents_type(), detail::Storage<value_type>()) {}

  NN_PRIMITIVE("identity")
  Expr(const Expr&) = default;
  NN_PRIMITIVE("identity")
  Expr(Expr&&) = default;
  NN_PRIMITIVE("identity")
  Expr& operator=(const Expr&) = default;
  NN_PRIMITIVE("identity")
  Expr& operator=(Expr&&) = default;

  template <detail::AnyTensor X>
  NN_PRIMITIVE("identity")
  Expr& operator=(X&& x) {
    static_assert(std::same_as<detail::tensor_type_of<X>, Value>,
                  "nn: the expression assigned to a variable has another shape or element type");
    if constexpr (std::same_as<detail::tensor_type_of<X>, Value>) {
      assigned_ = Value(std::forward<X>(x));
      extents_ = assigned_.extents();
      is_assigned_ = true;
    }
    return *this;
  }

  template <detail::Operand X>
  NN_PRIMITIVE("add_assign")
  Expr& operator+=(const X& x) {
    return *this = evaluated() += x;
  }
  template <detail::Operand X>
  NN_PRIMITIVE("sub_assign")
  Expr& operator-=(const X& x) {
    return *this = evaluated() -= x;
  }
  template <detail::Operand X>
  NN_PRIMITIVE("mul_assign")
  Expr& operator*=(const X& x) {
    return *this = evaluated() *= x;
  }
  template <detail::Operand X>
  NN_PRIMITIVE("div_assign")
  Expr& operator/=(const X& x) {
    return *this = evaluated() /= x;
  }

  /// The number of elements.
  NN_PRIMITIVE("size")
  std::int64_t size() const { return extents_.count(); }

  /// The size of an axis, counted from the end where negative. Throws nn::Error where there is no such axis.
  NN_PRIMITIVE("extent")
  std::int64_t extent(int axis) const { return extents_.axes[detail::checked_axis(axis, rank)]; }

  /// One element, by evaluating the whole expression: for a look in the debugger, not for loops.
  template <std::integral... I>
    requires(sizeof...(I) == static_cast<std::size_t>(rank))
  NN_PRIMITIVE("element")
  value_type operator()(I... indices) const {
    return std::as_const(static_cast<const Value&>(evaluated()))(indices...);
  }

  /// The value as a tensor.
  NN_PRIMITIVE("identity")
  Value evaluated() const {
    if (is_assigned_) return assigned_;
    Value result(extents_, detail::Uninitialised{});
    value_type* out = result.briefly_writable();
    detail::for_each_element<Value>(*this, extents_, [out](std::int64_t i, value_type v) { out[i] = v; });
    return result;
  }

  /// An expression without axes is a number.
  NN_PRIMITIVE("identity")
  operator value_type() const
    requires(rank == 0)
  {
    return evaluated();
  }

  const extents_type& extents() const { return extents_; }
  const std::tuple<Operands...>& operands() const { return operands_; }
  bool is_assigned() const { return is_assigned_; }
  const Value& assigned_value() const { return assigned_; }

 private:
  std::tuple<Operands...> operands_;
  extents_type extents_;
  Value assigned_;
  bool is_assigned_ = false;
};

namespace detail {

/// A node over captured operands.
template <class Value, class Op, class... Captured>
Expr<Value, Op, Captured...> make_expr(const typename Value::extents_type& extents, Captured... operands) {
  return Expr<Value, Op, Captured...>(extents, std::move(operands)...);
}

}  // namespace detail

template <class T, Dim... D, class Op, class... Operands>
Tensor(const Expr<Tensor<T, D...>, Op, Operands...>&) -> Tensor<T, D...>;

}  // namespace nn

#endif  // NN_EXPR_H
