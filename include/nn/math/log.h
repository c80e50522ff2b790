// log, log1p and softplus. x = 2^e (1 + f) with sqrt(1/2) <= 1 + f < sqrt 2; log(1 + f) by a minimax
// polynomial.
#ifndef NN_MATH_LOG_H
#define NN_MATH_LOG_H

#include "nn/math/exp.h"

namespace nn::math {

namespace detail {

// log(1 + f) - f, plus `more`, a small term that is added in before the rounding. Errors of the logarithm:
// 2^-27, 2^-57.
NN_MATH_INLINE float log_tail(float f, float more) {
  const float p = polynomial(f, 0x1.55554ap-2f, -0x1.00022p-2f, 0x1.99a596p-3f, -0x1.54788cp-3f,
                             0x1.226e5p-3f, -0x1.0ce078p-3f, 0x1.07d0c6p-3f, -0x1.41edaap-4f);
  const float square = f * f;
  return (f * square * p + more) - 0.5f * square;
}
NN_MATH_INLINE double log_tail(double f, double more) {
  const double s = f / (2.0 + f), z = s * s, half = 0.5 * f * f;  // log(1 + f) = 2s + s·z·(2/3 + …)
  const double p =
      z * polynomial(z, 0x1.5555555555572p-1, 0x1.9999999988983p-2, 0x1.2492493b4113bp-2,
                     0x1.c71c56e398a39p-3, 0x1.746556a53f18bp-3, 0x1.39b75f1cc1b44p-3, 0x1.2e39a5fd01c0dp-3);
  return (s * (half + p) + more) - half;
}

// log(x) + more - shift·log 2 for a normal x > 0 and a small `more`.
template <class T>
NN_MATH_INLINE T log_inside(T x, T shift, T more) {
  using F = Format<T>;
  constexpr Bits<T> half = to_bits(F::sqrt_half);
  const Bits<T> bits = to_bits(x) + (to_bits(T(1)) - half);
  const T e = from_bits<T>(to_bits(F::integer) + (bits >> F::fraction)) - (F::integer + T(F::bias)) - shift;
  const T f = from_bits<T>((bits & ((Bits<T>(1) << F::fraction) - 1)) + half) - T(1);
  return e * F::log2_high + (f + log_tail(f, e * F::log2_low + more));
}

// y where x > 0, and what a logarithm is elsewhere.
template <class T>
NN_MATH_INLINE T log_edges(T x, T y) {
  using F = Format<T>;
  const T outside = x == T(0) ? -F::infinity : F::nan;
  return x > T(0) ? (x == F::infinity ? x : y) : outside;
}

// log(1 + x), not at its edges. The rounding error of 1 + x is made good to first order.
template <class T>
NN_MATH_INLINE T log1p_inside(T x) {
  const T u = T(1) + x;
  return log_inside(u, T(0), (x - (u - T(1))) / u);
}

}  // namespace detail

/// Natural logarithm, to 1 ulp: log(0) = -inf, log(x < 0) = nan.
template <class T>
NN_MATH_INLINE T log_of(T x) {
  using F = detail::Format<T>;
  const bool tiny = x < F::least_normal;
  const T lift = sizeof(T) == 4 ? T(0x1p24) : T(0x1p54), shift = sizeof(T) == 4 ? T(24) : T(54);
  return detail::log_edges(x, detail::log_inside(tiny ? x * lift : x, tiny ? shift : T(0), T(0)));
}

/// log(1 + x), accurate near 0 too, to 2 ulp.
template <class T>
NN_MATH_INLINE T log1p_of(T x) {
  const T y = detail::log_edges(T(1) + x, detail::log1p_inside(x));
  return x == T(0) ? x : y;  // keeps the sign of zero
}

/// log(1 + exp(x)), to 2 ulp; nothing overflows, and for large -x it is exp(x).
template <class T>
NN_MATH_INLINE T softplus_of(T x) {
  const T e = detail::exp_of_minus(x);
  return (x > T(0) ? x : T(0)) + detail::log1p_inside(e);
}

}  // namespace nn::math

#endif  // NN_MATH_LOG_H
