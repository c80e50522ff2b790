// The functions of <cmath> under every name that C++ programs call them by: std::, C's, __builtin_, and C's
// and the builtins' of float. The value is plain C++'s, the derivative that of central differences.
// RUN: split-file %s %t && nn-diff %t/names.cpp --out-dir %t
// RUN: %cxx %t/driver.cpp %t/names.nn.cpp %lib -o %t/run && %t/run
// RUN: %clang19 %san %t/driver.cpp %t/names.nn.cpp %lib -o %t/san && %t/san
//--- names.cpp
#ifndef NAMES_CPP
#define NAMES_CPP
#include <math.h>
#include <nn/nn.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#define UNARY(name)                                                    \
  NN_DIFF() double name##_names(double x) {                            \
    return std::name(x) + 2 * ::name(x) + 4 * __builtin_##name(x);     \
  }                                                                    \
  NN_DIFF() float name##_floats(float x) {                             \
    return std::name(x) + 2 * name##f(x) + 4 * __builtin_##name##f(x); \
  }
#define BINARY(name)                                                            \
  NN_DIFF() double name##_names(double x, double y) {                           \
    return std::name(x, y) + 2 * ::name(x, y) + 4 * __builtin_##name(x, y);     \
  }                                                                             \
  NN_DIFF() float name##_floats(float x, float y) {                             \
    return std::name(x, y) + 2 * name##f(x, y) + 4 * __builtin_##name##f(x, y); \
  }
// clang-format off
#define ALL_UNARY(DO) \
  DO(exp) DO(exp2) DO(expm1) DO(log) DO(log2) DO(log10) DO(log1p) DO(logb) DO(sqrt) DO(cbrt) DO(sin) DO(cos) DO(tan) \
  DO(asin) DO(acos) DO(atan) DO(sinh) DO(cosh) DO(tanh) DO(asinh) DO(atanh) DO(erf) DO(erfc) DO(tgamma) DO(lgamma) \
  DO(floor) DO(ceil) DO(round) DO(trunc) DO(rint) DO(nearbyint) DO(fabs) DO(lround) DO(llround) DO(lrint) DO(llrint)
#define ALL_BINARY(DO) \
  DO(pow) DO(fmax) DO(fmin) DO(fdim) DO(copysign) DO(atan2) DO(hypot) DO(fmod) DO(remainder)
// clang-format on
ALL_UNARY(UNARY)
ALL_BINARY(BINARY)
#undef UNARY
#undef BINARY

NN_DIFF() double acosh_names(double x) {
  return std::acosh(x) + 2 * ::acosh(x) + 4 * __builtin_acosh(x);
}
NN_DIFF() double fma_names(double x, double y) {
  return std::fma(x, y, x) + 2 * ::fma(x, y, y) + 4 * __builtin_fma(x, x, y);
}
NN_DIFF() double scaled(double x, double y) {
  return std::ldexp(x, 3) + ::ldexp(y, -2) + std::scalbn(x, 4) + ::scalbln(y, 5L) + __builtin_ldexp(x, 1);
}
NN_DIFF() double scaled_by(double x, int n) {
  return std::ldexp(x * x, n);
}
NN_DIFF() double mixed(double x, float y) {
  return std::pow(y, 2) + std::pow(x, 3) + std::pow(2, x) + std::hypot(x, y) + std::fmax(y, x) +
         std::sqrt(2) * x;
}
NN_DIFF() double composites(double x, double y) {
  return std::lerp(x, y, 0.25) + std::lerp(1.0, 3.0, x) + std::midpoint(x, y) + std::hypot(x, y, 2.0) +
         std::beta(x, y + 2) + exp10(y) + std::fabs(3) * x;
}
NN_DIFF() double absolute(double x, float y) {
  return std::abs(x) + std::abs(y) + x * std::abs(-3) + x * abs(-2) + x * labs(-5L) + x * llabs(-6LL);
}
NN_DIFF() double of_integers(double x, int n) {
  return x * std::abs(n) + x * abs(n) * std::max(n, 3) * std::min(n, 2);
}
NN_DIFF() double kinds(double x, double y) {
  double r = nn::where(std::isnan(x), 1, x) + nn::where(std::isinf(x), 10, 0 * y);
  r += nn::where(std::isfinite(y), 100, 0.0) + nn::where(std::isnormal(y), 1e3, 0.0);
  r += nn::where(std::signbit(x), 1e4, 0.0) + nn::where(std::isgreater(x, y), 1e5, 0.0);
  r += nn::where(std::isgreaterequal(x, y), 1e6, 0.0) + nn::where(std::isless(x, y), 1e7, 0.0);
  r += nn::where(std::islessequal(x, y), 1e8, 0.0) + nn::where(std::islessgreater(x, y), 1e9, 0.0);
  return r + nn::where(std::isunordered(x, y), 1e10, 0.0);
}
#endif
//--- driver.cpp
#include "names.nn.h"
#include "verify.h"

constexpr double infinity = std::numeric_limits<double>::infinity();

template <auto F, auto OfFloats>
void unary(double x) {
  verify<F>(2e-8, x);
  const auto y = static_cast<float>(x);
  const auto r = nn::value_and_grad<OfFloats>(y);
  near(r.value, OfFloats(y), 2e-6);
  near(r.grad.x, nn::value_and_grad<F>(y).grad.x, 1e-5);
}
template <auto F, auto OfFloats>
void binary(double x, double y) {
  verify<F>(2e-8, x, y);
  const auto a = static_cast<float>(x), b = static_cast<float>(y);
  const auto r = nn::value_and_grad<OfFloats>(a, b);
  const auto wide = nn::value_and_grad<F>(a, b);
  near(r.value, OfFloats(a, b), 2e-6);
  near(r.grad.x, wide.grad.x, 1e-5);
  near(r.grad.y, wide.grad.y, 1e-5);
}

// What is a NaN, an infinity or a zero with a sign shows in the value; the derivative goes through the
// choice.
void kinds_of_numbers() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (double x : {1.5, -0.0, 0.0, -2.0, nan, infinity, -infinity})
    for (double y : {1.5, 0.0, -3.0}) {
      const auto r = nn::value_and_grad<&kinds>(x, y);
      near(r.value, kinds(x, y), 1e-15);
      check(r.grad.x == (x == x ? 1 : 0));
    }
}

int main() {
#define UNARY(name) unary<&name##_names, &name##_floats>(0.6875);
  ALL_UNARY(UNARY)
#define BINARY(name) binary<&name##_names, &name##_floats>(1.75, 0.625);
  ALL_BINARY(BINARY)
  verify<&acosh_names>(2e-8, 1.75);
  verify<&fma_names>(2e-8, 1.75, -0.5);
  verify<&scaled>(2e-8, 1.75, -0.5);
  for (int n : {-7, 0, 5}) verify<&scaled_by>(2e-8, 1.75, n);
  verify<&composites>(2e-8, 1.75, 0.5);
  for (int n : {-7, 0, 5}) verify<&of_integers>(2e-8, 1.75, n);
  const auto r = nn::value_and_grad<&absolute>(-1.5, -2.5f);
  check(r.value == absolute(-1.5, -2.5f) && r.grad.x == 15 && r.grad.y == -1);
  const auto m = nn::value_and_grad<&mixed>(1.5, 0.75f);
  near(m.value, mixed(1.5, 0.75f), 1e-15);
  const double slope =
      3 * 1.5 * 1.5 + std::log(2) * std::pow(2, 1.5) + 1.5 / std::hypot(1.5, 0.75) + 1 + std::sqrt(2);
  near(m.grad.x, slope, 1e-14);
  near(m.grad.y, 2 * 0.75 + 0.75 / std::hypot(1.5, 0.75), 1e-6);
  kinds_of_numbers();
}
