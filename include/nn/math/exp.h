// exp, expm1, sigmoid and tanh. x = n·log 2 + r with an integer n and |r| <= log 2 / 2; exp x = 2^n exp r,
// the latter by a minimax polynomial. No branch, no table: loops of these vectorise.
#ifndef NN_MATH_EXP_H
#define NN_MATH_EXP_H

#include "nn/math/format.h"

namespace nn::math {

namespace detail {

// (exp(r) - 1 - r) / r², |r| <= 0.3475. Errors of exp: 2^-28 and 2^-55.
NN_MATH_INLINE float exp_tail(float r) {
  return polynomial(r, 0x1p-1f, 0x1.55548ep-3f, 0x1.55545ep-5f, 0x1.123c4ep-7f, 0x1.6db53ep-10f);
}
NN_MATH_INLINE double exp_tail(double r) {
  return polynomial(r, 0x1p-1, 0x1.555555555555ap-3, 0x1.5555555553a68p-5, 0x1.111111110eff3p-7,
                    0x1.6c16c17a3fae4p-10, 0x1.a01a01b31a5e9p-13, 0x1.a019b2ad90daap-16,
                    0x1.71ddef7e1e7edp-19, 0x1.289873978af16p-22, 0x1.af6ee2500a66cp-26);
}

// (tanh(x) - x) / x³ in terms of z = x² <= 0.3. Errors of tanh: 2^-29 and 2^-55.
NN_MATH_INLINE float tanh_tail(float z) {
  return polynomial(z, -0x1.55554cp-2f, 0x1.110d68p-3f, -0x1.b9335p-5f, 0x1.599684p-6f, -0x1.9d2f3cp-8f);
}
NN_MATH_INLINE double tanh_tail(double z) {
  return polynomial(z, -0x1.55555555554c6p-2, 0x1.111111110504bp-3, -0x1.ba1ba1af21042p-5,
                    0x1.664f460e1097ap-6, -0x1.226de4cae4be8p-7, 0x1.d6c7076acff00p-9, -0x1.7cfc87e874c82p-10,
                    0x1.2fd5ad43c58dep-11, -0x1.ba531e48d4702p-13, 0x1.af86693270750p-15);
}

// Arguments beyond which exp is 0, expm1 is -1, and both are infinite.
template <class T>
inline constexpr T exp_is_0 = sizeof(T) == 4 ? T(-104.5) : T(-746);
template <class T>
inline constexpr T expm1_is_minus_1 = sizeof(T) == 4 ? T(-18) : T(-38);
template <class T>
inline constexpr T exp_is_infinite = sizeof(T) == 4 ? T(89) : T(710);

// A nan passes through: its comparisons are false.
template <class T>
NN_MATH_INLINE T clamp(T x, T low, T high) {
  x = x > high ? high : x;
  return x < low ? low : x;
}

// x = n·log 2 + high + low.
template <class T>
struct Reduced {
  T n, high, low;
  Bits<T> n_bits;  // n as an integer, modulo 2^32 or 2^64
};

template <class T>
NN_MATH_INLINE Reduced<T> reduce(T x) {
  using F = Format<T>;
  const T shifted = x * F::per_log2 + F::integer;
  const T n = shifted - F::integer;
  const T rest = x - n * F::log2_high, correction = n * F::log2_low;
  const T high = rest - correction;
  return {n, high, (rest - high) - correction, to_bits(shifted) - to_bits(F::integer)};
}

// x·2^n. In two steps, as 2^n itself may be out of range where the result isn't; only the second one rounds.
template <class T>
NN_MATH_INLINE T scale(T x, Bits<T> n_bits) {
  using F = Format<T>;
  const Bits<T> exponents = n_bits + 2 * F::bias, first = exponents >> 1;
  return x * from_bits<T>(first << F::fraction) * from_bits<T>((exponents - first) << F::fraction);
}

// exp for exp_is_0 <= x <= exp_is_infinite, or nan.
template <class T>
NN_MATH_INLINE T exp_inside(T x) {
  const Reduced<T> r = reduce(x);
  return scale(T(1) + (r.high + r.high * r.high * exp_tail(r.high)), r.n_bits);
}

// exp(-|x|), rounded once but for what the polynomial adds.
template <class T>
NN_MATH_INLINE T exp_of_minus(T x) {
  const T magnitude = absolute(x);
  const Reduced<T> r = reduce(magnitude > -exp_is_0<T> ? exp_is_0<T> : -magnitude);
  return scale(T(1) + (r.high + (r.low + r.high * r.high * exp_tail(r.high))), r.n_bits);
}

// exp(x) - 1 for expm1_is_minus_1 <= x <= exp_is_infinite, or nan: 2^n ((1 - 2^-n) + (exp r - 1)), the large
// part of the sum with its rounding error.
template <class T>
NN_MATH_INLINE T expm1_inside(T x) {
  using F = Format<T>;
  const Reduced<T> r = reduce(x);
  const T shrunk = from_bits<T>((F::bias - r.n_bits) << F::fraction);
  const T base = T(1) - (r.n > T(64) ? T(0) : shrunk);
  const T sum = base + r.high, error = r.high - (sum - base);
  return scale(sum + (error + (r.low + r.high * r.high * exp_tail(r.high))), r.n_bits);
}

}  // namespace detail

/// e to the x, to 1 ulp; subnormal results too.
template <class T>
NN_MATH_INLINE T exp_of(T x) {
  return detail::exp_inside(detail::clamp(x, detail::exp_is_0<T>, detail::exp_is_infinite<T>));
}

/// exp(x) - 1 without cancellation, to 2 ulp.
template <class T>
NN_MATH_INLINE T expm1_of(T x) {
  const T y = detail::expm1_inside(detail::clamp(x, detail::expm1_is_minus_1<T>, detail::exp_is_infinite<T>));
  return x == T(0) ? x : y;  // keeps the sign of zero
}

/// 1 / (1 + exp(-x)), to 2 ulp in both tails; nothing overflows. With exp(-x) = c/a (1 + tail), where a and c
/// are powers of two, it is a / (a + c·tail + c). Added up in this order: where c is the smaller one, adding
/// it is exact but for halfway cases; where it is the larger one, so is nearly what came before.
template <class T>
NN_MATH_INLINE T sigmoid_of(T x) {
  using F = detail::Format<T>;
  const detail::Reduced<T> r = detail::reduce(detail::clamp(-x, detail::exp_is_0<T>, -detail::exp_is_0<T>));
  const T tail = r.high + r.high * r.high * detail::exp_tail(r.high);
  const detail::Bits<T> up = r.n_bits + 2 * F::bias, half = up >> 1;
  const T a = detail::from_bits<T>((2 * F::bias - half) << F::fraction),
          c = detail::from_bits<T>((up - half) << F::fraction);
  return a / ((a + c * tail) + c);
}

/// Hyperbolic tangent, to 2 ulp: an odd polynomial up to 0.5475, then 1 - 2 / (exp(2|x|) + 1).
template <class T>
NN_MATH_INLINE T tanh_of(T x) {
  constexpr T is_1 = sizeof(T) == 4 ? 10 : 20;
  const T magnitude = detail::absolute(x), a = magnitude > is_1 ? is_1 : magnitude, z = a * a;
  const T inner = a + a * z * detail::tanh_tail(z),
          outer = T(1) - T(2) / (detail::exp_inside(T(2) * a) + T(1));
  return detail::with_sign(a < T(0.5475) ? inner : outer, x);
}

}  // namespace nn::math

#endif  // NN_MATH_EXP_H
