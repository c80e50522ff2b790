// Named expressions that are reused, reassigned, or whose operands change later, updates in place and
// temporaries mean the same in plain C++ and in generated code; so do the ways to write layers: structs,
// arrays, lambdas, templates.
// RUN: split-file %s %t && %matrix %t/expressions.cpp %t/driver.cpp
//--- expressions.cpp
#ifndef EXPRESSIONS_CPP
#define EXPRESSIONS_CPP
#include <nn/nn.h>

#include <array>
#include <tuple>
#include <utility>

inline constexpr nn::Dim N{"N"};
using Vector = nn::Tensor<double, N>;
using Square = nn::Tensor<double, 3, 3>;

NN_DIFF() Vector reused(const Vector& x) {
  auto h = nn::exp(x) * x;
  auto g = h * h + h;
  return g * h - g;
}
NN_DIFF() Vector reassigned(const Vector& x, const Vector& b) {
  auto h = x + b;
  auto before = h * 2;
  h = nn::tanh(h);
  h = h * h;
  return h + before;
}
NN_DIFF() Vector operand_changes(const Vector& x, const Vector& b) {
  Vector a = x;
  auto y = a * b;
  a = a + 1;
  auto z = a * b;
  a *= b;
  return y * z + a;
}
NN_DIFF() Vector in_place(const Vector& x, const Vector& y) {
  Vector t = x;
  t += y;
  t *= t;
  t -= 1;
  t /= 2 + y * y;
  Vector copy = t;
  copy += x;
  return t * copy;
}
NN_DIFF() double temporaries(const Square& x, const Square& w) {
  auto e = nn::exp(nn::matmul(x, w) * 0.5) + nn::matmul(w, nn::transpose(Square(x * 2)));
  const auto& row = nn::sum<0>(e);
  return nn::dot(row, row) + nn::max(nn::matmul(x, x));
}
NN_DIFF() double numbers(double a, double b) {
  double sum = a;
  for (int i = 0; i < 4; ++i) {
    const double factor = i % 2 == 0 ? b : a;
    sum = sum * factor + i;
  }
  sum -= static_cast<double>(static_cast<float>(a));
  return sum;
}

// Layers in the ways people write them.
struct Dense {
  Square w;
  nn::Tensor<double, 3> b;
  template <class X>
  auto operator()(const X& x) const {
    return nn::matmul(x, w) + b;
  }
};
template <class Layer, int count>
struct Residual {
  std::array<Layer, count> inner;
  Dense skips[2];
  double scale;
  auto operator()(const nn::Tensor<double, N, 3>& x) const {
    nn::Tensor<double, N, 3> h = x;
    for (std::size_t i = 0; i < inner.size(); ++i) h += nn::sigmoid(inner[i](h)) * scale;
    return skips[1](nn::tanh(skips[0](h))) + x;
  }
};
template <bool squared, class X>
auto norm(const X& x) {
  if constexpr (squared) {
    return nn::sum(x * x);
  } else {
    return nn::sqrt(nn::sum(x * x) + 1);
  }
}
struct Model {
  Residual<Dense, 3> body;
  struct Head {
    nn::Tensor<double, 3> v;
    double bias;
  } head;
};
NN_DIFF(m, x) double layered(const Model& m, const nn::Tensor<double, N, 3>& x) {
  const auto activate = [](const auto& z, double slope) { return nn::leaky_relu(z, slope); };
  const auto& [v, bias] = m.head;
  auto y = activate(m.body(x), 0.1);
  auto out = nn::matmul(y, v) + bias;
  return norm<true>(out) + norm<false>(y) + norm<false>(m.head.v);
}
#endif
//--- driver.cpp
#include "expressions.nn.h"
#include "verify.h"

int main() {
  Random random(51);
  const auto vector = [&](int n) { return random_tensor(Vector(n), random); };
  for (int n : {0, 1, 5}) {
    verify<&reused>(1e-8, vector(n));
    verify<&reassigned>(1e-8, vector(n), vector(n));
    verify<&operand_changes>(1e-8, vector(n), vector(n));
    verify<&in_place>(1e-8, vector(n), vector(n));
  }
  verify<&temporaries>(1e-8, random_tensor(Square(), random), random_tensor(Square(), random));
  const double a = 0.75, b = -1.25;  // a is exact in float
  const auto r = nn::value_and_grad<&numbers>(a, b);
  const auto f = [](double a, double b) { return (((a * b) * a + 1) * b + 2) * a + 3 - a; };
  near(r.value, f(a, b), 1e-14);
  const double h = 1e-5;
  near(r.grad.a, (f(a + h, b) - f(a - h, b)) / (2 * h), 1e-8);
  near(r.grad.b, (f(a, b + h) - f(a, b - h)) / (2 * h), 1e-8);

  Model m;
  m.body.scale = 0.7;
  m.head = {random_tensor(nn::Tensor<double, 3>(), random), 0.3};
  std::array<Dense*, 5> layers{&m.body.inner[0], &m.body.inner[1], &m.body.inner[2], &m.body.skips[0],
                               &m.body.skips[1]};
  for (Dense* layer : layers) random.fill(layer->w), random.fill(layer->b);
  for (int n : {1, 4}) {
    auto x = random_tensor(nn::Tensor<double, N, 3>(n), random);
    const auto loss = [&] { return layered(m, x); };
    auto g = nn::value_and_grad<&layered>(m, x);
    near(g.value, loss(), 1e-12);
    auto& d = g.grad.m;
    const std::array<Dense*, 5> slopes{&d.body.inner[0], &d.body.inner[1], &d.body.inner[2], &d.body.skips[0],
                                       &d.body.skips[1]};
    for (int i = 0; i < 5; ++i) {
      gradient_near(loss, layers[i]->w, slopes[i]->w, 1e-7);
      gradient_near(loss, layers[i]->b, slopes[i]->b, 1e-7);
    }
    gradient_near(loss, &m.body.scale, &d.body.scale, 1, 1e-7);
    gradient_near(loss, m.head.v, d.head.v, 1e-7);
    gradient_near(loss, &m.head.bias, &d.head.bias, 1, 1e-7);
    gradient_near(loss, x, g.grad.x, 1e-7);
  }
}
