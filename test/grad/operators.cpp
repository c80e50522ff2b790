// Every elementwise operator of nn/ops.def, on numbers and on tensors, in double and in float: value and
// derivative against the formulas of analysis, derivative against central differences, at random points of
// its domain and at its edges.
// RUN: split-file %s %t && %matrix %t/operators.cpp %t/driver.cpp
//--- operators.cpp
#ifndef OPERATORS_CPP
#define OPERATORS_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};
using Vector = nn::Tensor<double, N>;
using Floats = nn::Tensor<float, N>;

#define UNARY(name)                                 \
  NN_DIFF() double name##_number(double x) {        \
    return nn::name(x);                             \
  }                                                 \
  NN_DIFF() Vector name##_tensor(const Vector& x) { \
    return nn::name(x);                             \
  }                                                 \
  NN_DIFF() Floats name##_floats(const Floats& x) { \
    return nn::name(x);                             \
  }
#define BINARY(name)                                                 \
  NN_DIFF() double name##_number(double a, double b) {               \
    return nn::name(a, b);                                           \
  }                                                                  \
  NN_DIFF() Vector name##_tensor(const Vector& a, const Vector& b) { \
    return nn::name(a, b);                                           \
  }                                                                  \
  NN_DIFF() Floats name##_floats(const Floats& a, const Floats& b) { \
    return nn::name(a, b);                                           \
  }
#define COMPARISON(name)                                             \
  NN_DIFF() Vector name##_tensor(const Vector& a, const Vector& b) { \
    return nn::where(nn::name(a, b), a * b, a - b);                  \
  }
// clang-format off
UNARY(neg) UNARY(abs) UNARY(sign) UNARY(step) UNARY(floor) UNARY(ceil) UNARY(round) UNARY(trunc) UNARY(rint)
UNARY(logb) UNARY(square)
UNARY(sqrt) UNARY(cbrt) UNARY(exp) UNARY(exp2) UNARY(expm1) UNARY(log) UNARY(log2) UNARY(log10) UNARY(log1p)
UNARY(sin) UNARY(cos) UNARY(tan) UNARY(asin) UNARY(acos) UNARY(atan) UNARY(sinh) UNARY(cosh) UNARY(tanh)
UNARY(asinh) UNARY(acosh) UNARY(atanh) UNARY(erf) UNARY(erfc) UNARY(tgamma) UNARY(lgamma) UNARY(digamma)
UNARY(sigmoid) UNARY(softplus) UNARY(relu)
BINARY(add) BINARY(sub) BINARY(mul) BINARY(div) BINARY(pow) BINARY(maximum) BINARY(minimum) BINARY(leaky_relu)
BINARY(elu) BINARY(atan2) BINARY(hypot) BINARY(xlogy) BINARY(fmod) BINARY(remainder) BINARY(fmax)
BINARY(fmin) BINARY(fdim) BINARY(copysign) BINARY(ldexp) BINARY(polygamma)
COMPARISON(lt) COMPARISON(le) COMPARISON(gt) COMPARISON(ge) COMPARISON(eq) COMPARISON(ne)
// clang-format on
#undef UNARY
#undef BINARY
#undef COMPARISON
                                        NN_DIFF() double fma_number(double a, double b, double c) {
  return nn::fma(a, b, c);
}
NN_DIFF() Vector fma_tensor(const Vector& a, const Vector& b, const Vector& c) {
  return nn::fma(a, b, c);
}
NN_DIFF() double lerp_number(double a, double b, double c) {
  return nn::lerp(a, b, c);
}
NN_DIFF() Vector lerp_tensor(const Vector& a, const Vector& b, const Vector& c) {
  return nn::lerp(a, b, c);
}
NN_DIFF() Vector where_tensor(const Vector& a, const Vector& b, const nn::Tensor<int, N>& c) {
  return nn::where(c != 0, a, b);
}
#endif
//--- driver.cpp
#include "operators.nn.h"
#include "verify.h"

// The operators that ops.def lists, and those that are checked below.
constexpr const char* listed[] = {
#define NN_MAP1(name, ...) #name,
#define NN_MAP2(name, ...) #name,
#define NN_MAP3(name, ...) #name,
#define NN_COMPARE(name, ...) #name,
#include <nn/ops.def>
};
std::string checked = " ";

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double pi = 3.14159265358979323846, ln2 = 0.69314718055994530942, ln10 = 2.302585092994045684;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double euler = 0.57721566490153286061, zeta3 = 1.20205690315959428540;
double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}
// By the series, shifted to where few terms do.
double digamma(double x) {
  double y = 0;
  for (; x < 30; ++x) y -= 1 / x;
  const double z = 1 / (x * x);
  return y + std::log(x) - 0.5 / x - z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z / 240)));
}
double trigamma(double x) {
  double y = 0;
  for (; x < 30; ++x) y += 1 / (x * x);
  const double z = 1 / (x * x);
  return y + (1 + 0.5 / x + z * (1.0 / 6 - z * (1.0 / 30 - z * (1.0 / 42 - z / 30)))) / x;
}
double tetragamma(double x) {
  double y = 0;
  for (; x < 30; ++x) y -= 2 / (x * x * x);
  const double z = 1 / (x * x);
  return y - z * (1 + 1 / x + z * (0.5 - z * (1.0 / 6 - z * (1.0 / 6 - z * 0.3))));
}

using Number = double(double);
struct Edge {
  double x, value, slope;
};

template <auto Of, auto OfTensor, auto OfFloats>
void unary(const char* name, Number* plain, Number* slope, double low, double high,
           std::vector<Edge> edges = {}) {
  checked += name + std::string(" ");
  Random random(7);
  for (int i = 0; i < 12; ++i) {
    double x = random.uniform(low, high);
    const auto r = nn::value_and_grad<Of>(x);
    near(r.value, plain(x), 1e-13);
    near(r.grad.x, slope(x), 1e-12);
    gradient_near([&] { return Of(x); }, &x, &r.grad.x, 1, 2e-8);
  }
  for (const Edge& edge : edges) {
    const auto r = nn::value_and_grad<Of>(edge.x);
    near(r.value, edge.value, 1e-14);
    near(r.grad.x, edge.slope, 1e-14);
  }
  for (int size : {0, 1, 37}) {
    const auto x = random_tensor(Vector(size), random, low, high),
               upstream = random_tensor(Vector(size), random);
    const auto r = nn::vjp<OfTensor>(x, upstream);
    check(r.grad.x.size() == size && r.value.size() == size);
    for (int i = 0; i < size; ++i) {
      near(r.value(i), plain(x(i)), 1e-13);
      near(r.grad.x(i), upstream(i) * slope(x(i)), 1e-12);
    }
  }
  const auto floats = random_tensor(Floats(17), random, low, high),
             weights = random_tensor(Floats(17), random);
  const auto f = nn::vjp<OfFloats>(floats, weights);
  for (int i = 0; i < 17; ++i) {
    const double x = floats(i);
    near(f.value(i), plain(x), 2e-6);
    near(f.grad.x(i), weights(i) * slope(x), 1e-5);
  }
  verify<OfTensor>(2e-8, random_tensor(Vector(5), random, low, high));
}
#define UNARY(name, plain, slope, ...)                                                                    \
  unary<&name##_number, &name##_tensor, &name##_floats>(                                                  \
      #name, [](double x) -> double { return plain; }, [](double x) -> double { return (void)x, slope; }, \
      __VA_ARGS__)

using Number2 = double(double, double);
struct Edge2 {
  double a, b, value, slope_a, slope_b;
};

template <auto Of, auto OfTensor, auto OfFloats>
void binary(const char* name, Number2* plain, Number2* slope_a, Number2* slope_b, double low, double high,
            double low_b, double high_b, std::vector<Edge2> edges = {}) {
  checked += name + std::string(" ");
  Random random(8);
  for (int i = 0; i < 12; ++i) {
    double a = random.uniform(low, high), b = random.uniform(low_b, high_b);
    const auto r = nn::value_and_grad<Of>(a, b);
    near(r.value, plain(a, b), 1e-13);
    near(r.grad.a, slope_a(a, b), 1e-12);
    near(r.grad.b, slope_b(a, b), 1e-12);
    gradient_near([&] { return Of(a, b); }, &a, &r.grad.a, 1, 2e-8);
    gradient_near([&] { return Of(a, b); }, &b, &r.grad.b, 1, 2e-8);
  }
  for (const Edge2& edge : edges) {
    const auto r = nn::value_and_grad<Of>(edge.a, edge.b);
    near(r.value, edge.value, 1e-14);
    near(r.grad.a, edge.slope_a, 1e-14);
    near(r.grad.b, edge.slope_b, 1e-14);
  }
  for (int size : {0, 1, 19})
    verify<OfTensor>(2e-8, random_tensor(Vector(size), random, low, high),
                     random_tensor(Vector(size), random, low_b, high_b));
  const auto a = random_tensor(Floats(9), random, low, high),
             b = random_tensor(Floats(9), random, low_b, high_b);
  Floats ones(9);
  ones.fill(1);
  const auto f = nn::vjp<OfFloats>(a, b, ones);
  for (int i = 0; i < 9; ++i) {
    near(f.value(i), plain(a(i), b(i)), 2e-6);
    near(f.grad.a(i), slope_a(a(i), b(i)), 1e-5);
    near(f.grad.b(i), slope_b(a(i), b(i)), 1e-5);
  }
}
#define BINARY(name, plain, slope_a, slope_b, ...)                            \
  binary<&name##_number, &name##_tensor, &name##_floats>(                     \
      #name, [](double a, double b) -> double { return plain; },              \
      [](double a, double b) -> double { return (void)a, (void)b, slope_a; }, \
      [](double a, double b) -> double { return (void)a, (void)b, slope_b; }, __VA_ARGS__)

template <auto OfTensor>
void comparison(const char* name, bool (*holds)(double, double)) {
  checked += name + std::string(" ");
  const Vector a{1, 2, 3, -1, 0}, b{2, 2, 1, -1, -0.5}, upstream{1, 2, 3, 4, 5};
  const auto r = nn::vjp<OfTensor>(a, b, upstream);
  for (int i = 0; i < 5; ++i) {
    const bool c = holds(a(i), b(i));
    near(r.value(i), c ? a(i) * b(i) : a(i) - b(i), 1e-15);
    near(r.grad.a(i), upstream(i) * (c ? b(i) : 1), 1e-15);
    near(r.grad.b(i), upstream(i) * (c ? a(i) : -1), 1e-15);
  }
}

void unary_operators() {
  UNARY(neg, -x, -1, -3, 3, {{0, 0, -1}, {1e300, -1e300, -1}});
  UNARY(abs, std::abs(x), x < 0 ? -1 : 1, -3, 3, {{0, 0, 0}, {-1e300, 1e300, -1}});
  UNARY(sign, x < 0 ? -1 : 1, 0, -3, 3, {{0, 0, 0}});
  UNARY(step, x > 0 ? 1 : 0, 0, -3, 3, {{0, 0, 0}});
  UNARY(floor, std::floor(x), 0, -3, 3, {{2, 2, 0}, {-2.5, -3, 0}});
  UNARY(ceil, std::ceil(x), 0, -3, 3, {{2, 2, 0}, {-2.5, -2, 0}});
  UNARY(round, std::round(x), 0, -3, 3, {{2.5, 3, 0}, {-2.5, -3, 0}});
  UNARY(trunc, std::trunc(x), 0, -3, 3, {{2.9, 2, 0}, {-2.9, -2, 0}});
  UNARY(rint, std::rint(x), 0, -3, 3, {{2.5, 2, 0}, {-3.5, -4, 0}});
  UNARY(logb, std::logb(x), 0, 0.1, 9, {{8, 3, 0}, {-0.75, -1, 0}, {0, -infinity, 0}});
  UNARY(square, x * x, 2 * x, -3, 3, {{0, 0, 0}});
  UNARY(sqrt, std::sqrt(x), 0.5 / std::sqrt(x), 0.1, 9, {{0, 0, infinity}, {1e300, 1e150, 5e-151}});
  UNARY(cbrt, std::cbrt(x), 1 / (3 * std::cbrt(x) * std::cbrt(x)), 0.1, 9, {{-8, -2, 1.0 / 12}});
  UNARY(exp, std::exp(x), std::exp(x), -4, 4, {{0, 1, 1}, {-1000, 0, 0}, {1000, infinity, infinity}});
  UNARY(exp2, std::exp2(x), ln2 * std::exp2(x), -4, 4, {{0, 1, ln2}, {-2000, 0, 0}});
  UNARY(expm1, std::expm1(x), std::exp(x), -4, 4, {{0, 0, 1}, {-1000, -1, 0}, {1e-20, 1e-20, 1}});
  UNARY(log, std::log(x), 1 / x, 0.1, 9,
        {{1, 0, 1}, {1e300, std::log(1e300), 1e-300}, {0, -infinity, infinity}});
  UNARY(log2, std::log2(x), 1 / (x * ln2), 0.1, 9, {{8, 3, 1 / (8 * ln2)}});
  UNARY(log10, std::log10(x), 1 / (x * ln10), 0.1, 9, {{100, 2, 1 / (100 * ln10)}});
  UNARY(log1p, std::log1p(x), 1 / (1 + x), -0.8, 4, {{0, 0, 1}, {1e-20, 1e-20, 1}});
  UNARY(sin, std::sin(x), std::cos(x), -7, 7, {{0, 0, 1}, {pi / 2, 1, 0}});
  UNARY(cos, std::cos(x), -std::sin(x), -7, 7, {{0, 1, 0}, {pi / 2, 0, -1}});
  UNARY(tan, std::tan(x), 1 / (std::cos(x) * std::cos(x)), -1.3, 1.3, {{0, 0, 1}});
  UNARY(asin, std::asin(x), 1 / std::sqrt(1 - x * x), -0.9, 0.9,
        {{0, 0, 1},
         {1, pi / 2, infinity},
         {1 - 0x1p-40, std::asin(1 - 0x1p-40), 1 / std::sqrt(0x1p-39 - 0x1p-80)}});
  UNARY(acos, std::acos(x), -1 / std::sqrt(1 - x * x), -0.9, 0.9, {{0, pi / 2, -1}, {1, 0, -infinity}});
  UNARY(atan, std::atan(x), 1 / (1 + x * x), -4, 4, {{0, 0, 1}, {1e200, pi / 2, 0}});
  UNARY(sinh, std::sinh(x), std::cosh(x), -3, 3, {{0, 0, 1}});
  UNARY(cosh, std::cosh(x), std::sinh(x), -3, 3, {{0, 1, 0}});
  UNARY(tanh, std::tanh(x), 1 - std::tanh(x) * std::tanh(x), -3, 3,
        {{0, 0, 1}, {20, 1, 0}, {-20, -1, 0}, {1000, 1, 0}, {-1000, -1, 0}});
  UNARY(asinh, std::asinh(x), 1 / std::sqrt(1 + x * x), -4, 4, {{0, 0, 1}, {-1e-20, -1e-20, 1}});
  UNARY(acosh, std::acosh(x), 1 / std::sqrt(x * x - 1), 1.1, 9, {{1, 0, infinity}});
  UNARY(
      atanh, std::atanh(x), 1 / (1 - x * x), -0.9, 0.9,
      {{0, 0, 1}, {1, infinity, infinity}, {1 - 0x1p-40, std::atanh(1 - 0x1p-40), 1 / (0x1p-39 - 0x1p-80)}});
  UNARY(erf, std::erf(x), 2 / std::sqrt(pi) * std::exp(-x * x), -3, 3,
        {{0, 0, 2 / std::sqrt(pi)}, {30, 1, 0}});
  UNARY(erfc, std::erfc(x), -2 / std::sqrt(pi) * std::exp(-x * x), -3, 3,
        {{0, 1, -2 / std::sqrt(pi)}, {30, 0, 0}});
  UNARY(tgamma, std::tgamma(x), std::tgamma(x) * digamma(x), 0.2, 5,
        {{1, 1, -euler},
         {5, 24, 24 * (25.0 / 12 - euler)},
         {-0.5, -2 * std::sqrt(pi), -2 * std::sqrt(pi) * digamma(-0.5)}});
  UNARY(lgamma, std::lgamma(x), digamma(x), 0.2, 9,
        {{1, 0, -euler},
         {2, 0, 1 - euler},
         {1e300, std::lgamma(1e300), std::log(1e300)},
         {-2.5, std::lgamma(-2.5), digamma(-2.5)},
         {0, infinity, -infinity}});
  UNARY(digamma, digamma(x), trigamma(x), 0.2, 9,
        {{1, -euler, pi * pi / 6},
         {0.5, -euler - 2 * ln2, pi * pi / 2},
         {-0.5, digamma(-0.5), pi * pi / 2 + 4},
         {infinity, infinity, 0}});
  UNARY(sigmoid, sigmoid(x), sigmoid(x) * (1 - sigmoid(x)), -5, 5,
        {{0, 0.5, 0.25}, {1000, 1, 0}, {-1000, 0, 0}, {1e4, 1, 0}});
  UNARY(softplus, std::log1p(std::exp(x)), sigmoid(x), -5, 5,
        {{0, ln2, 0.5}, {1000, 1000, 1}, {-1000, 0, 0}, {1e4, 1e4, 1}});
  UNARY(relu, x > 0 ? x : 0, x > 0 ? 1 : 0, -3, 3, {{0, 0, 0}, {-1e300, 0, 0}, {1e300, 1e300, 1}});
}

void binary_operators() {
  BINARY(add, a + b, 1, 1, -3, 3, -3, 3);
  BINARY(sub, a - b, 1, -1, -3, 3, -3, 3);
  BINARY(mul, a * b, b, a, -3, 3, -3, 3, {{0, 5, 0, 5, 0}});
  BINARY(div, a / b, 1 / b, -a / (b * b), -3, 3, 0.5, 3, {{0, -4, 0, -0.25, 0}});
  BINARY(pow, std::pow(a, b), b * std::pow(a, b - 1), std::pow(a, b) * std::log(a), 0.2, 3, -2, 3,
         {{2, 0, 1, 0, ln2}, {0, 2, 0, 0, 0}, {0, 1, 0, 1, 0}, {5, 1, 5, 1, 5 * std::log(5)}});
  BINARY(maximum, a < b ? b : a, a < b ? 0 : 1, a < b ? 1 : 0, -3, 3, -3, 3, {{2, 2, 2, 1, 0}});
  BINARY(minimum, b < a ? b : a, b < a ? 0 : 1, b < a ? 1 : 0, -3, 3, -3, 3, {{2, 2, 2, 1, 0}});
  BINARY(leaky_relu, a > 0 ? a : b * a, a > 0 ? 1 : b, a > 0 ? 0 : a, -3, 3, 0, 1, {{-2, 1, -2, 1, -2}});
  BINARY(elu, a > 0 ? a : b * std::expm1(a), a > 0 ? 1 : b * std::exp(a), a > 0 ? 0 : std::expm1(a), -3, 3,
         0.1, 2, {{-1000, 2, -2, 0, -1}, {1000, 2, 1000, 1, 0}});
  BINARY(atan2, std::atan2(a, b), b / (a * a + b * b), -a / (a * a + b * b), -3, 3, 0.5, 3,
         {{1, 0, pi / 2, 0, -1}});
  BINARY(hypot, std::hypot(a, b), a / std::hypot(a, b), b / std::hypot(a, b), -3, 3, 0.5, 3,
         {{0, 0, 0, 0, 0}});
  BINARY(xlogy, a * std::log(b), std::log(b), a / b, -3, 3, 0.1, 9,
         {{0, 2, 0, ln2, 0}, {0, 0, 0, -infinity, 0}, {0, infinity, 0, infinity, 0}, {2, 1, 0, 0, 2}});
  BINARY(fmod, std::fmod(a, b), 1, -std::trunc(a / b), 3, 8, 0.9, 1.3,
         {{-7, 2, -1, 1, 3}, {std::nextafter(0.3, 0), 0.1, std::fmod(std::nextafter(0.3, 0), 0.1), 1, -2}});
  BINARY(remainder, std::remainder(a, b), 1, -std::rint(a / b), 3, 8, 0.9, 1.3,
         {{-7, 2, 1, 1, 4}, {5, 2, 1, 1, -2}, {7, 2, -1, 1, -4}, {3, infinity, 3, 1, 0}});
  BINARY(fmax, std::fmax(a, b), a < b ? 0 : 1, a < b ? 1 : 0, -3, 3, -3, 3,
         {{2, 2, 2, 1, 0}, {not_a_number, 2, 2, 0, 1}, {3, not_a_number, 3, 1, 0}});
  BINARY(fmin, std::fmin(a, b), b < a ? 0 : 1, b < a ? 1 : 0, -3, 3, -3, 3,
         {{2, 2, 2, 1, 0}, {not_a_number, 2, 2, 0, 1}, {3, not_a_number, 3, 1, 0}});
  BINARY(fdim, std::fdim(a, b), a > b ? 1 : 0, a > b ? -1 : 0, -3, 3, -3, 3,
         {{2, 2, 0, 0, 0}, {infinity, infinity, 0, 0, 0}});
  BINARY(copysign, std::copysign(a, b), (a < 0) == (b < 0) ? 1 : -1, 0, -3, 3, -3, 3,
         {{0, -2, 0, 0, 0}, {3, -0.0, -3, -1, 0}, {-3, -0.0, -3, 1, 0}});
  BINARY(ldexp, std::ldexp(a, static_cast<int>(b)), std::ldexp(1, static_cast<int>(b)), 0, -3, 3, -9, 9,
         {{3, 2.9, 12, 4, 0}, {1, 1e30, infinity, infinity, 0}, {0x1p1000, -2000, 0x1p-1000, 0, 0}});
  BINARY(polygamma, a < 1 ? digamma(b) : trigamma(b), 0, a < 1 ? trigamma(b) : tetragamma(b), 0.1, 1.9, 0.3,
         9, {{2, 1, -2 * zeta3, 0, pi * pi * pi * pi / 15}, {1, -0.5, pi * pi / 2 + 4, 0, tetragamma(-0.5)}});
}

// Derivatives that are small because x is large, but not 0.
void far_out() {
  near(nn::value_and_grad<&asinh_number>(-1e200).grad.x * 1e200, 1, 1e-14);
  near(nn::value_and_grad<&acosh_number>(1e200).grad.x * 1e200, 1, 1e-14);
  near(nn::value_and_grad<&digamma_number>(1e200).grad.x * 1e200, 1, 1e-14);
}

int main() {
  unary_operators();
  far_out();
  binary_operators();
  comparison<&lt_tensor>("lt", [](double a, double b) { return a < b; });
  comparison<&le_tensor>("le", [](double a, double b) { return a <= b; });
  comparison<&gt_tensor>("gt", [](double a, double b) { return a > b; });
  comparison<&ge_tensor>("ge", [](double a, double b) { return a >= b; });
  comparison<&eq_tensor>("eq", [](double a, double b) { return a == b; });
  comparison<&ne_tensor>("ne", [](double a, double b) { return a != b; });
  checked += "fma lerp where ";
  verify<&fma_number>(2e-8, 1.5, -2.0, 0.25);
  verify<&lerp_number>(2e-8, 1.5, -2.0, 0.25);
  const auto end = nn::value_and_grad<&lerp_number>(1e300, 3.0, 1.0);
  check(end.value == 3 && end.grad.a == 0 && end.grad.b == 1 && end.grad.c == -1e300);
  Random random(9);
  const auto vector = [&](int size) { return random_tensor(Vector(size), random); };
  for (int size : {0, 1, 9}) verify<&fma_tensor>(2e-8, vector(size), vector(size), vector(size));
  for (int size : {0, 1, 9}) verify<&lerp_tensor>(2e-8, vector(size), vector(size), vector(size));
  verify<&where_tensor>(2e-8, vector(4), vector(4), nn::Tensor<int, N>{1, 0, 0, 5});
  for (const char* name : listed)
    check(checked.find(" " + std::string(name) + " ") != std::string::npos, name);
}
