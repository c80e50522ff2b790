// Every elementwise operator gives what a plain loop over the standard library's function gives, for each
// kind of operand: float and double tensors, empty ones, integers, bools, and plain numbers.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
#include <cmath>
#include <limits>

#include "tensor_test.h"

template <class T>
constexpr double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;

template <class T, class Op, class Plain, class... X>
void compare(Op op, Plain plain, const X&... x) {
  const auto lazy = op(x...);
  static_assert(std::is_same_v<typename decltype(lazy)::value_type, T>);
  const typename decltype(lazy)::tensor_type result(lazy);
  const auto& first = std::get<0>(std::tie(x...));
  check(result.size() == first.size() && result.extent(0) == first.extent(0));
  for (std::int64_t i = 0; i < result.size(); ++i) {
    const double expected = static_cast<double>(plain(x.data()[i]...));
    near(static_cast<double>(result.data()[i]), expected, tolerance<T>);
    near(static_cast<double>(op(x.data()[i]...)), expected, tolerance<T>);
  }
  static_assert(std::is_same_v<decltype(op(x.data()[0]...)), T>);
}

template <class T, class Op, class Plain>
void unary_of(Op op, Plain plain, double low, double high) {
  compare<T>(op, plain, varied(nn::Tensor<T, N, 5>(3), low, high));
  compare<T>(op, plain, nn::Tensor<T, N, 5>(0));
}

template <class T, class Op, class Plain>
void binary_of(Op op, Plain plain, double low, double high) {
  compare<T>(op, plain, varied(nn::Tensor<T, N, 5>(3), low, high),
             varied(nn::Tensor<T, N, 5>(3), low, high, 4));
  compare<T>(op, plain, nn::Tensor<T, N, 5>(0), nn::Tensor<T, N, 5>(0));
}

#define UNARY(name, low, high, formula)                                            \
  do {                                                                             \
    const auto op = [](const auto& x) { return nn::name(x); };                     \
    const auto plain = [](auto x) -> decltype(x) { return formula; };              \
    unary_of<float>(op, plain, low, high), unary_of<double>(op, plain, low, high); \
  } while (false)
#define BINARY(name, low, high, formula)                                             \
  do {                                                                               \
    const auto op = [](const auto& a, const auto& b) { return nn::name(a, b); };     \
    const auto plain = [](auto a, auto b) -> decltype(a) { return formula; };        \
    binary_of<float>(op, plain, low, high), binary_of<double>(op, plain, low, high); \
  } while (false)

void unary_functions() {
  UNARY(neg, -3, 3, -x);
  UNARY(abs, -3, 3, std::abs(x));
  UNARY(sign, -3, 3, (x > 0) - (x < 0));
  UNARY(step, -3, 3, x > 0);
  UNARY(floor, -3, 3, std::floor(x));
  UNARY(ceil, -3, 3, std::ceil(x));
  UNARY(round, -3, 3, std::round(x));
  UNARY(trunc, -3, 3, std::trunc(x));
  UNARY(rint, -3, 3, std::rint(x));
  UNARY(logb, 0.01, 9, std::logb(x));
  UNARY(square, -3, 3, x * x);
  UNARY(sqrt, 0, 3, std::sqrt(x));
  UNARY(cbrt, -3, 3, std::cbrt(x));
  UNARY(exp, -3, 3, std::exp(x));
  UNARY(exp2, -3, 3, std::exp2(x));
  UNARY(expm1, -1, 1, std::expm1(x));
  UNARY(log, 0.01, 9, std::log(x));
  UNARY(log2, 0.01, 9, std::log2(x));
  UNARY(log10, 0.01, 9, std::log10(x));
  UNARY(log1p, -0.9, 1, std::log1p(x));
  UNARY(sin, -4, 4, std::sin(x));
  UNARY(cos, -4, 4, std::cos(x));
  UNARY(tan, -1, 1, std::tan(x));
  UNARY(asin, -1, 1, std::asin(x));
  UNARY(acos, -1, 1, std::acos(x));
  UNARY(atan, -4, 4, std::atan(x));
  UNARY(sinh, -3, 3, std::sinh(x));
  UNARY(cosh, -3, 3, std::cosh(x));
  UNARY(tanh, -3, 3, std::tanh(x));
  UNARY(asinh, -4, 4, std::asinh(x));
  UNARY(acosh, 1, 9, std::acosh(x));
  UNARY(atanh, -0.9, 0.9, std::atanh(x));
  UNARY(tgamma, 0.1, 5, std::tgamma(x));
  UNARY(lgamma, 0.1, 9, std::lgamma(x));
  UNARY(digamma, 0.1, 9, nn::math::digamma(x));
  UNARY(erf, -3, 3, std::erf(x));
  UNARY(erfc, -3, 3, std::erfc(x));
  UNARY(sigmoid, -9, 9, 1 / (1 + std::exp(-x)));
  UNARY(softplus, -9, 9, std::log1p(std::exp(x)));
  UNARY(relu, -3, 3, x > 0 ? x : 0);
}

void binary_functions() {
  BINARY(add, -3, 3, a + b);
  BINARY(sub, -3, 3, a - b);
  BINARY(mul, -3, 3, a * b);
  BINARY(div, 0.5, 3, a / b);
  BINARY(pow, 0.1, 3, std::pow(a, b));
  BINARY(maximum, -3, 3, a < b ? b : a);
  BINARY(minimum, -3, 3, b < a ? b : a);
  BINARY(leaky_relu, -3, 3, a > 0 ? a : a * b);
  BINARY(elu, -3, 3, a > 0 ? a : b * std::expm1(a));
  BINARY(atan2, -3, 3, std::atan2(a, b));
  BINARY(hypot, -3, 3, std::hypot(a, b));
  BINARY(xlogy, 0.5, 3, a * std::log(b));
  BINARY(fmod, 0.5, 3, std::fmod(a, b));
  BINARY(remainder, 0.5, 3, std::remainder(a, b));
  BINARY(fmax, -3, 3, std::fmax(a, b));
  BINARY(fmin, -3, 3, std::fmin(a, b));
  BINARY(fdim, -3, 3, std::fdim(a, b));
  BINARY(copysign, -3, 3, std::copysign(a, b));
  BINARY(ldexp, -3, 3, std::ldexp(a, static_cast<int>(b)));
  BINARY(polygamma, 0.1, 5, nn::math::polygamma(a, b));
}

#define COMPARE(symbol)                                                                                  \
  do {                                                                                                   \
    const nn::Tensor<T, 6> a{1, 2, 3, 1, 2, 3}, b{3, 2, 1, 1, 3, 2};                                     \
    const nn::Tensor<bool, 6> both = a symbol b, right = a symbol 2, left = T(2) symbol b + T(0);        \
    for (int i = 0; i < 6; ++i)                                                                          \
      check(both(i) == (a(i) symbol b(i)) && right(i) == (a(i) symbol 2) && left(i) == (2 symbol b(i))); \
  } while (false)

template <class T>
void comparisons() {
  COMPARE(<);
  COMPARE(<=);
  COMPARE(>);
  COMPARE(>=);
  COMPARE(==);
  COMPARE(!=);
}

void operators_and_numbers() {
  const nn::Tensor<float, 3> a{1, 2, 3}, b{4, 8, 16};
  has(a + b, {5, 10, 19});
  has(a - b, {-3, -6, -13});
  has(a * b, {4, 16, 48});
  has(b / a, {4, 4, 16.0 / 3}, 1e-6);
  has(-a, {-1, -2, -3});
  // A number takes the element type of the tensor beside it.
  static_assert(std::is_same_v<decltype(0.5 * a)::value_type, float>);
  has(0.1 * a - 1 + a / 2.0, {0.1f - 1 + 0.5f, 0.2f, 0.3f + 0.5f}, 1e-7);
  has(nn::maximum(a, 2.5), {2.5, 2.5, 3});
  has(nn::pow(2, a), {2, 4, 8});
  has(nn::fma(a, 2, b), {6, 12, 22});
  has(nn::lerp(a, b, 0.5), {2.5, 5, 9.5});
  check(nn::lerp(1e30, 2.0, 1) == 2 && nn::lerp(4, 8, 0.25) == 5);
  check(nn::fma(2.0, 3.0, 4.0) == 10 && nn::maximum(1, 2.5f) == 2.5f && nn::relu(-3) == 0);
  near(nn::exp(1), std::exp(1.0), 1e-15);
  check(nn::lt(1, 2) && !nn::ge(1, 2) && nn::square(3) == 9);

  has(nn::where(a > 1, a, b), {4, 2, 3});
  has(nn::where(a > 1, 10, b), {4, 10, 10});
  has(nn::where(a > 1, a, 0), {0, 2, 3});
  has(nn::where(true, a, b), {1, 2, 3});
  const nn::Tensor<double, 3> chosen = nn::where(a > 1, 1.0, 2);
  has(chosen, {2, 1, 1});
  check(nn::where(1 > 2, 1.5, 2) == 2 && nn::where(true, 3, 4) == 3);
}

void integers_and_bools() {
  const nn::Tensor<int, 4> a{7, -7, 2, 0}, b{2, 2, 3, 5};
  static_assert(std::is_same_v<decltype(a + b)::value_type, int>);
  has(a + b * 2, {11, -3, 8, 10});
  has(a / b, {3, -3, 0, 0});
  has(nn::abs(a), {7, 7, 2, 0});
  has(nn::relu(a) - 1, {6, -1, 1, -1});
  has(nn::maximum(a, b), {7, 2, 3, 5});
  has(nn::sign(a), {1, -1, 1, 0});
  has(nn::where(a == 0, 9, a), {7, -7, 2, 9});
  const nn::Tensor<std::int64_t, 2> wide{1LL << 40, 3};
  has(wide * wide(1), {3.0 * (1LL << 40), 9});
  has(nn::cast<float>(a) * 0.5, {3.5, -3.5, 1, 0});
  has(nn::cast<int>(nn::Tensor<double, 4>{1.9, -1.9, 0.5, 3}), {1, -1, 0, 3});
  has(nn::cast<bool>(a), {1, 1, 1, 0});
  has(nn::cast<double>(a > 0) + 1, {2, 1, 2, 1});
  check(nn::cast<int>(2.7) == 2);
  const nn::Tensor<bool, 2> p{true, false}, q{true, true};
  has(p == q, {1, 0});
  has(nn::where(p, q, p), {1, 0});
}

void special_values() {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const nn::Tensor<double, 4> x{inf, -inf, 1e4, -1e4};
  has(nn::sigmoid(x), {1, 0, 1, 0});
  has(nn::softplus(x), {inf, 0, 1e4, 0});
  has(nn::tanh(x), {1, -1, 1, -1});
  has(nn::relu(x), {inf, 0, 1e4, 0});
  check(std::isnan(nn::relu(nan)) &&
        std::isnan(nn::Tensor<double, 1>(nn::relu(nn::Tensor<double, 1>{nan}))(0)));
  // The branch that is not taken does not matter, even where it is NaN.
  has(nn::where(x > 0, 1, -x), {1, inf, 1, 1e4});
  has(nn::where(x < 0, 0, nn::log(x)), {inf, 0, std::log(1e4), 0}, 1e-12);
}

void composites() {
  const nn::Tensor<double, 5> x{-2, -0.5, 0, 0.5, 2};
  const auto each = [&](const auto& result, auto plain) {
    const nn::Tensor<double, 5> tensor(result);
    for (int i = 0; i < 5; ++i) near(tensor(i), plain(x(i)), 1e-12);
  };
  each(nn::leaky_relu(x), [](double v) { return v > 0 ? v : 0.01 * v; });
  each(nn::leaky_relu(x, 0.1), [](double v) { return v > 0 ? v : 0.1 * v; });
  each(nn::leaky_relu(x, x), [](double v) { return v > 0 ? v : v * v; });
  each(nn::elu(x), [](double v) { return v > 0 ? v : std::expm1(v); });
  each(nn::silu(x), [](double v) { return v / (1 + std::exp(-v)); });
  each(nn::gelu(x), [](double v) { return v * std::erfc(-v / std::sqrt(2.0)) / 2; });
  each(nn::gelu_tanh(x), [](double v) {
    return v / 2 * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (v + 0.044715 * v * v * v)));
  });
  each(nn::hard_tanh(x), [](double v) { return std::fmax(-1, std::fmin(1, v)); });
  each(nn::maxout(x, -x), [](double v) { return std::abs(v); });
  each(nn::maxout(x, -x, 1, x * 3), [](double v) { return std::fmax(std::fmax(std::abs(v), 1), 3 * v); });
  check(nn::leaky_relu(-1.0, 0.5) == -0.5 && nn::maxout(1, 3, 2) == 3 && nn::hard_tanh(7.0) == 1);
}

int main() {
  unary_functions();
  binary_functions();
  comparisons<float>();
  comparisons<double>();
  comparisons<int>();
  operators_and_numbers();
  integers_and_bools();
  special_values();
  composites();
}
