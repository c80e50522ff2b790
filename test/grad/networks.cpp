// Whole networks: the digits classifier, deep stacks of layers, an auto-encoder, a line, XOR: gradients and
// training.
// RUN: split-file %s %t && %matrix %t/networks.cpp %t/driver.cpp
//--- networks.cpp
#ifndef NETWORKS_CPP
#define NETWORKS_CPP
#include <nn/nn.h>

#include <array>

inline constexpr nn::Dim N{"N"};

template <class T, int Inputs, int Hidden, int Classes>
struct Mlp {
  nn::Tensor<T, Inputs, Hidden> w1;
  nn::Tensor<T, Hidden> b1;
  nn::Tensor<T, Hidden, Hidden> w2;
  nn::Tensor<T, Hidden> b2;
  nn::Tensor<T, Hidden, Classes> w3;
  nn::Tensor<T, Classes> b3;

  auto logits(const nn::Tensor<T, N, Inputs>& x) const {
    auto h = nn::relu(nn::matmul(x, w1) + b1);
    h = nn::relu(nn::matmul(h, w2) + b2);
    return nn::matmul(h, w3) + b3;
  }
};

// C1, real and small
using Digits = Mlp<float, 784, 512, 10>;
NN_DIFF(model)
float digits(const Digits& model, const nn::Tensor<float, N, 784>& x, const nn::Tensor<int, N>& label) {
  return nn::mean(nn::softmax_cross_entropy(model.logits(x), label));
}
using Small = Mlp<double, 5, 4, 3>;
NN_DIFF(model, x)
double small(const Small& model, const nn::Tensor<double, N, 5>& x, const nn::Tensor<int, N>& label) {
  return nn::mean(nn::softmax_cross_entropy(model.logits(x), label));
}

// C4
struct Layer {
  nn::Tensor<double, 6, 6> w;
  nn::Tensor<double, 6> b;
  auto operator()(const nn::Tensor<double, N, 6>& x) const { return nn::tanh(nn::matmul(x, w) + b); }
};
template <std::size_t L>
struct Stack {
  std::array<Layer, L> layers;
};
template <std::size_t L>
double run(const Stack<L>& net, const nn::Tensor<double, N, 6>& x) {
  nn::Tensor<double, N, 6> h = x;
  for (const auto& layer : net.layers) h = layer(h);
  return nn::mean(h * h);
}
NN_DIFF(net) double deep_3(const Stack<3>& net, const nn::Tensor<double, N, 6>& x) {
  return run(net, x);
}
NN_DIFF(net) double deep_12(const Stack<12>& net, const nn::Tensor<double, N, 6>& x) {
  return run(net, x);
}

// C7
struct AutoEncoder {
  nn::Tensor<float, 784, 64> encoder;
  nn::Tensor<float, 64> b;
  nn::Tensor<float, 64, 784> decoder;
  nn::Tensor<float, 784> c;
};
NN_DIFF(model) float reconstruction(const AutoEncoder& model, const nn::Tensor<float, N, 784>& x) {
  auto code = nn::sigmoid(nn::matmul(x, model.encoder) + model.b);
  return nn::mse(nn::sigmoid(nn::matmul(code, model.decoder) + model.c), x);
}

// C11
NN_DIFF(w) double line(double w, const nn::Tensor<double, N>& x, const nn::Tensor<double, N>& y) {
  return nn::sum(nn::square(y - w * x));
}

// C13
struct Xor {
  nn::Tensor<float, 2, 8> w1;
  nn::Tensor<float, 8> b1;
  nn::Tensor<float, 8, 1> w2;
  nn::Tensor<float, 1> b2;
};
using Inputs = nn::Tensor<float, 4, 2>;
using Targets = nn::Tensor<float, 4, 1>;
template <class Activation>
float xor_loss(const Xor& net, const Inputs& x, const Targets& y, Activation activation) {
  auto h = activation(nn::matmul(x, net.w1) + net.b1);
  return nn::binary_cross_entropy(nn::sigmoid(nn::matmul(h, net.w2) + net.b2), y);
}
NN_DIFF(net) float xor_relu(const Xor& net, const Inputs& x, const Targets& y) {
  return xor_loss(net, x, y, [](const auto& z) { return nn::relu(z); });
}
NN_DIFF(net) float xor_tanh(const Xor& net, const Inputs& x, const Targets& y) {
  return xor_loss(net, x, y, [](const auto& z) { return nn::tanh(z); });
}
NN_DIFF(net) float xor_sigmoid(const Xor& net, const Inputs& x, const Targets& y) {
  return xor_loss(net, x, y, [](const auto& z) { return nn::sigmoid(z); });
}
NN_DIFF(net) float xor_linear(const Xor& net, const Inputs& x, const Targets& y) {
  return xor_loss(net, x, y, [](const auto& z) { return z; });
}
#endif
//--- driver.cpp
#include <algorithm>

#include "networks.nn.h"
#include "verify.h"

Random source(31);
template <class X, class... S>
X r(double range, S... sizes) {
  return random_tensor(X(sizes...), source, -range, range);
}
template <class T, int I, int H, int C>
Mlp<T, I, H, C> random_mlp(double range) {
  return {r<nn::Tensor<T, I, H>>(range), r<nn::Tensor<T, H>>(range),    r<nn::Tensor<T, H, H>>(range),
          r<nn::Tensor<T, H>>(range),    r<nn::Tensor<T, H, C>>(range), r<nn::Tensor<T, C>>(range)};
}

void digits_small() {
  Small model = random_mlp<double, 5, 4, 3>(1);
  for (int n : {1, 7}) {
    auto x = r<nn::Tensor<double, N, 5>>(1, n);
    nn::Tensor<int, N> label(n);
    for (int& l : label) l = static_cast<int>(source.index(3));
    const auto g = nn::value_and_grad<&small>(model, x, label);
    const auto loss = [&] { return small(model, x, label); };
    near(g.value, loss(), 1e-13);
    gradient_near(loss, model.w1, g.grad.model.w1, 1e-8);
    gradient_near(loss, model.b1, g.grad.model.b1, 1e-8);
    gradient_near(loss, model.w2, g.grad.model.w2, 1e-8);
    gradient_near(loss, model.b2, g.grad.model.b2, 1e-8);
    gradient_near(loss, model.w3, g.grad.model.w3, 1e-8);
    gradient_near(loss, model.b3, g.grad.model.b3, 1e-8);
    gradient_near(loss, x, g.grad.x, 1e-8);
  }
}

// One layer of the reference, in double: out = in·w + b.
std::vector<double> affine(const std::vector<double>& in, const float* w, const float* b, int rows, int from,
                           int to) {
  std::vector<double> out(static_cast<std::size_t>(rows) * to);
  for (int n = 0; n < rows; ++n) {
    for (int j = 0; j < to; ++j) out[n * to + j] = b[j];
    for (int i = 0; i < from; ++i)
      for (int j = 0; j < to; ++j) out[n * to + j] += in[n * from + i] * w[i * to + j];
  }
  return out;
}
// Its adjoint: checks the gradients of w and b, and gives that of `in`, cut where `in` is not positive.
std::vector<double> affine_adjoint(const std::vector<double>& in, const float* w, const float* dw,
                                   const float* db, const std::vector<double>& d, int rows, int from,
                                   int to) {
  std::vector<double> weights(static_cast<std::size_t>(from) * to), bias(to),
      out(static_cast<std::size_t>(rows) * from);
  for (int n = 0; n < rows; ++n) {
    for (int j = 0; j < to; ++j) bias[j] += d[n * to + j];
    for (int i = 0; i < from; ++i) {
      double sum = 0;
      for (int j = 0; j < to; ++j) {
        weights[i * to + j] += in[n * from + i] * d[n * to + j];
        sum += w[i * to + j] * d[n * to + j];
      }
      out[n * from + i] = in[n * from + i] > 0 ? sum : 0;
    }
  }
  double worst = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) worst = std::max(worst, std::abs(weights[i] - dw[i]));
  for (std::size_t j = 0; j < bias.size(); ++j) worst = std::max(worst, std::abs(bias[j] - db[j]));
  near(worst, 0, 2e-5);
  return out;
}

void digits_real() {
  const int rows = 3;
  const Digits m = random_mlp<float, 784, 512, 10>(0.1);
  const auto x = random_tensor(nn::Tensor<float, N, 784>(rows), source, 0, 1);
  const nn::Tensor<int, N> label{7, 0, 9};
  const auto g = nn::value_and_grad<&digits>(m, x, label);

  const std::vector<double> h0(x.begin(), x.end());
  auto h1 = affine(h0, m.w1.data(), m.b1.data(), rows, 784, 512);
  for (double& h : h1) h = std::max(h, 0.0);
  auto h2 = affine(h1, m.w2.data(), m.b2.data(), rows, 512, 512);
  for (double& h : h2) h = std::max(h, 0.0);
  auto d = affine(h2, m.w3.data(), m.b3.data(), rows, 512, 10);
  double loss = 0;
  for (int n = 0; n < rows; ++n) {
    double sum = 0;
    for (int k = 0; k < 10; ++k) sum += std::exp(d[n * 10 + k]);
    loss -= (d[n * 10 + label(n)] - std::log(sum)) / rows;
    for (int k = 0; k < 10; ++k) d[n * 10 + k] = (std::exp(d[n * 10 + k]) / sum - (k == label(n))) / rows;
  }
  near(g.value, loss, 1e-5);
  const Digits& dm = g.grad.model;
  d = affine_adjoint(h2, m.w3.data(), dm.w3.data(), dm.b3.data(), d, rows, 512, 10);
  d = affine_adjoint(h1, m.w2.data(), dm.w2.data(), dm.b2.data(), d, rows, 512, 512);
  affine_adjoint(h0, m.w1.data(), dm.w1.data(), dm.b1.data(), d, rows, 784, 512);
}

template <auto F, std::size_t L>
void deep() {
  Stack<L> net;
  for (Layer& layer : net.layers) layer = {r<nn::Tensor<double, 6, 6>>(0.7), r<nn::Tensor<double, 6>>(0.2)};
  const auto x = r<nn::Tensor<double, N, 6>>(1, 4);
  const auto g = nn::value_and_grad<F>(net, x);
  for (std::size_t l : {std::size_t(0), L / 2, L - 1}) {
    gradient_near([&] { return F(net, x); }, net.layers[l].w, g.grad.net.layers[l].w, 1e-8);
    gradient_near([&] { return F(net, x); }, net.layers[l].b, g.grad.net.layers[l].b, 1e-8);
  }
}

/// Gradient descent; gives the first and the last value.
template <auto F, class Model, class... Rest>
std::pair<double, double> train(Model& model, double rate, int steps, const Rest&... rest) {
  nn::Gradients<F> grad;
  nn::Workspace ws(1);
  double first = 0, last = 0;
  for (int step = 0; step < steps; ++step) {
    last = nn::value_and_grad<F>(model, rest..., grad, ws);
    if (step == 0) first = last;
    auto& [gradient] = grad;
    auto& [w1, b1, w2, b2] = model;
    const auto descend = [rate](auto& w, const auto& dw) {
      auto* to = w.data();
      const auto* from = dw.data();
      for (std::int64_t i = 0; i < w.size(); ++i) to[i] -= static_cast<float>(rate) * from[i];
    };
    const auto& [dw1, db1, dw2, db2] = gradient;
    descend(w1, dw1), descend(b1, db1), descend(w2, dw2), descend(b2, db2);
  }
  return {first, last};
}

void auto_encoder() {
  AutoEncoder model{r<nn::Tensor<float, 784, 64>>(0.05), {}, r<nn::Tensor<float, 64, 784>>(0.05), {}};
  nn::Tensor<float, N, 784> x(4);  // stripes of four widths
  for (int n = 0; n < 4; ++n)
    for (int i = 0; i < 784; ++i) x(n, i) = i / (n + 3) % 2 ? 1.0f : 0.0f;
  const auto [first, last] = train<&reconstruction>(model, 100, 60, x);
  near(first, 0.25, 0.02);
  check(last < 0.5 * first, "(the auto-encoder doesn't learn: " + std::to_string(last) + ")");
}

void fit_line() {
  const nn::Tensor<double, N> x{.97, .016, .87, .70, .11, .023, .65, .27, .21, .087};
  const nn::Tensor<double, N> y{2.0, .025, 1.4, 1.5, .19, .048, 1.4, .55, .40, .19};
  const auto at0 = nn::value_and_grad<&line>(0.0, x, y), at1 = nn::value_and_grad<&line>(1.0, x, y);
  near(at0.value, 10.707629, 1e-9);
  near(at0.grad.w, -10.778868, 1e-9);
  near(at1.value, 2.676515, 1e-9);
  near(at1.grad.w, -5.28336, 1e-9);
  double w = 0;
  for (int step = 0; step < 200; ++step) w -= 0.1 * nn::value_and_grad<&line>(w, x, y).grad.w;
  near(w, 1.961396, 5e-7);
  near(line(w, x, y), 0.136814, 5e-7);
}

template <auto F>
double learn_xor(double rate) {
  Xor net{r<nn::Tensor<float, 2, 8>>(1), r<nn::Tensor<float, 8>>(0.5), r<nn::Tensor<float, 8, 1>>(1), {}};
  const Inputs x{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const Targets y{{0}, {1}, {1}, {0}};
  return train<F>(net, rate, 4000, x, y).second;
}

int main() {
  digits_small();
  digits_real();
  deep<&deep_3, 3>();
  deep<&deep_12, 12>();
  auto_encoder();
  fit_line();
  check(learn_xor<&xor_relu>(0.1) < 0.05);
  check(learn_xor<&xor_tanh>(0.2) < 0.05);
  check(learn_xor<&xor_sigmoid>(1) < 0.1);
  near(learn_xor<&xor_linear>(0.1), std::log(2.0), 1e-3);  // the best a linear model can do
}
