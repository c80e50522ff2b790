// Gradients of functions with loops come out in the callers' own types: arrays, vectors, spans, pointers
// (added to, or not wanted), structs and numbers that the function changes; sizes that don't fit and memory
// that overlaps are errors that name both.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>
#include <array>
#include <cmath>
#include <span>
#include <vector>
NN_DIFF(x)
double norm(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) s += x[i] * x[i];
  return std::sqrt(s);
}
NN_DIFF(x, a)
double recurrence(const double (&x)[4], const std::array<double, 3>& a, int n) {
  double h = 0;
  for (int t = 0; t < n; ++t) h = std::tanh(a[0] * h + a[1] * x[t % 4] + a[2]);
  return h;
}
NN_DIFF()
double vec(const std::vector<double>& v, std::span<const double> w) {
  double s = 0;
  for (std::size_t i = 0; i < v.size(); ++i)
    if (v[i] > 0) s += v[i] * w[i];
  return s;
}
NN_DIFF()
double scan(std::vector<double>& v, double& scale) {
  for (std::size_t i = 1; i < v.size(); ++i) v[i] = std::sin(v[i]) + scale * v[i - 1];
  double s = 0;
  for (double x : v) s += x * x;
  scale = s;
  return s;
}
NN_DIFF()
double stencil(double* u, int n, int steps) {
  for (int t = 0; t < steps; ++t)
    for (int i = 1; i + 1 < n; ++i) u[i] += 0.1 * (u[i - 1] - 2 * u[i] + u[i + 1]) * u[i];
  double s = 0;
  for (int i = 0; i < n; ++i) s += u[i] * u[i];
  return s;
}
struct State {
  double x, v;
  double k[2];
};
NN_DIFF(s)
double spring(const State& s, int n) {
  State now = s;
  for (int i = 0; i < n; ++i) {
    now.v -= 0.01 * (s.k[0] * now.x + s.k[1] * now.x * now.x * now.x);
    now.x += 0.01 * now.v;
  }
  return now.x;
}
NN_DIFF()
double rnn(const nn::Tensor<double, 4, 4>& w, const nn::Tensor<double, 4>& x, int steps) {
  nn::Tensor<double, 4> h = x;
  for (int t = 0; t < steps; ++t) h = nn::tanh(nn::matmul(h, w) + x);
  return nn::sum(h);
}
#endif
//--- driver.cpp
#include "gradcheck.h"
#include "model.nn.h"
int main() {
  nn::Workspace ws{1};
  {
    const double x[5] = {1, -2, 0.5, 3, 0.1};
    double d[5] = {10, 10, 10, 10, 10};
    nn::Gradients<&norm> grad;
    near(nn::value_and_grad<&norm>(x, 5, grad, ws), norm(x, 5), 1e-12);
    grad.x = d;
    const double n = nn::value_and_grad<&norm>(x, 5, grad, ws);
    for (int i = 0; i < 5; ++i) near(d[i], 10 + x[i] / n, 1e-12);
  }
  {
    double x[4] = {0.1, -0.2, 0.3, 0.7};
    std::array<double, 3> a = {0.9, 0.4, 0.1};
    nn::Gradients<&recurrence> grad;
    for (int n : {0, 1, 7}) {
      near(nn::value_and_grad<&recurrence>(x, a, n, grad, ws), recurrence(x, a, n), 1e-12);
      for (int i = 0; i < 4; ++i) {
        const double h = 1e-6, k = x[i];
        x[i] = k + h;
        const double up = recurrence(x, a, n);
        x[i] = k - h;
        const double down = recurrence(x, a, n);
        x[i] = k;
        near(grad.x[i], (up - down) / (2 * h), 1e-7);
      }
      for (int i = 0; i < 3; ++i) {
        const double h = 1e-6, k = a[i];
        a[i] = k + h;
        const double up = recurrence(x, a, n);
        a[i] = k - h;
        const double down = recurrence(x, a, n);
        a[i] = k;
        near(grad.a[i], (up - down) / (2 * h), 1e-7);
      }
    }
  }
  {
    std::vector<double> v = {1, -2, 3}, w = {0.5, 0.25, 2}, dw(3), few(2);
    nn::Gradients<&vec> grad;
    grad.w = dw;
    near(nn::value_and_grad<&vec>(v, w, grad, ws), 6.5, 1e-12);
    near(grad.v.size(), 3, 0);
    near(grad.v[0], 0.5, 0), near(grad.v[1], 0, 0), near(grad.v[2], 2, 0);
    near(dw[0], 1, 0), near(dw[1], 0, 0), near(dw[2], 3, 0);
    const auto refused = [&](const std::string& message) {
      try {
        nn::value_and_grad<&vec>(v, w, grad, ws);
        return false;
      } catch (const nn::Error& error) {
        return error.what() == message;
      }
    };
    grad.w = few;
    check(refused("vec: grad.w has 2 elements, but w has 3"));
    grad.w = std::span(v);
    check(refused("vec: the memory of grad.w is written, but overlaps that of v"));
    grad.w = dw, grad.v.resize(5);
    check(refused("vec: grad.v has 5 elements, but v has 3"));
  }
  {
    std::vector<double> v = {1, -2, 3, 0.3}, copy = v;
    double scale = 0.8, scale_copy = scale;
    nn::Gradients<&scan> grad;
    const double value = nn::value_and_grad<&scan>(v, scale, grad, ws);
    const auto at = [&](int i, double h) {
      auto u = copy;
      double s = scale_copy;
      (i < 4 ? u[i] : s) += h;
      return scan(u, s);
    };
    for (int i = 0; i < 5; ++i)
      near(i < 4 ? grad.v[i] : grad.scale, (at(i, 1e-6) - at(i, -1e-6)) / 2e-6, 1e-6);
    near(value, scan(copy, scale_copy), 1e-12);
    for (int i = 0; i < 4; ++i) near(v[i], copy[i], 1e-12);
    near(scale, scale_copy, 1e-12);
  }
  {
    std::vector<double> u = {1, -2, 3, 0.3, 2}, copy = u, d(5);
    nn::Gradients<&stencil> grad;
    grad.u = d.data();
    const double value = nn::value_and_grad<&stencil>(u.data(), 5, 3, grad, ws);
    const auto at = [&](int i, double h) {
      auto x = copy;
      x[i] += h;
      return stencil(x.data(), 5, 3);
    };
    for (int i = 0; i < 5; ++i) near(d[i], (at(i, 1e-6) - at(i, -1e-6)) / 2e-6, 1e-5);
    near(value, stencil(copy.data(), 5, 3), 1e-12);
    for (int i = 0; i < 5; ++i) near(u[i], copy[i], 1e-12);
  }
  {
    State s{1, 0, {2, 0.5}};
    nn::Gradients<&spring> grad;
    near(nn::value_and_grad<&spring>(s, 50, grad, ws), spring(s, 50), 1e-12);
    const auto at = [&](int i, double h) {
      State t = s;
      (i == 0 ? t.x : i == 1 ? t.v : t.k[i - 2]) += h;
      return spring(t, 50);
    };
    const double g[4] = {grad.s.x, grad.s.v, grad.s.k[0], grad.s.k[1]};
    for (int i = 0; i < 4; ++i) near(g[i], (at(i, 1e-6) - at(i, -1e-6)) / 2e-6, 1e-7);
  }
  {
    nn::Tensor<double, 4, 4> w;
    nn::Tensor<double, 4> x;
    Random random(1);
    random.fill(w);
    random.fill(x);
    for (int n : {0, 1, 5}) {
      auto r = nn::value_and_grad<&rnn>(w, x, n);
      near(r.value, rnn(w, x, n), 1e-12);
      gradient_near([&] { return rnn(w, x, n); }, w, r.grad.w);
      gradient_near([&] { return rnn(w, x, n); }, x, r.grad.x);
    }
  }
}
