// The elementwise operators of ops.def as functions and operators on tensors, expressions and plain numbers.
#ifndef NN_MAP_H
#define NN_MAP_H

#include <concepts>
#include <type_traits>
#include <utility>

#include "nn/expr.h"
#include "nn/math.h"

namespace nn {

/// The formulas of ops.def as functions of numbers. They take part only for types that they compile with, so
/// that e.g. exp has none for integers.
namespace formula {

using math::abs;
using math::acos;
using math::acosh;
using math::asin;
using math::asinh;
using math::atan;
using math::atan2;
using math::atanh;
using math::cbrt;
using math::ceil;
using math::copysign;
using math::cos;
using math::cosh;
using math::digamma;
using math::erf;
using math::erfc;
using math::exp;
using math::exp2;
using math::expm1;
using math::floor;
using math::fmod;
using math::hypot;
using math::ldexp;
using math::lgamma;
using math::log;
using math::log10;
using math::log1p;
using math::log2;
using math::logb;
using math::polygamma;
using math::pow;
using math::remainder;
using math::rint;
using math::round;
using math::sigmoid;
using math::sin;
using math::sinh;
using math::softplus;
using math::sqrt;
using math::tan;
using math::tanh;
using math::tgamma;
using math::trunc;

template <std::integral T>
constexpr T abs(T x) {
  return x < 0 ? -x : x;
}
template <class T>
constexpr T zero(T) {
  return T(0);
}
template <class T>
constexpr T one(T) {
  return T(1);
}
template <class T>
constexpr T lit(T, double value) {
  return static_cast<T>(value);
}
template <class T>
constexpr T select(bool condition, T a, T b) {
  return condition ? a : b;
}

#define NN_MAP1(name, doc, formula, ...)        \
  template <class T>                            \
  constexpr T name##_value(T x)                 \
    requires std::same_as<T, decltype(formula)> \
  {                                             \
    return formula;                             \
  }
#define NN_MAP2(name, doc, formula, ...)        \
  template <class T>                            \
  constexpr T name##_value(T a, T b)            \
    requires std::same_as<T, decltype(formula)> \
  {                                             \
    return formula;                             \
  }
#define NN_MAP3(name, doc, formula, ...)        \
  template <class A, class T>                   \
  constexpr T name##_value(A a, T b, T c)       \
    requires std::same_as<T, decltype(formula)> \
  {                                             \
    return formula;                             \
  }
#define NN_COMPARE(name, doc, formula)    \
  template <class T>                      \
  constexpr bool name##_value(T a, T b) { \
    return formula;                       \
  }
#include "nn/ops.def"

}  // namespace formula

/// The elementwise operators as types, which name a node's operation.
namespace op {

#define NN_OP(operation, is_comparison)                                                 \
  struct operation {                                                                    \
    static constexpr const char* name = #operation;                                     \
    static constexpr bool compares = is_comparison;                                     \
    template <class... T>                                                               \
    static constexpr auto value(T... x) -> decltype(formula::operation##_value(x...)) { \
      return formula::operation##_value(x...);                                          \
    }                                                                                   \
  };
#define NN_MAP1(name, ...) NN_OP(name, false)
#define NN_MAP2(name, ...) NN_OP(name, false)
#define NN_MAP3(name, ...) NN_OP(name, false)
#define NN_COMPARE(name, ...) NN_OP(name, true)
#include "nn/ops.def"
#undef NN_OP

}  // namespace op

namespace detail {

/// The shape of the tensors `X` broadcast together; `matches` is false where there is none.
struct Broadcasting {
  DimList list;
  bool matches = true;

  constexpr void add(const DimList& other) {
    DimList result;
    const int rank = list.rank > other.rank ? list.rank : other.rank;
    for (int axis = 0; axis < rank; ++axis) {
      const int i = axis - (rank - list.rank), j = axis - (rank - other.rank);
      const Dim a = i < 0 ? Dim(1) : list[i], b = j < 0 ? Dim(1) : other[j];
      if (!(a == b) && !(a == Dim(1)) && !(b == Dim(1))) matches = false;
      result.add(a == Dim(1) ? b : a);
    }
    list = result;
  }
};

template <class... X>
struct BroadcastOf {
  static constexpr Broadcasting all = [] {
    Broadcasting result;
    (result.add(X::dims), ...);
    return result;
  }();
  static_assert(all.matches,
                "nn: shapes cannot be broadcast together: sizes of an axis differ and neither is 1");
  static constexpr DimList value = all.list;
};

template <class T, class... Rest>
struct ElementOf {
  static_assert((std::same_as<T, Rest> && ...),
                "nn: element types differ: use nn::cast<T>(x) to convert one of them");
  using type = T;
};

template <class... X>
struct TypeList {};

template <class... A, class... B>
TypeList<A..., B...> operator+(TypeList<A...>, TypeList<B...>);

template <class X>
auto tensors_in() {
  if constexpr (AnyTensor<X>)
    return TypeList<tensor_type_of<X>>();
  else
    return TypeList<>();
}

template <class Op, class T, class... X>
inline constexpr bool takes =
    requires(T t) { Op::value(static_cast<std::conditional_t<false, X, T>>(t)...); };

/// What an operation gives for these operands: its element type, and its shape.
template <class Op, class Tensors, class Values>
struct Mapped;
template <class Op, class... X, class First, class... Rest>
struct Mapped<Op, TypeList<X...>, TypeList<First, Rest...>> {
  using element = typename ElementOf<typename First::value_type, typename Rest::value_type...>::type;
  using type = tensor_of<std::conditional_t<Op::compares, bool, element>, BroadcastOf<X...>>;
};

template <class T, class... X>
constexpr void check_numbers() {
  static_assert(std::is_floating_point_v<T> ||
                    !((Scalar<X> && std::is_floating_point_v<std::remove_cvref_t<X>>) || ...),
                "nn: a floating-point number beside an integer tensor: use nn::cast<float>(x) on the tensor");
}

template <class E, class... X>
E extents_of(const char* what, const X&... x) {
  Bindings bindings;
  const auto bind = [&](const auto& operand) {
    if constexpr (AnyTensor<decltype(operand)>) bindings.bind(operand.extents(), what);
  };
  (bind(x), ...);
  return bindings.template extents<E>();
}

template <class Op, class Tensors, class... X>
auto map_tensors(X&&... x) {
  using Result = Mapped<Op, Tensors, Tensors>;
  using T = typename Result::element;
  using Value = typename Result::type;
  check_numbers<T, X...>();
  static_assert(Op::compares || !std::same_as<T, bool>,
                "nn: arithmetic on bool elements: use nn::cast<float>(x)");
  static_assert(takes<Op, T, X...>,
                "nn: this operation needs floating-point elements: use nn::cast<float>(x)");
  const auto extents = extents_of<typename Value::extents_type>(Op::name, x...);
  return make_expr<Value, Op>(extents, capture<T>(std::forward<X>(x))...);
}

template <class Op, class... X>
constexpr auto map_numbers(X... x) {
  using Common = std::common_type_t<X...>;
  using Whole = std::conditional_t<std::same_as<Common, bool> && !Op::compares, int, Common>;
  using T = std::conditional_t<takes<Op, Whole, X...>, Whole, double>;
  return Op::value(static_cast<T>(x)...);
}

/// The elementwise operation `Op` on any mix of tensors, expressions and numbers.
template <class Op, class... X>
constexpr auto map(X&&... x) {
  if constexpr ((Scalar<X> && ...))
    return map_numbers<Op>(x...);
  else
    return map_tensors<Op, decltype((TypeList<>() + ... + tensors_in<X>()))>(std::forward<X>(x)...);
}

/// where: a condition, and two values that alone decide the element type.
template <class C, class A, class B>
constexpr auto map_where(C&& condition, A&& a, B&& b) {
  if constexpr (Scalar<C> && Scalar<A> && Scalar<B>) {
    using T = std::common_type_t<std::remove_cvref_t<A>, std::remove_cvref_t<B>>;
    return op::where::value(static_cast<bool>(condition), static_cast<T>(a), static_cast<T>(b));
  } else {
    using Values = decltype(TypeList<>() + tensors_in<A>() + tensors_in<B>());
    using All = decltype(TypeList<>() + tensors_in<C>() + Values());
    using Numbers = Number<std::common_type_t<std::conditional_t<Scalar<A>, std::remove_cvref_t<A>, bool>,
                                              std::conditional_t<Scalar<B>, std::remove_cvref_t<B>, bool>>>;
    using Typed = std::conditional_t<std::same_as<Values, TypeList<>>, TypeList<Numbers>, Values>;
    using Result = Mapped<op::where, All, Typed>;
    using T = typename Result::element;
    using Value = typename Result::type;
    check_numbers<T, A, B>();
    if constexpr (AnyTensor<C>)
      static_assert(std::same_as<typename tensor_type_of<C>::value_type, bool>,
                    "nn::where: the condition is not a bool tensor: write a comparison such as x != 0");
    const auto extents = extents_of<typename Value::extents_type>("where", condition, a, b);
    return make_expr<Value, op::where>(extents, capture<bool>(std::forward<C>(condition)),
                                       capture<T>(std::forward<A>(a)), capture<T>(std::forward<B>(b)));
  }
}

template <class... X>
concept Operands = (Operand<X> && ...) && (AnyTensor<X> || ...);

}  // namespace detail

// The functions: name(x), name(a, b), name(a, b, c). Operands are tensors, expressions and numbers, broadcast
// together; the result is an expression, or a number where all operands are. See ops.def for what each
// computes.
#define NN_MAP1(name, ...)                            \
  template <detail::Operand X>                        \
  NN_PRIMITIVE(#name)                                 \
  constexpr auto name(X&& x) {                        \
    return detail::map<op::name>(std::forward<X>(x)); \
  }
#define NN_MAP2(name, ...)                                                \
  template <detail::Operand A, detail::Operand B>                         \
  NN_PRIMITIVE(#name)                                                     \
  constexpr auto name(A&& a, B&& b) {                                     \
    return detail::map<op::name>(std::forward<A>(a), std::forward<B>(b)); \
  }
#define NN_MAP3(name, ...)                                                                 \
  template <detail::Operand A, detail::Operand B, detail::Operand C>                       \
  NN_PRIMITIVE(#name)                                                                      \
  constexpr auto name(A&& a, B&& b, C&& c) {                                               \
    return detail::map_##name(std::forward<A>(a), std::forward<B>(b), std::forward<C>(c)); \
  }
#define NN_COMPARE(name, ...) NN_MAP2(name)
namespace detail {
template <class A, class B, class C>
constexpr auto map_fma(A&& a, B&& b, C&& c) {
  return map<op::fma>(std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
}
template <class A, class B, class C>
constexpr auto map_lerp(A&& a, B&& b, C&& c) {
  return map<op::lerp>(std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
}
}  // namespace detail
#include "nn/ops.def"

#define NN_OPERATOR(symbol, name)                                         \
  template <class A, class B>                                             \
    requires detail::Operands<A, B>                                       \
  NN_PRIMITIVE(#name)                                                     \
  auto operator symbol(A&& a, B&& b) {                                    \
    return detail::map<op::name>(std::forward<A>(a), std::forward<B>(b)); \
  }
NN_OPERATOR(+, add)
NN_OPERATOR(-, sub)
NN_OPERATOR(*, mul)
NN_OPERATOR(/, div)
NN_OPERATOR(<, lt)
NN_OPERATOR(<=, le)
NN_OPERATOR(>, gt)
NN_OPERATOR(>=, ge)
NN_OPERATOR(==, eq)
NN_OPERATOR(!=, ne)
#undef NN_OPERATOR

template <detail::AnyTensor X>
NN_PRIMITIVE("neg")
auto operator-(X&& x) {
  return detail::map<op::neg>(std::forward<X>(x));
}

}  // namespace nn

#endif  // NN_MAP_H
