// Bits of floating-point numbers, and polynomials: what the functions of nn::math are made of.
#ifndef NN_MATH_FORMAT_H
#define NN_MATH_FORMAT_H

#include <cstdint>

#include "nn/host_device.h"

// Always inlined: one call left in a loop would keep the whole loop from being vectorised.
#define NN_MATH_INLINE [[gnu::always_inline]] NN_HOST_DEVICE inline

namespace nn::math::detail {

/// The layout of a format, and numbers that depend on it.
template <class T>
struct Format;

template <>
struct Format<float> {
  using Bits = std::uint32_t;
  static constexpr int fraction = 23;          // explicit bits of the significand
  static constexpr Bits bias = 127;            // of the exponent
  static constexpr float integer = 0x1.8p23f;  // integer + n has n in its low bits, for integers |n| < 2^22
  static constexpr float least_normal = 0x1p-126f, infinity = __builtin_inff(), nan = __builtin_nanf("");
  static constexpr float per_log2 = 0x1.715476p+0f;  // 1 / log 2
  static constexpr float log2_high = 0x1.62ep-1f;  // log 2 in two parts: the first times an exponent is exact
  static constexpr float log2_low = 0x1.0bfbe8p-15f;
  static constexpr float sqrt_half = 0x1.6a09e6p-1f;
};

template <>
struct Format<double> {
  using Bits = std::uint64_t;
  static constexpr int fraction = 52;
  static constexpr Bits bias = 1023;
  static constexpr double integer = 0x1.8p52;
  static constexpr double least_normal = 0x1p-1022, infinity = __builtin_inf(), nan = __builtin_nan("");
  static constexpr double per_log2 = 0x1.71547652b82fep+0;
  static constexpr double log2_high = 0x1.62e42fefa2p-1;
  static constexpr double log2_low = 0x1.9ef35793c7673p-41;
  static constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1;
};

template <class T>
using Bits = typename Format<T>::Bits;

template <class T>
NN_MATH_INLINE constexpr Bits<T> to_bits(T x) {
  return __builtin_bit_cast(Bits<T>, x);
}
template <class T>
NN_MATH_INLINE constexpr T from_bits(Bits<T> bits) {
  return __builtin_bit_cast(T, bits);
}

NN_MATH_INLINE float absolute(float x) {
  return __builtin_fabsf(x);
}
NN_MATH_INLINE double absolute(double x) {
  return __builtin_fabs(x);
}
NN_MATH_INLINE float with_sign(float x, float sign) {
  return __builtin_copysignf(x, sign);
}
NN_MATH_INLINE double with_sign(double x, double sign) {
  return __builtin_copysign(x, sign);
}

/// c0 + c1·x + c2·x² + …, by Horner's rule.
template <class T>
NN_MATH_INLINE T polynomial(T, T c0) {
  return c0;
}
template <class T, class... More>
NN_MATH_INLINE T polynomial(T x, T c0, More... more) {
  return c0 + x * polynomial(x, more...);
}

}  // namespace nn::math::detail

#endif  // NN_MATH_FORMAT_H
