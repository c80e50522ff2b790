// The scalar functions of formulas, for float and double. The hot ones are inline, without branches and at
// most 2 ulp off, so that plain loops over them vectorise (g++ wants -fno-trapping-math, as nn_diff_generate
// gives; no -ffast-math); digamma and polygamma are ours too; the others are the standard library's.
#ifndef NN_MATH_H
#define NN_MATH_H

#include <cmath>

#include "nn/math/erf.h"
#include "nn/math/exp.h"
#include "nn/math/format.h"
#include "nn/math/gamma.h"
#include "nn/math/log.h"

namespace nn::math {

using std::abs, std::sqrt, std::cbrt, std::pow, std::hypot, std::fmod;
using std::exp2, std::log2, std::log10, std::erfc;
using std::floor, std::ceil, std::round, std::trunc, std::rint, std::logb, std::remainder, std::copysign,
    std::tgamma;
using std::sin, std::cos, std::tan, std::asin, std::acos, std::atan, std::atan2;
using std::sinh, std::cosh, std::asinh, std::acosh, std::atanh;

// clang-format off
/// e to the x, to 1 ulp.
NN_MATH_INLINE float exp(float x) { return exp_of(x); }
NN_MATH_INLINE double exp(double x) { return exp_of(x); }
/// exp(x) - 1, accurate near 0 too, to 2 ulp.
NN_MATH_INLINE float expm1(float x) { return expm1_of(x); }
NN_MATH_INLINE double expm1(double x) { return expm1_of(x); }
/// Natural logarithm, to 1 ulp.
NN_MATH_INLINE float log(float x) { return log_of(x); }
NN_MATH_INLINE double log(double x) { return log_of(x); }
/// log(1 + x), accurate near 0 too, to 2 ulp.
NN_MATH_INLINE float log1p(float x) { return log1p_of(x); }
NN_MATH_INLINE double log1p(double x) { return log1p_of(x); }
/// Hyperbolic tangent, to 2 ulp.
NN_MATH_INLINE float tanh(float x) { return tanh_of(x); }
NN_MATH_INLINE double tanh(double x) { return tanh_of(x); }
/// Error function, to 2 ulp.
NN_MATH_INLINE float erf(float x) { return erf_of(x); }
NN_MATH_INLINE double erf(double x) { return erf_of(x); }
/// Logistic function 1 / (1 + exp(-x)), to 2 ulp.
NN_MATH_INLINE float sigmoid(float x) { return sigmoid_of(x); }
NN_MATH_INLINE double sigmoid(double x) { return sigmoid_of(x); }
/// log(1 + exp(x)), to 2 ulp.
NN_MATH_INLINE float softplus(float x) { return softplus_of(x); }
NN_MATH_INLINE double softplus(double x) { return softplus_of(x); }
// clang-format on

/// x·2^n, with n cut to an integer: exact, but where the result is subnormal.
NN_HOST_DEVICE inline float ldexp(float x, float n) {
  return n == n ? std::ldexp(x, static_cast<int>(detail::clamp(n, -1e4f, 1e4f))) : n;
}
NN_HOST_DEVICE inline double ldexp(double x, double n) {
  return n == n ? std::ldexp(x, static_cast<int>(detail::clamp(n, -1e4, 1e4))) : n;
}

}  // namespace nn::math

#endif  // NN_MATH_H
