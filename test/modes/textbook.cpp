// Textbook cases A9 and A11: the derivative of a derivative, Hessians, and Jacobians of functions of vectors
// and of matrices.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

// A3
NN_DIFF() NN_MODES(hvp, hessian) double powers(double x, double y) {
  return y * y * y * y * x * x * x * x * x;
}

// A1
NN_DIFF() NN_MODES(jvp, hvp, hessian) double graph(double x1, double x2, double x3, double x4) {
  return (x1 + x2) * x3 - x4;
}

// A11: m = 2 results of n = 3 numbers, n results of one, and one of n.
NN_DIFF() NN_MODES(jacobian) nn::Tensor<double, 2> pair(const nn::Tensor<double, 3>& x) {
  const nn::Tensor<double, 2, 3> a{{1, 2, 3}, {4, 5, 6}};
  return nn::square(nn::matmul(a, x));
}
NN_DIFF() NN_MODES(jacobian) nn::Tensor<double, 5> curve(double t) {
  const nn::Tensor<double, 5> k{1, 2, 3, 4, 5};
  return nn::sin(k * t);
}
NN_DIFF() NN_MODES(jacobian) double norm(const nn::Tensor<double, 4>& x) {
  return nn::sqrt(nn::sum(x * x));
}
// Of a matrix n×p: m×n×p.
NN_DIFF() NN_MODES(jacobian) nn::Tensor<double, 3> columns(const nn::Tensor<double, 2, 3>& x) {
  return nn::sum<0>(x * x * x);
}
#endif
//--- driver.cpp
#include "gradcheck.h"
#include "model.nn.h"

int main() {
  const double x = 0.7, y = -1.3;
  const auto h = nn::hessian<&powers>(x, y);
  near(h.x.x, 20 * std::pow(y, 4) * std::pow(x, 3), 1e-12);
  near(h.x.y, 20 * std::pow(y, 3) * std::pow(x, 4), 1e-12);
  near(h.y.x, 20 * std::pow(y, 3) * std::pow(x, 4), 1e-12);
  near(h.y.y, 12 * std::pow(y, 2) * std::pow(x, 5), 1e-12);
  const auto second = nn::hvp<&powers>(x, y, nn::Tangents<&powers>{1, 0});
  near(second.value, powers(x, y), 1e-12);
  near(second.grad.x, 5 * std::pow(y, 4) * std::pow(x, 4), 1e-12);
  near(second.product.x, h.x.x, 1e-12);
  near(second.product.y, h.x.y, 1e-12);

  const auto g = nn::hessian<&graph>(5.0, 4.0, 3.0, 2.0);
  for (double zero : {g.x1.x1, g.x1.x2, g.x1.x4, g.x2.x1, g.x2.x2, g.x2.x4, g.x3.x3, g.x3.x4, g.x4.x1,
                      g.x4.x2, g.x4.x3, g.x4.x4})
    check(zero == 0.0);
  for (double one : {g.x1.x3, g.x2.x3, g.x3.x1, g.x3.x2}) check(one == 1.0);
  const auto slope = nn::jvp<&graph>(5.0, 4.0, 3.0, 2.0, nn::Tangents<&graph>{1, 2, 3, 4});
  check(slope.value == 25.0);
  check(slope.tangent == 3.0 * 1 + 3 * 2 + 9 * 3 - 4);
  const auto all = nn::grad<&graph>(5.0, 4.0, 3.0, 2.0);
  check(all.x1 == 3.0);
  check(all.x3 == 9.0);

  const nn::Tensor<double, 3> v{0.5, -1.0, 2.0};
  const double a[2][3] = {{1, 2, 3}, {4, 5, 6}};
  const auto two = nn::jacobian<&pair>(v);
  for (int i = 0; i < 2; ++i) {
    const double row = a[i][0] * v(0) + a[i][1] * v(1) + a[i][2] * v(2);
    for (int j = 0; j < 3; ++j) near(two.x(i, j), 2 * row * a[i][j], 1e-12);
  }
  const auto many = nn::jacobian<&curve>(0.4);
  for (int k = 1; k <= 5; ++k) near(many.t(k - 1), k * std::cos(k * 0.4), 1e-12);
  const nn::Tensor<double, 4> u{3, 0, -4, 12};
  const auto one = nn::jacobian<&norm>(u);
  for (int i = 0; i < 4; ++i) near(one.x(i), u(i) / 13, 1e-12);

  nn::Tensor<double, 2, 3> m;
  Random(3).fill(m);
  const auto cube = nn::jacobian<&columns>(m);
  for (int i = 0; i < 3; ++i)
    for (int r = 0; r < 2; ++r)
      for (int c = 0; c < 3; ++c) near(cube.x(i, r, c), i == c ? 3 * m(r, c) * m(r, c) : 0.0, 1e-12);
}
