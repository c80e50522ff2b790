// Every mode against every other on networks with structs, run-time sizes, arrays and vectors: the rows of a
// Jacobian are vjps and its columns jvps, a Hessian is symmetric, its rows are hvps and slopes of the
// gradient.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <vector>

inline constexpr nn::Dim N{"N"};

struct Layer {
  nn::Tensor<double, 3, 3> w;
  nn::Tensor<double, 3> b;
  int kind = 0;
};
struct Net {
  Layer layers[2];
  double scale = 1;
};

NN_DIFF(net, x)
NN_MODES(jvp, jacobian) nn::Tensor<double, N, 3> outputs(const Net& net, const nn::Tensor<double, N, 3>& x) {
  nn::Tensor<double, N, 3> h = x;
  for (const Layer& layer : net.layers) h = nn::tanh(nn::matmul(h, layer.w) + layer.b);
  return nn::softmax<-1>(h * net.scale);
}

NN_DIFF(net)
NN_MODES(jvp, hvp, hessian)
double loss(const Net& net, const nn::Tensor<double, N, 3>& x, const nn::Tensor<int, N>& label) {
  nn::Tensor<double, N, 3> h = x;
  for (const Layer& layer : net.layers) h = nn::tanh(nn::matmul(h, layer.w) + layer.b);
  return nn::mean(nn::softmax_cross_entropy(h * net.scale, label));
}

NN_DIFF()
NN_MODES(jacobian) nn::Tensor<double, 2> moments(const std::vector<double>& x, const double (&c)[2]) {
  double s = 0, q = 0;
  for (double each : x) {
    s += each * c[0];
    q += each * each * c[1];
  }
  nn::Tensor<double, 2> out;
  out(0) = s;
  out(1) = q * s;
  return out;
}

NN_DIFF() NN_MODES(hvp, hessian) double spring(const std::vector<double>& x, double k) {
  double energy = 0;
  for (std::size_t i = 1; i < x.size(); ++i) {
    const double d = x[i] - x[i - 1];
    energy += k * d * d * d;
  }
  return energy;
}
#endif
//--- driver.cpp
#include "gradcheck.h"
#include "model.nn.h"

Net draw(std::uint64_t seed) {
  Random random(seed);
  Net net;
  for (Layer& layer : net.layers) {
    random.fill(layer.w);
    random.fill(layer.b);
  }
  net.scale = random.uniform(1, 2);
  return net;
}

// The sum over products of all numbers in two nets.
double product(const Net& a, const Net& b) {
  double sum = a.scale * b.scale;
  for (int l = 0; l < 2; ++l) {
    for (int i = 0; i < 9; ++i) sum += a.layers[l].w.data()[i] * b.layers[l].w.data()[i];
    for (int i = 0; i < 3; ++i) sum += a.layers[l].b(i) * b.layers[l].b(i);
  }
  return sum;
}

void check_jacobian(std::int64_t n) {
  const Net net = draw(1);
  nn::Tensor<double, N, 3> x(n);
  Random random(2);
  random.fill(x);
  nn::Outputs<&outputs> out;
  nn::Jacobian<&outputs> jacobian;
  nn::Workspace ws;
  nn::jacobian<&outputs>(net, x, out, jacobian, ws);
  check(jacobian.net.layers[1].w.size() == n * 27);
  check(jacobian.x.size() == n * 9 * n);
  nn::Tensor<double, N, 3> upstream(n);
  for (std::int64_t i = 0; i < 3 * n; ++i) {
    upstream.data()[i] = 1;
    const auto row = nn::vjp<&outputs>(net, x, upstream);
    upstream.data()[i] = 0;
    near(out.value.data()[i], row.value.data()[i], 1e-12);
    near(jacobian.net.scale.data()[i], row.grad.net.scale, 1e-12);
    for (int k = 0; k < 9; ++k)
      near(jacobian.net.layers[0].w.data()[i * 9 + k], row.grad.net.layers[0].w.data()[k], 1e-12);
    for (std::int64_t k = 0; k < 3 * n; ++k)
      near(jacobian.x.data()[i * 3 * n + k], row.grad.x.data()[k], 1e-12);
  }
  nn::Tangents<&outputs> v;
  v.net = draw(3);
  v.x = nn::Tensor<double, N, 3>(n);
  random.fill(v.x);
  const auto along = nn::jvp<&outputs>(net, x, v);
  random.fill(upstream);
  const auto back = nn::vjp<&outputs>(net, x, upstream);
  double left = 0, right = product(back.grad.net, v.net);
  for (std::int64_t i = 0; i < 3 * n; ++i) {
    left += along.tangent.data()[i] * upstream.data()[i];
    right += back.grad.x.data()[i] * v.x.data()[i];
  }
  near(left, right, 1e-12);
}

void check_hessian() {
  const Net net = draw(5);
  nn::Tensor<double, N, 3> x(4);
  Random(6).fill(x);
  nn::Tensor<int, N> label(4);
  for (int i = 0; i < 4; ++i) label(i) = i % 3;
  const auto h = nn::hessian<&loss>(net, x, label);
  const auto& w0 = h.net.layers[0].w.net;
  const auto& b1 = h.net.layers[1].b.net;
  for (int i = 0; i < 9; ++i) {
    for (int j = 0; j < 9; ++j)
      near(w0.layers[0].w.data()[i * 9 + j], w0.layers[0].w.data()[j * 9 + i], 1e-12);
    for (int j = 0; j < 3; ++j)
      near(w0.layers[1].b.data()[i * 3 + j], b1.layers[0].w.data()[j * 9 + i], 1e-12);
    near(w0.scale.data()[i], h.net.scale.net.layers[0].w.data()[i], 1e-12);
    nn::Tangents<&loss> unit{};
    unit.net.scale = 0;
    unit.net.layers[0].w.data()[i] = 1;
    const auto row = nn::hvp<&loss>(net, x, label, unit);
    for (int j = 0; j < 9; ++j) {
      near(w0.layers[1].w.data()[i * 9 + j], row.product.net.layers[1].w.data()[j], 1e-12);
      Net moved = net;
      double& at = moved.layers[0].w.data()[i];
      const Slope slope =
          numeric_slope([&] { return nn::grad<&loss>(moved, x, label).net.layers[1].w.data()[j]; }, at);
      near(w0.layers[1].w.data()[i * 9 + j], slope.value, 1e-7);
    }
  }
}

void check_vectors() {
  const std::vector<double> x{0.3, -0.4, 0.9, 1.1};
  const double c[2] = {2, 3};
  const auto j = nn::jacobian<&moments>(x, c);
  double s = 0, q = 0;
  for (double each : x) s += 2 * each, q += 3 * each * each;
  for (int i = 0; i < 4; ++i) {
    near(j.x(0, i), 2.0, 1e-12);
    near(j.x(1, i), 6 * x[i] * s + q * 2, 1e-12);
  }
  near(j.c(0, 0), s / 2, 1e-12);
  near(j.c(0, 1), 0.0, 1e-12);
  near(j.c(1, 1), q / 3 * s, 1e-12);
  const auto h = nn::hessian<&spring>(x, 0.7);
  for (int i = 0; i < 4; ++i)
    for (int k = 0; k < 4; ++k) {
      double expected = 0;
      for (int e = 1; e < 4; ++e) {
        const int si = i == e ? 1 : i == e - 1 ? -1 : 0, sk = k == e ? 1 : k == e - 1 ? -1 : 0;
        expected += 0.7 * 6 * (x[e] - x[e - 1]) * si * sk;
      }
      near(h.x.x(i, k), expected, 1e-12);
      near(h.x.k(i), h.k.x(i), 1e-12);
    }
  near(h.k.k, 0.0, 1e-12);
}

int main() {
  for (std::int64_t n : {1, 2, 20}) check_jacobian(n);  // rows, then columns
  check_hessian();
  check_vectors();
  nn::Tensor<double, N, 3> x(2);
  nn::Tangents<&outputs> v;
  v.x = nn::Tensor<double, N, 3>(3);
  throws<nn::Error>([&] { nn::jvp<&outputs>(Net{}, x, v); }, "direction.x is [N=3, 3], but N is 2 in x");
}
