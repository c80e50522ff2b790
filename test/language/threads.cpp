// Loops whose rounds threads share: the same results whatever their number, to the last bit, and right ones;
// what is wrong in a round is reported as anywhere else.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <cmath>
#include <vector>

NN_DIFF()
double summed(const std::vector<double>& x, const std::vector<double>& y, double a) {
  double s = a, t = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = std::exp(a * x[i]) - y[i];
    s += std::sqrt(1 + d * d);
    t -= std::sin(d);
  }
  return s * 0.5 + t;
}
NN_DIFF()
double own_memory(const std::vector<double>& x, int k, double a) {
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    double h[3] = {x[i], x[i] * a, 1};
    for (int j = 0; j < k; ++j) h[j % 3] = std::tanh(h[j % 3] + a * h[(j + 1) % 3]);
    y[i] = h[0] * h[1] + h[2];
  }
  double s = 0;
  for (double v : y) s += v * v;
  return s;
}
// Rows of a matrix, a branch, an early end of a row; sums of float.
NN_DIFF()
float in_rows(const std::vector<float>& x, int d, float a) {
  float s = 0;
  const int n = d > 0 ? static_cast<int>(x.size()) / d : 0;
  for (int i = 0; i < n; ++i) {
    float z = 0.25f;
    for (int j = 0; j < d; ++j) {
      if (z > 3) break;
      z += x[i * d + j] > 0 ? std::exp(a * x[i * d + j]) : a * a;
    }
    s += std::log(z);
  }
  return s;
}
inline constexpr nn::Dim N{"N"};
NN_DIFF()
double picked(const nn::Tensor<double, N>& x, const std::vector<int>& at, double a) {
  double s = 0;
  for (std::size_t i = 0; i < at.size(); ++i) s += std::exp(a * x(at[i])) * std::cos(a);
  return s;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include <nn/error.h>

#include "language.h"

namespace {

template <class T>
std::vector<T> wave(std::size_t n, double step) {
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(std::sin(step * static_cast<double>(i)));
  return x;
}

// Value and gradients with so many threads, all in a row; the gradient of the first argument comes in its
// place.
template <auto f, class X, class... Rest>
std::vector<double> results(int threads, const X& x, const Rest&... rest) {
  nn::Workspace ws(threads);
  nn::Gradients<f> g;
  std::vector<double> all;
  for (int call = 0; call < 2; ++call) {
    all.assign(1, nn::value_and_grad<f>(x, rest..., g, ws));
    all.push_back(g.a);
    if constexpr (requires { g.x.begin(); }) all.insert(all.end(), g.x.begin(), g.x.end());
  }
  return all;
}

template <auto f, class... Args>
void agree(const Args&... args) {
  const std::vector<double> one = results<f>(1, args...);
  check(std::isfinite(one[0]) &&
        std::fabs(one[0] - static_cast<double>(f(args...))) < 1e-4 * std::fabs(one[0]));
  for (int threads : {2, 3, 16}) check(results<f>(threads, args...) == one);
}

}  // namespace

int main() {
  for (std::size_t n : {0, 1, 7}) {
    verify(summed, wave<double>(n, 0.7), wave<double>(n, 0.3), 0.4);
    verify(own_memory, wave<double>(n, 0.7), 3, 0.4);
  }
  agree<summed>(wave<double>(20001, 0.7), wave<double>(20001, 0.3), 0.4);
  agree<own_memory>(wave<double>(3001, 0.7), 9, 0.4);
  agree<in_rows>(wave<float>(40000, 0.7), 8, 0.4f);

  // The derivative by a, which all rounds have a part in.
  const std::vector<double> x = wave<double>(20001, 0.7), y = wave<double>(20001, 0.3);
  const double h = 1e-6, difference = (summed(x, y, 0.4 + h) - summed(x, y, 0.4 - h)) / (2 * h);
  check(std::fabs(results<summed>(4, x, y, 0.4)[1] - difference) < 1e-6 * std::fabs(difference));

  nn::Tensor<double, N> few(5);
  for (int i = 0; i < 5; ++i) few(i) = x[i];
  std::vector<int> at(20000, 1);
  agree<picked>(few, at, 0.4);
  at[15000] = 5;
  for (int threads : {1, 4}) {
    bool refused = false;
    try {
      results<picked>(threads, few, at, 0.4);
    } catch (const nn::Error&) {
      refused = true;
    }
    check(refused);
  }
  return 0;
}
