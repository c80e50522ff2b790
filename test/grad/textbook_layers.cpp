// Layers, activations and losses of the textbooks with their known numbers and formulas.
// RUN: split-file %s %t && %matrix %t/layers.cpp %t/driver.cpp
//--- layers.cpp
#ifndef LAYERS_CPP
#define LAYERS_CPP
#include <nn/nn.h>

#include <array>

inline constexpr nn::Dim N{"N"}, I{"I"}, O{"O"}, H{"H"};
template <nn::Dim... D>
using T = nn::Tensor<double, D...>;

NN_DIFF(w) T<O> linear(const T<I, O>& w, const T<I>& x) {
  return nn::matmul(nn::transpose(w), x);
}

NN_DIFF() T<3> sigmoid_net(const T<3>& x, const T<3, 3>& w1, const T<3, 3>& w2) {
  auto hidden = nn::sigmoid(nn::matmul(w1, x));
  return nn::sigmoid(nn::matmul(w2, hidden));
}

// A layer as a struct with operator(), as a user would write one.
struct Linear {
  T<4, 3> w;
  T<3> b;
  auto operator()(const auto& x) const { return nn::matmul(x, w) + b; }
};
NN_DIFF(layer, v) T<N> logistic(const Linear& layer, const T<3>& v, const T<N, 4>& x) {
  auto h = nn::maximum(0, layer(x));
  return nn::sigmoid(nn::matmul(h, v));
}

NN_DIFF() T<N> prelu(const T<N>& x, double slope) {
  return nn::where(x > 0, x, slope * x);
}
NN_DIFF() T<N> identity(const T<N>& x) {
  return x;
}
NN_DIFF() T<N> threshold(const T<N>& x, const T<N>& y) {
  return nn::step(x) * y;
}
NN_DIFF() double maxout_unit(const T<I>& w1, const T<I>& w2, double b1, double b2) {
  return nn::maxout(nn::dot(w1, w1) + b1, nn::dot(w2, w1) + b2);
}

NN_DIFF(y_hat) double weighted(const T<N>& y_hat, const T<N>& y, double alpha, double beta) {
  return -nn::mean(alpha * y * nn::log(y_hat) + beta * (1 - y) * nn::log(1 - y_hat));
}
NN_DIFF(y_hat) double cross(const T<N>& y_hat, const T<N>& y) {
  return nn::binary_cross_entropy(y_hat, y);
}
NN_DIFF() double huber(const T<N>& x, const T<N>& y, double delta) {
  auto r = x - y;
  return nn::mean(nn::where(nn::abs(r) < delta, 0.5 * r * r, delta * (nn::abs(r) - 0.5 * delta)));
}
NN_DIFF(p) double likelihood(const T<N, 3>& p, const nn::Tensor<int, N>& label) {
  return -nn::sum(nn::log(nn::pick(p, label)));
}
NN_DIFF(x) double margin(const T<N>& x) {
  return nn::sum(nn::maximum(1 - x, 0));
}

struct Net {
  std::array<T<3, 3>, 2> w;
  T<3> v;
};
NN_DIFF(net) double regularised(const Net& net, const T<N, 3>& x, const T<N>& y, double lambda) {
  auto h = x;
  for (const auto& w : net.w) h = nn::tanh(nn::matmul(h, w));
  double penalty = nn::l1_penalty(net.v);
  for (const auto& w : net.w) penalty += nn::l2_penalty(w);
  return nn::mse(nn::matmul(h, net.v), y) + lambda * penalty;
}

NN_DIFF(u, w, b1, b2)
double classifier(const T<O, H>& u, const T<H, I>& w, const T<H>& b1, const T<O>& b2, const T<I>& x, int y) {
  auto h = nn::relu(nn::matmul(w, x) + b1);
  return -nn::log(nn::pick(nn::softmax(nn::matmul(u, h) + b2), y));
}
NN_DIFF() T<O> two_layers(const T<O, H>& w2, const T<H, I>& w1, const T<I>& x) {
  return nn::matmul(w2, nn::sigmoid(nn::matmul(w1, x)));
}
NN_DIFF(w1, w2) double columns(const T<I, H>& w1, const T<H, 1>& w2, const T<I, N>& x, const T<1, N>& y) {
  auto a1 = nn::relu(nn::matmul(nn::transpose(w1), x));
  auto f2 = nn::matmul(nn::transpose(w2), a1);
  return nn::binary_cross_entropy(nn::sigmoid(f2), y);
}
NN_DIFF() T<4> sign_product(const T<2, 2>& w1, const T<2>& b1, const T<2>& w2, double b2, const T<4, 2>& x) {
  return nn::matmul(nn::relu(nn::matmul(x, nn::transpose(w1)) + b1), w2) + b2;
}
#endif
//--- driver.cpp
#include <algorithm>

#include "layers.nn.h"
#include "verify.h"

Random source(21);
template <class X, class... S>
X r(S... sizes) {
  return random_tensor(X(sizes...), source);
}
double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

// B1, B2, B3, B12
void products() {
  const auto w = r<T<I, O>>(3, 2);
  const auto x = r<T<I>>(3);
  const auto upstream = r<T<O>>(2);
  const auto b1 = nn::vjp<&linear>(w, x, upstream);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 2; ++j) near(b1.grad.w(i, j), x(i) * upstream(j), 1e-15);

  const T<3> x2{0.9, 0.1, 0.8};
  const T<3, 3> w1{{0.9, 0.3, 0.4}, {0.2, 0.8, 0.2}, {0.1, 0.5, 0.6}},
      w2{{0.3, 0.7, 0.5}, {0.6, 0.5, 0.2}, {0.8, 0.1, 0.9}};
  const double z[] = {1.16, 0.42, 0.62};
  const auto b2 = nn::vjp<&sigmoid_net>(x2, w1, w2, T<3>{1, 1, 1});
  const double output[] = {0.7263, 0.7086, 0.7781};
  for (int i = 0; i < 3; ++i) {
    double sum = 0;
    for (int j = 0; j < 3; ++j) sum += w2(i, j) * sigmoid(z[j]);
    near(b2.value(i), sigmoid(sum), 1e-12);
    near(b2.value(i), output[i], 5e-5);
  }
  verify<&sigmoid_net>(1e-8, x2, w1, w2);
  verify<&two_layers>(1e-8, r<T<O, H>>(2, 4), r<T<H, I>>(4, 3), r<T<I>>(3));

  Linear layer{r<T<4, 3>>(), r<T<3>>()};
  auto v = r<T<3>>();
  for (int n : {0, 1, 5}) {
    const auto batch = r<T<N, 4>>(n);
    const auto u = r<T<N>>(n);
    const auto b3 = nn::vjp<&logistic>(layer, v, batch, u);
    const auto objective = [&] { return nn::sum(nn::Tensor<double, N>(logistic(layer, v, batch) * u)); };
    gradient_near(objective, layer.w, b3.grad.layer.w, 1e-8);
    gradient_near(objective, layer.b, b3.grad.layer.b, 1e-8);
    gradient_near(objective, v, b3.grad.v, 1e-8);
  }
}

// B4 beyond the operators and composites that are tested one by one
void activations() {
  const T<N> x{-2, -0.5, 0.75, 20, -20};
  const T<N> u{1, 2, 3, 4, 5};
  const auto leaky = nn::vjp<&prelu>(x, 0.1, u);
  double slope = 0;
  for (int i = 0; i < 5; ++i) {
    near(leaky.grad.x(i), u(i) * (x(i) > 0 ? 1 : 0.1), 1e-15);
    if (x(i) < 0) slope += u(i) * x(i);
  }
  near(leaky.grad.slope, slope, 1e-13);
  all_near(nn::vjp<&prelu>(x, 1.0, u).value, x, 0);  // slope 1 is the identity
  const auto same = nn::vjp<&identity>(x, u);
  all_near(same.value, x, 0);
  all_near(same.grad.x, u, 0);
  const auto steps = nn::vjp<&threshold>(x, u, u);
  for (int i = 0; i < 5; ++i) {
    near(steps.grad.x(i), 0, 0);
    near(steps.grad.y(i), x(i) > 0 ? u(i) : 0, 0);
  }
  verify<&maxout_unit>(1e-8, r<T<I>>(4), r<T<I>>(4), 0.1, 0.2);
  verify<&maxout_unit>(1e-8, r<T<I>>(4), r<T<I>>(4), 0.1, 5.0);
}

// B5 as far as the formula goes, B6, B9
void losses() {
  for (int n : {1, 7}) {
    auto p = random_tensor(T<N>(n), source, 0.1, 0.9), y = random_tensor(T<N>(n), source, 0, 1);
    const auto b5 = nn::value_and_grad<&cross>(p, y);
    const auto b6 = nn::value_and_grad<&weighted>(p, y, 0.3, 2.0);
    for (int i = 0; i < n; ++i) {
      near(b5.grad.y_hat(i), (-y(i) / p(i) + (1 - y(i)) / (1 - p(i))) / n, 1e-12);
      near(b6.grad.y_hat(i), (-0.3 * y(i) / p(i) + 2 * (1 - y(i)) / (1 - p(i))) / n, 1e-12);
    }
    near(b5.value, nn::value_and_grad<&weighted>(p, y, 1.0, 1.0).value, 1e-14);
    verify<&huber>(1e-8, r<T<N>>(n), r<T<N>>(n), 0.4);
  }
  const T<N> x{0.3, -0.2, 4}, zero(3);
  const auto h = nn::value_and_grad<&huber>(x, zero, 1.0);
  near(h.value, (0.5 * 0.09 + 0.5 * 0.04 + 3.5) / 3, 1e-14);
  near(h.grad.x(0), 0.1, 1e-15);
  near(h.grad.x(2), 1.0 / 3, 1e-15);
  const T<N, 3> p{{0.2, 0.3, 0.5}, {0.6, 0.3, 0.1}};
  const auto nll = nn::value_and_grad<&likelihood>(p, nn::Tensor<int, N>{2, 0});
  near(nll.value, -std::log(0.5) - std::log(0.6), 1e-14);
  const double expected[] = {0, 0, -2, -1 / 0.6, 0, 0};
  for (int i = 0; i < 6; ++i) near(nll.grad.p.data()[i], expected[i], 1e-14);
  const auto m = nn::value_and_grad<&margin>(T<N>{0.5, 1, 2, -3});
  const double slopes[] = {-1, 0, 0, -1};  // max(1 − x, 0) as written: at the kink relu's 0 or maximum's −1
  near(m.value, 0.5 + 4, 1e-15);
  for (int i : {0, 2, 3}) near(m.grad.x(i), slopes[i], 0);
}

// B10: λΩ adds λ∇Ω to each weight's gradient.
void penalties() {
  Net net{{r<T<3, 3>>(), r<T<3, 3>>()}, r<T<3>>()};
  const auto x = r<T<N, 3>>(6);
  const auto y = r<T<N>>(6);
  const auto plain = nn::value_and_grad<&regularised>(net, x, y, 0.0),
             with = nn::value_and_grad<&regularised>(net, x, y, 0.3);
  for (int l = 0; l < 2; ++l)
    for (int i = 0; i < 9; ++i)
      near(with.grad.net.w[l].data()[i], plain.grad.net.w[l].data()[i] + 0.3 * net.w[l].data()[i], 1e-14);
  for (int i = 0; i < 3; ++i)
    near(with.grad.net.v(i), plain.grad.net.v(i) + (net.v(i) > 0 ? 0.3 : -0.3), 1e-14);
  for (int l = 0; l < 2; ++l)
    gradient_near([&] { return regularised(net, x, y, 0.3); }, net.w[l], with.grad.net.w[l], 1e-8);
}

// B11: δ1 = ŷ − y, ∂U = δ1hᵀ, δ2 = Uᵀδ1 ∘ 1{h > 0}, ∂W = δ2xᵀ
void softmax_classifier() {
  const int inputs = 5, hidden = 4, classes = 3, y = 1;
  const auto u = r<T<O, H>>(classes, hidden);
  const auto w = r<T<H, I>>(hidden, inputs);
  const auto b1 = r<T<H>>(hidden);
  const auto b2 = r<T<O>>(classes);
  const auto x = r<T<I>>(inputs);
  std::vector<double> h(hidden), delta1(classes), delta2(hidden);
  double total = 0;
  for (int j = 0; j < hidden; ++j) {
    h[j] = b1(j);
    for (int i = 0; i < inputs; ++i) h[j] += w(j, i) * x(i);
    h[j] = std::max(h[j], 0.0);
  }
  for (int k = 0; k < classes; ++k) {
    double z = b2(k);
    for (int j = 0; j < hidden; ++j) z += u(k, j) * h[j];
    total += delta1[k] = std::exp(z);
  }
  const double loss = -std::log(delta1[y] / total);
  for (int k = 0; k < classes; ++k) delta1[k] = delta1[k] / total - (k == y);
  for (int j = 0; j < hidden; ++j)
    for (int k = 0; k < classes; ++k) delta2[j] += h[j] > 0 ? u(k, j) * delta1[k] : 0;
  const auto g = nn::value_and_grad<&classifier>(u, w, b1, b2, x, y);
  near(g.value, loss, 1e-13);
  for (int k = 0; k < classes; ++k) {
    near(g.grad.b2(k), delta1[k], 1e-13);
    for (int j = 0; j < hidden; ++j) near(g.grad.u(k, j), delta1[k] * h[j], 1e-13);
  }
  for (int j = 0; j < hidden; ++j) {
    near(g.grad.b1(j), delta2[j], 1e-13);
    for (int i = 0; i < inputs; ++i) near(g.grad.w(j, i), delta2[j] * x(i), 1e-13);
  }
}

// B13, B14
void column_form() {
  auto w1 = r<T<I, H>>(3, 4);
  auto w2 = r<T<H, 1>>(4);
  const auto x = r<T<I, N>>(3, 6);
  const auto y = random_tensor(T<1, N>(6), source, 0, 1);
  const auto g = nn::value_and_grad<&columns>(w1, w2, x, y);
  gradient_near([&] { return columns(w1, w2, x, y); }, w1, g.grad.w1, 1e-8);
  gradient_near([&] { return columns(w1, w2, x, y); }, w2, g.grad.w2, 1e-8);

  const T<4, 2> corners{{1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
  const auto product =
      nn::vjp<&sign_product>(T<2, 2>{{1, 1}, {-1, -1}}, T<2>(), T<2>{1, 1}, -1.0, corners, T<4>{1, 1, 1, 1});
  const double outputs[] = {1, -1, -1, 1};
  for (int i = 0; i < 4; ++i) near(product.value(i), outputs[i], 1e-15);
  near(product.grad.b2, 4, 0);
  near(product.grad.w2(0), 2, 0);  // Σ relu(x1 + x2) over the corners
}

int main() {
  products();
  activations();
  losses();
  penalties();
  softmax_classifier();
  column_form();
}
