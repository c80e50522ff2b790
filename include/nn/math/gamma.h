// The logarithm of the gamma function and its derivatives: lgamma, digamma and polygamma.
#ifndef NN_MATH_GAMMA_H
#define NN_MATH_GAMMA_H

#include <cmath>

#include "nn/math/log.h"

namespace nn::math {

namespace detail {

inline constexpr double pi = 0x1.921fb54442d18p+1;

// cot(πx) where x = n + r with an integer n, 0 < |r| <= 1/2. Near the zero at 1/2, from the distance to it.
NN_HOST_DEVICE inline double cotangent(double r) {
  const double a = absolute(r);
  return with_sign(a > 0.25 ? std::tan(pi * (0.5 - a)) : 1 / std::tan(pi * a), r);
}

// digamma for x > 0.
NN_HOST_DEVICE inline double digamma_right(double x) {
  if (x >= 10) {  // log x - 1/(2x) - the sum of B(2j)/(2j)·x^-2j
    const double inverse = 1 / x, z = inverse * inverse;
    const double p =
        polynomial(z, 0x1.5555555555555p-4, -0x1.1111111111111p-7, 0x1.041041041041p-8, -0x1.1111111111111p-8,
                   0x1.f07c1f07c1f08p-8, -0x1.5995995995996p-6, 0x1.5555555555555p-4);
    return log_of(x) - (0.5 * inverse + z * p);
  }
  double more = 0;
  if (x < 1) more = -1 / x, x += 1;
  for (; x > 2; x -= 1) more += 1 / (x - 1);
  const double t = x - 1.5;  // digamma(x) / (x - zero), with the zero in two parts
  const double p =
      polynomial(t, 0x1.e6f0cbb873616p-1, 0x1.14223b3877a1ep+0, 0x1.acbdb74185386p-2, 0x1.0c6022487a594p-4,
                 0x1.cf974ac4e1276p-9, 0x1.42960fa2940dcp-16, -0x1.caf55024adaebp-23);
  const double q = polynomial(t, 1.0, 0x1.945fc317aa88dp+0, 0x1.c82577dfb1875p-1, 0x1.c730f655f5d7ap-3,
                              0x1.8922a5230493bp-6, 0x1.c1ad62bd26712p-11);
  const double from_zero = (x - 0x1.762d86356be3fp+0) - 0x1.b86a722197829p-54;
  return more + from_zero * p / q;
}

// x to the power n >= 0.
NN_HOST_DEVICE inline double power(double x, int n) {
  double y = 1;
  for (; n > 0; n >>= 1, x *= x)
    if (n & 1) y *= x;
  return y;
}

// The sum over k >= 0 of (x / (x + k))^s for x > 0 and s >= 2: plainly up to where Euler and Maclaurin's
// formula holds, and by that from there.
NN_HOST_DEVICE inline double zeta_sum(int s, double x) {
  const double far = s + 11;
  double sum = 0, at = x;
  for (int k = 1; at < far; at = x + k++) sum += power(x / at, s);
  // B(2j)/(2j)!, times s (s + 1) … (s + 2j - 2) / at^(2j - 1)
  constexpr double b[] = {0x1.5555555555555p-4,   -0x1.6c16c16c16c17p-10, 0x1.1566abc011567p-15,
                          -0x1.bbd779334ef0bp-21, 0x1.66a8f2bf70ebep-26,  -0x1.22805d644267fp-31,
                          0x1.d6db2c4e09162p-37,  -0x1.7da4e1f79955cp-42, 0x1.355871d652e9ep-47,
                          -0x1.f57d968caacf1p-53};
  double tail = 0.5, factor = s / at;
  for (int j = 0; j < 10; ++j) {
    tail += b[j] * factor;
    factor *= ((s + 2 * j + 1) / at) * ((s + 2 * j + 2) / at);
  }
  return sum + power(x / at, s) * (at / (s - 1) + tail);
}

// (-1)^(n+1) times polygamma(n, x) = n! times the sum over k >= 0 of (x + k)^-(n+1), for n >= 1 and x > 0.
NN_HOST_DEVICE inline double polygamma_right(int n, double x) {
  if (x > 0x1.fffffffffffffp+1023) return 0;
  double y = zeta_sum(n + 1, x) / x;
  for (int j = 1; j <= n; ++j) y *= j / x;
  return y;
}

// The n-th derivative of -cot(t), n >= 1, as a polynomial of c = cot(t): P(1) = 1 + c², P(n + 1) = (1 + c²)
// P(n)', up to the sign (-1)^(n+1). All coefficients are positive, every second one is 0.
inline constexpr int max_order = 100;
NN_HOST_DEVICE inline double cotangent_derivative(int n, double c) {
  double p[max_order + 2] = {1, 0, 1};
  for (int degree = 2; degree <= n; ++degree) {
    double below = 0, here = 0;  // of the derivative: the coefficients two lower, one lower
    for (int i = 0; i <= degree + 1; ++i) {
      const double next = i < degree ? (i + 1) * p[i + 1] : 0;  // p[degree] and less are the last P's
      const double two_below = below;
      below = here, here = next;
      p[i] = next + two_below;
    }
  }
  double y = 0;
  for (int i = n + 1; i >= 0; i -= 2) y = y * (c * c) + p[i];
  return (n + 1) % 2 == 0 ? y : y * c;
}

NN_HOST_DEVICE inline double polygamma_left(int n, double x) {
  const double r = x - std::rint(x);
  if (r == 0) {  // a pole, with the sign that both sides or that of zero give it
    if (n % 2 != 0) return Format<double>::infinity;
    return x == 0 ? with_sign(Format<double>::infinity, -x) : Format<double>::nan;
  }
  const double right = polygamma_right(n, 1 - x),
               left = power(pi, n + 1) * cotangent_derivative(n, cotangent(r));
  return n % 2 == 0 ? -right - left : left - right;
}

}  // namespace detail

/// Logarithm of |gamma(x)|: infinite at 0, -1, -2, … As accurate as the C library's, and unlike std::lgamma
/// free of shared state.
NN_HOST_DEVICE inline double lgamma(double x) {
#if defined(__CUDA_ARCH__)
  return ::lgamma(x);
#else
  int sign = 0;
  return ::lgamma_r(x, &sign);
#endif
}
NN_HOST_DEVICE inline float lgamma(float x) {
#if defined(__CUDA_ARCH__)
  return ::lgammaf(x);
#else
  int sign = 0;
  return ::lgammaf_r(x, &sign);
#endif
}

/// The derivative of lgamma, to 5 ulp for x > 0, near its zero too; for x < 0 to 5 ulp of the larger one of
/// the terms log(1 - x) and π·cot(πx) that it is the difference of. -inf at 0, inf at -0, NaN at -1, -2, ….
NN_HOST_DEVICE inline double digamma(double x) {
  if (x > 0 || x != x) return detail::digamma_right(x);
  const double r = x - std::rint(x);
  if (x == 0) return detail::with_sign(detail::Format<double>::infinity, -x);
  if (r == 0) return detail::Format<double>::nan;
  return detail::digamma_right(1 - x) - detail::pi * detail::cotangent(r);
}
NN_HOST_DEVICE inline float digamma(float x) {
  return static_cast<float>(digamma(static_cast<double>(x)));
}

/// The derivative of digamma that `order`, cut to an integer from 0 to 100, counts; NaN for other orders. To
/// 10 ulp for x > 0 and orders to 4, to 40 ulp up to 100; for x < 0 to twice that in terms of its larger term.
/// At 0, -1, … inf for odd orders; for even ones what digamma is there.
NN_HOST_DEVICE inline double polygamma(double order, double x) {
  if (!(order > -1 && order < detail::max_order + 1)) return detail::Format<double>::nan;
  const int n = static_cast<int>(order);
  if (n == 0) return digamma(x);
  if (!(x > 0)) return detail::polygamma_left(n, x);
  const double y = detail::polygamma_right(n, x);
  return n % 2 == 0 ? -y : y;
}
NN_HOST_DEVICE inline float polygamma(float order, float x) {
  return static_cast<float>(polygamma(static_cast<double>(order), static_cast<double>(x)));
}

}  // namespace nn::math

#endif  // NN_MATH_GAMMA_H
