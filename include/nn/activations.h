// Activations written with other operators: the compiler reads them like any user's function.
#ifndef NN_ACTIVATIONS_H
#define NN_ACTIVATIONS_H

#include <type_traits>

#include "nn/map.h"

namespace nn {
namespace detail {

/// A constant to stand beside x: of x's own type if that is float or double, so that the result is of it too.
template <class X>
constexpr auto beside(const X&, double constant) {
  if constexpr (std::is_floating_point_v<X>)
    return static_cast<X>(constant);
  else
    return constant;
}

}  // namespace detail

/// x where x > 0, else 0.01·x. With two operands the second is the slope.
template <detail::Operand X>
auto leaky_relu(const X& x) {
  return leaky_relu(x, detail::beside(x, 0.01));
}

/// x where x > 0, else exp(x) − 1. With two operands the second is the factor of exp(x) − 1.
template <detail::Operand X>
auto elu(const X& x) {
  return elu(x, 1);
}

/// The larger of its operands at each place: maxout(a, b, …); the first wins a tie.
template <detail::Operand A, detail::Operand B, detail::Operand... Rest>
auto maxout(const A& a, const B& b, const Rest&... rest) {
  if constexpr (sizeof...(Rest) == 0) {
    return maximum(a, b);
  } else {
    return maxout(maximum(a, b), rest...);
  }
}

/// x·sigmoid(x).
template <detail::Operand X>
auto silu(const X& x) {
  return x * sigmoid(x);
}

/// x·Φ(x) with the normal distribution's Φ: x·(1 + erf(x/√2))/2.
template <detail::Operand X>
auto gelu(const X& x) {
  return x * (1 + erf(x * detail::beside(x, 0.70710678118654752440))) / 2;
}

/// The approximation of gelu by tanh: x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2.
template <detail::Operand X>
auto gelu_tanh(const X& x) {
  const auto scale = detail::beside(x, 0.79788456080286535588), cubic = detail::beside(x, 0.044715);
  return x * (1 + tanh(scale * (x + cubic * x * x * x))) / 2;
}

/// x limited to −1 … 1.
template <detail::Operand X>
auto hard_tanh(const X& x) {
  return minimum(maximum(x, -1), 1);
}

}  // namespace nn

#endif  // NN_ACTIVATIONS_H
