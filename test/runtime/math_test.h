// The functions of nn::math beside the standard library's, and errors in units in the last place.
#ifndef NN_TEST_RUNTIME_MATH_TEST_H
#define NN_TEST_RUNTIME_MATH_TEST_H

#include <cmath>
#include <limits>
#include <string>

#include "check.h"
#include "nn/math.h"

template <class T>
T sigmoid(T x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}
template <class T>
T softplus(T x) {
  return std::fmax(x, T(0)) + std::log1p(std::exp(-std::abs(x)));
}

/// Distance of `got` from `wanted`, which is of a wider format W, in units in the last place of T at
/// `wanted`.
template <class T, class W>
double ulps(T got, W wanted) {
  const T rounded = static_cast<T>(wanted);
  if (std::isnan(wanted) || std::isnan(got)) return std::isnan(wanted) && std::isnan(got) ? 0 : INFINITY;
  if (got == rounded)
    return std::signbit(got) == std::signbit(rounded) ? (std::isinf(got) ? 0 : 0.5) : INFINITY;
  if (std::isinf(got) || std::isinf(rounded)) {  // right if the other is the largest number
    const bool close = std::abs(std::isinf(got) ? rounded : got) == std::numeric_limits<T>::max();
    return close && std::signbit(got) == std::signbit(rounded) ? 1 : INFINITY;
  }
  int exponent = 0;
  std::frexp(wanted, &exponent);
  const int least = std::numeric_limits<T>::min_exponent - std::numeric_limits<T>::digits;
  const int unit = exponent - std::numeric_limits<T>::digits;
  return static_cast<double>(std::abs(std::ldexp(W(got) - wanted, -(unit < least ? least : unit))));
}

/// The worst error seen of one function.
template <class T, class W>
struct Worst {
  const char* name;
  T (*function)(T);
  W (*reference)(W);
  double error = 0;
  T where = 0;

  void test(T x) {
    const double e = ulps(function(x), reference(W(x)));
    if (!(e <= error)) error = e, where = x;
  }
  void report(double most) const {
    check(error <= most,
          std::string(name) + " is " + std::to_string(error) + " ulp off at " + std::to_string(where));
    std::printf("%-9s %.2f ulp at %a\n", name, error, static_cast<double>(where));
  }
};

// clang-format off
#define NN_TEST_FUNCTION(T, W, name, reference) \
  {#name, [](T x) { return nn::math::name(x); }, [](W x) -> W { return reference(x); }}
#define NN_TEST_FUNCTIONS(T, W) \
  {NN_TEST_FUNCTION(T, W, exp, std::exp), NN_TEST_FUNCTION(T, W, expm1, std::expm1), \
   NN_TEST_FUNCTION(T, W, log, std::log), NN_TEST_FUNCTION(T, W, log1p, std::log1p), \
   NN_TEST_FUNCTION(T, W, tanh, std::tanh), NN_TEST_FUNCTION(T, W, erf, std::erf), \
   NN_TEST_FUNCTION(T, W, sigmoid, sigmoid), NN_TEST_FUNCTION(T, W, softplus, softplus)}
// clang-format on

/// Zeros, infinities, nan, the ends of the format and of the functions' ranges.
template <class T>
inline constexpr T special_values[] = {0,
                                       std::numeric_limits<T>::infinity(),
                                       std::numeric_limits<T>::quiet_NaN(),
                                       std::numeric_limits<T>::denorm_min(),
                                       std::numeric_limits<T>::denorm_min() * 3,
                                       std::numeric_limits<T>::min(),
                                       std::numeric_limits<T>::min() * T(0.75),
                                       std::numeric_limits<T>::min() * T(1.5),
                                       std::numeric_limits<T>::max(),
                                       std::numeric_limits<T>::epsilon(),
                                       1,
                                       T(0.5475),
                                       T(0.34657359),
                                       T(0.70710678),
                                       T(1.41421356),
                                       2,
                                       4,
                                       6,
                                       10,
                                       18,
                                       20,
                                       38,
                                       T(87.33),
                                       T(88.7228),
                                       T(88.7229),
                                       89,
                                       T(103.97),
                                       T(104.5),
                                       T(708.39),
                                       T(709.78271289338397),
                                       T(709.78271289338403),
                                       710,
                                       T(745.13),
                                       746};

template <class Function>
void test_special_values(Function& f) {
  for (auto x : special_values<decltype(f.where)>) {
    f.test(x), f.test(-x);
    f.test(std::nextafter(x, decltype(x)(0))), f.test(-std::nextafter(x, decltype(x)(0)));
    f.test(std::nextafter(x, decltype(x)(INFINITY))), f.test(-std::nextafter(x, decltype(x)(INFINITY)));
  }
}

#endif
