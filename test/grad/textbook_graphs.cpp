// Scalar graphs of the textbooks with their known numbers: products, powers, chains through helpers, shared
// variables.
// RUN: split-file %s %t && %matrix %t/graphs.cpp %t/driver.cpp
//--- graphs.cpp
#ifndef GRAPHS_CPP
#define GRAPHS_CPP
#include <nn/nn.h>

#include <cmath>

inline constexpr nn::Dim N{"N"};

NN_DIFF() double a1(double x1, double x2, double x3, double x4) {
  return (x1 + x2) * x3 - x4;
}
NN_DIFF() double a2(double x, double y, double z) {
  double q = x + y;
  return q * z;
}
NN_DIFF() double a3(double x, double y) {
  return std::pow(y, 4) * std::pow(x, 5);
}
NN_DIFF() double a3_products(double x, double y) {
  return y * y * y * y * x * x * x * x * x;
}
NN_DIFF() double a4(double a, double b, double c, double x0) {
  const double x1 = b * x0 + c;
  const double x2 = a * x0 * x1;
  return x2;
}

// The helpers are the user's own: seen through, not differenced.
template <class T>
T wobble(T w) {
  return std::sin(w) * w + 0.5 * w;
}
inline double twice(double w) {
  return wobble(wobble(w));
}
NN_DIFF() double a5(double w) {
  return wobble(twice(w));
}

struct Deep {
  double w1, b1, w2, b2, w3, b3;
};
NN_DIFF(p) double a6(const Deep& p, double x) {
  double h = nn::relu(p.w1 * x + p.b1);
  h = nn::relu(p.w2 * h + p.b2);
  h = nn::relu(p.w3 * h + p.b3);
  return h;
}
NN_DIFF(p, x) double a7(const Deep& p, double x) {
  auto v = nn::sigmoid(p.w1 * x + p.b1);
  v = nn::sigmoid(p.w2 * v + p.b2);
  return nn::sigmoid(p.w3 * v + p.b3);
}
NN_DIFF() double a8(double x) {
  return x * x + std::sin(x) * x;
}
NN_DIFF() double a8_paths(double x) {
  double y = x * x;
  double z = y + x;
  y *= z;
  return y / (1 + z * z) + std::exp(-y);
}

// z : Rⁿ → R after y : R → Rⁿ
NN_DIFF() double a10(double x, const nn::Tensor<double, N>& c) {
  auto y = nn::sin(c * x);
  return nn::sum(y * y * c) + nn::max(y);
}
NN_DIFF() double standard(double x, double y) {
  return std::log(std::fabs(x) + std::sqrt(y)) * std::atan2(y, x) + std::fmax(x, y) * std::tanh(x) -
         std::abs(x) + std::exp2(x) / std::cosh(y) + std::hypot(x, y) + std::cbrt(y) + std::erf(x) +
         std::expm1(-y);
}
#endif
//--- driver.cpp
#include "graphs.nn.h"
#include "verify.h"

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

int main() {
  const auto r1 = nn::value_and_grad<&a1>(5.0, 4.0, 3.0, 2.0);
  near(r1.value, 25, 1e-9);
  near(r1.grad.x1, 3, 1e-9);
  near(r1.grad.x2, 3, 1e-9);
  near(r1.grad.x3, 9, 1e-9);
  near(r1.grad.x4, -1, 1e-9);

  const auto r2 = nn::value_and_grad<&a2>(-2.0, 5.0, -4.0);
  near(r2.value, -12, 1e-9);
  near(r2.grad.x, -4, 1e-9);
  near(r2.grad.y, -4, 1e-9);
  near(r2.grad.z, 3, 1e-9);

  for (auto [x, y] : {std::pair(1.5, -0.75), {-2.0, 3.0}, {0.0, 2.0}, {2.0, 0.0}}) {
    const auto powers = nn::value_and_grad<&a3>(x, y);
    const auto products = nn::value_and_grad<&a3_products>(x, y);
    const double dx = 5 * y * y * y * y * x * x * x * x, dy = 4 * y * y * y * x * x * x * x * x;
    near(powers.grad.x, dx, 1e-12);
    near(powers.grad.y, dy, 1e-12);
    near(products.grad.x, dx, 1e-12);
    near(products.grad.y, dy, 1e-12);
    near(products.value, powers.value, 1e-12);
  }

  const auto r4 = nn::value_and_grad<&a4>(1.0, 1.0, 1.0, 0.5);
  near(r4.value, 0.75, 1e-9);
  near(r4.grad.a, 0.75, 1e-9);
  near(r4.grad.b, 0.25, 1e-9);
  near(r4.grad.c, 0.5, 1e-9);
  near(r4.grad.x0, 2.0, 1e-9);

  const auto f = [](double w) { return std::sin(w) * w + 0.5 * w; };
  const auto df = [](double w) { return std::cos(w) * w + std::sin(w) + 0.5; };
  for (double w : {0.3, -1.2, 2.5}) {
    const auto r5 = nn::value_and_grad<&a5>(w);
    near(r5.value, f(f(f(w))), 1e-12);
    near(r5.grad.w, df(f(f(w))) * df(f(w)) * df(w), 1e-10);
  }

  const auto r6 = nn::value_and_grad<&a6>(Deep{0.1, 0, -0.2, 0.1, -0.1, 0.2}, 1.0);
  near(r6.value, 0.192, 1e-9);
  near(r6.grad.p.w3, 0.08, 1e-9);
  near(r6.grad.p.w2, -0.01, 1e-9);
  near(r6.grad.p.w1, 0.02, 1e-9);
  near(r6.grad.p.b3, 1, 1e-9);
  near(r6.grad.p.b2, -0.1, 1e-9);
  near(r6.grad.p.b1, 0.02, 1e-9);
  const auto closed = nn::value_and_grad<&a6>(Deep{0.1, 0, -0.2, 0.1, -0.1, -0.2}, 1.0);  // h3 is cut off
  near(closed.value, 0, 0);
  near(closed.grad.p.w1, 0, 0);
  near(closed.grad.p.b3, 0, 0);

  const Deep p{0.7, -0.1, -1.3, 0.4, 2.1, -0.6};
  const double x = 0.9, v1 = sigmoid(p.w1 * x + p.b1), v2 = sigmoid(p.w2 * v1 + p.b2),
               v3 = sigmoid(p.w3 * v2 + p.b3);
  const double d3 = v3 * (1 - v3), d2 = d3 * p.w3 * v2 * (1 - v2), d1 = d2 * p.w2 * v1 * (1 - v1);
  const auto r7 = nn::value_and_grad<&a7>(p, x);
  near(r7.value, v3, 1e-12);
  near(r7.grad.p.w1, d1 * x, 1e-12);
  near(r7.grad.p.w2, d2 * v1, 1e-12);
  near(r7.grad.p.w3, d3 * v2, 1e-12);
  near(r7.grad.p.b1, d1, 1e-12);
  near(r7.grad.x, d1 * p.w1, 1e-12);

  for (double at : {0.0, 0.8, -2.0}) {
    near(nn::value_and_grad<&a8>(at).grad.x, 2 * at + std::cos(at) * at + std::sin(at), 1e-12);
    verify<&a8_paths>(1e-8, at);
  }

  Random random(3);
  for (int n : {1, 4, 9}) verify<&a10>(1e-8, 0.4, random_tensor(nn::Tensor<double, N>(n), random, 0.2, 2));
  const nn::Tensor<double, N> c{0.5, 1, 2};
  double expected = 0;  // Σ ∂z/∂yᵢ · ∂yᵢ/∂x; the largest y is the last one at x = 0.4
  for (int i = 0; i < 3; ++i)
    expected += (2 * std::sin(c(i) * 0.4) * c(i) + (i == 2)) * std::cos(c(i) * 0.4) * c(i);
  near(nn::value_and_grad<&a10>(0.4, c).grad.x, expected, 1e-12);

  for (auto [a, b] : {std::pair(0.7, 1.9), {-1.4, 0.6}, {2.2, 0.3}}) verify<&standard>(1e-8, a, b);
}
