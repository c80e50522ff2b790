// The error function: an odd polynomial up to 1, then 1 - exp(-x²) g(x) with g(x) = exp(x²) erfc(x), which is
// smooth.
#ifndef NN_MATH_ERF_H
#define NN_MATH_ERF_H

#include "nn/math/exp.h"

namespace nn::math {

namespace detail {

// erf(x) / x - 1 in terms of z = x² <= 1. Errors of erf: 2^-29 and 2^-57.
NN_MATH_INLINE float erf_inner(float z) {
  return polynomial(z, 0x1.06eba8p-3f, -0x1.81273ep-2f, 0x1.ce2cf8p-4f, -0x1.b7f91p-6f, 0x1.5405bep-8f,
                    -0x1.a3f71ep-11f, 0x1.496a12p-14f);
}
NN_MATH_INLINE double erf_inner(double z) {
  return polynomial(z, 0x1.06eba8214db68p-3, -0x1.812746b0379bdp-2, 0x1.ce2f21a040d21p-4,
                    -0x1.b82ce311fab6fp-6, 0x1.565bccf92eaadp-8, -0x1.c02db03e3cd72p-11,
                    0x1.f9a2bab00ed8ep-14, -0x1.f4ca4dbca9a02p-17, 0x1.b97fd5d5cea58p-20,
                    -0x1.5c072df7c0e9ep-23, 0x1.d71b21cf3dcd1p-27, -0x1.abae353b8c9f6p-31);
}

// exp(x²) erfc(x) for 1 <= x <= 4 or 6, the less accurate the smaller its share in erf. Errors of erf: 2^-28
// and 2^-60.
NN_MATH_INLINE float erf_outer(float x) {
  return polynomial(x - 2.0f, 0x1.05866cp-2f, -0x1.b571a4p-4f, 0x1.5670ecp-5f, -0x1.f9ffa0p-7f,
                    0x1.66d478p-8f, -0x1.e7d6d4p-10f, 0x1.06e552p-11f, -0x1.a40648p-13f, 0x1.c6c624p-14f);
}
NN_MATH_INLINE double erf_outer(double x) {
  return polynomial(1.0 / (x + 2.0) - 0.25, 0x1.058671b52c776p-2, 0x1.b57034efd3f55p+0, 0x1.eeea7dc8a78bcp+1,
                    0x1.437f0b68cdadcp+2, 0x1.e947158aefe6ep-1, -0x1.ca95ed8c6551bp+2, -0x1.bc258cecf1035p+1,
                    0x1.016b55a3a356fp+4, 0x1.6d32d1b460873p+1, -0x1.6d81cc43adac1p+5, 0x1.cf9ac997f30f8p+4,
                    0x1.bdecffa2e8aedp+6, -0x1.a746699ee2ee8p+7);
}

}  // namespace detail

/// The error function 2/sqrt(pi) times the integral of exp(-t²) from 0 to x, to 2 ulp.
template <class T>
NN_MATH_INLINE T erf_of(T x) {
  constexpr T is_1 = sizeof(T) == 4 ? 4 : 6;
  const T magnitude = detail::absolute(x), a = magnitude > is_1 ? is_1 : magnitude, z = a * a;
  const T inner = a + a * detail::erf_inner(z), outer = T(1) - detail::exp_inside(-z) * detail::erf_outer(a);
  return detail::with_sign(a < T(1) ? inner : outer, x);
}

}  // namespace nn::math

#endif  // NN_MATH_ERF_H
