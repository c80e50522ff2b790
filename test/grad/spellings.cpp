// Sigmoid then binary cross-entropy ends as ŷ − y, and softmax then logarithm as ŷ·Σy − y, however they are
// spelled: no logarithm of a quotient is left, and value and gradient are finite and right at ±1e4.
// RUN: split-file %s %t && nn-diff %t/spellings.cpp --out-dir %t && %cxx -I%t %t/driver.cpp %t/spellings.nn.cpp %lib -o %t/run && %t/run
// RUN: nn-diff %t/spellings.cpp --print=cpp | grep -v '^ *//' | FileCheck %s
// No spelling leaves a logarithm other than that of a row's sum, or a division by anything but that sum and
// N.
// CHECK-NOT: log(1.0
// CHECK-NOT: nn::math::log1p
// CHECK-NOT: / nn::math
// CHECK-NOT: / (
//--- spellings.cpp
#ifndef SPELLINGS_CPP
#define SPELLINGS_CPP
#include <nn/nn.h>
#include <cmath>
inline constexpr nn::Dim N{"N"};
using V = nn::Tensor<double, N>;
using M = nn::Tensor<double, N, 5>;
using L = nn::Tensor<int, N>;

NN_DIFF(f)
double bce1(const V& f, const V& y) {
  auto p = nn::sigmoid(f);
  return -nn::mean(y * nn::log(p) + (1 - y) * nn::log(1 - p));
}
NN_DIFF(f)
double bce2(const V& f, const V& y) {
  auto p = 1 / (1 + nn::exp(-f));
  return -nn::mean(y * nn::log(p) + (1 - y) * nn::log(1 - p));
}
NN_DIFF(f)
double bce3(const V& f, const V& y) {
  return nn::binary_cross_entropy(nn::sigmoid(f), y);
}
NN_DIFF(f)
double bce4(const V& f, const V& y) {
  auto e = nn::exp(f);
  auto p = e / (e + 1);
  return nn::mean(-(y * nn::log(p)) - (1 - y) * nn::log(1 - p));
}
NN_DIFF(f)
double bce5(const V& f, const V& y) {
  auto p = nn::sigmoid(f);
  return nn::mean(-(nn::log(p) * y + nn::log1p(-p) * (1 - y)));
}
NN_DIFF(f)
double bce6(const V& f, const V& y) {
  auto p = nn::sigmoid(f);
  return -nn::sum(nn::where(y > 0.5, nn::log(p), nn::log(1 - p)));
}
NN_DIFF(f)
double bce7(double f, double y) {
  double p = 1 / (1 + std::exp(-f));
  return -(y * std::log(p) + (1 - y) * std::log(1 - p));
}
NN_DIFF(f)
double bce8(const V& f, const V& y) {
  auto p = nn::sigmoid(f);
  auto q = 1 - p;
  return -(nn::dot(y, nn::log(p)) + nn::dot(1 - y, nn::log(q)));
}
NN_DIFF(f)
double bce9(const V& f, const V& y) {
  auto p = 1 / (1 + nn::exp(-f));
  return -nn::mean(nn::xlogy(y, p) + nn::xlogy(1 - y, 1 - p));
}

NN_DIFF(z)
double ce1(const M& z, const L& y) {
  return nn::mean(nn::softmax_cross_entropy(z, y));
}
NN_DIFF(z)
double ce2(const M& z, const M& y) {
  return nn::mean(nn::softmax_cross_entropy(z, y));
}
NN_DIFF(z)
double ce3(const M& z, const M& y) {
  return -nn::sum(y * nn::log(nn::softmax(z)));
}
NN_DIFF(z)
double ce4(const M& z, const M& y) {
  auto e = nn::exp(z);
  auto p = e / nn::sum<1>(e, nn::keep_dims);
  return -nn::sum(y * nn::log(p));
}
NN_DIFF(z)
double ce5(const M& z, const M& y) {
  return -nn::sum(y * (z - nn::log(nn::sum<1>(nn::exp(z), nn::keep_dims))));
}
NN_DIFF(z)
double ce6(const M& z, const L& y) {
  return -nn::mean(nn::log(nn::pick(nn::softmax(z), y)));
}
NN_DIFF(z)
double ce7(const M& z, const L& y) {
  auto e = nn::exp(z);
  return nn::mean(nn::log(nn::sum<1>(e)) - nn::pick(z, y));
}
NN_DIFF(z)
double ce8(const M& z, const M& y) {
  auto e = nn::exp(z - nn::max<1>(z, nn::keep_dims));
  auto p = e * (1 / nn::sum<1>(e, nn::keep_dims));
  return -nn::sum(y * nn::log(p));
}
NN_DIFF(z)
double ce9(const M& z, const L& y) {
  return -nn::sum(nn::one_hot<5, double>(y) * nn::log_softmax(z));
}
NN_DIFF(z)
double ce10(const nn::Tensor<double, 5, N>& z, const nn::Tensor<double, 5, N>& y) {
  auto e = nn::exp(z);
  return -nn::sum(y * nn::log(e / nn::sum<0>(e, nn::keep_dims)));
}
NN_DIFF(z)
double ce11(const nn::Tensor<double, 5>& z, const nn::Tensor<double, 5>& y) {
  return -nn::dot(y, nn::log(nn::softmax(z)));
}
NN_DIFF(z)
double ce12(const M& z, const M& y) {
  auto m = nn::max<1>(z, nn::keep_dims);
  auto lse = m + nn::log(nn::sum<1>(nn::exp(z - m), nn::keep_dims));
  return nn::sum(y * (lse - z));
}
NN_DIFF(z)
double ce13(const M& z, const M& y) {
  return -nn::sum(nn::sum<1>(y * nn::log(nn::softmax(z)))) / nn::sum(y);
}
NN_DIFF(z)
double ce14(const M& z, const M& y) {
  auto p = nn::softmax<0>(nn::transpose(z));
  return -nn::sum(nn::xlogy(y, nn::transpose(p)));
}
#endif
//--- driver.cpp
#include <cmath>
#include <random>
#include <vector>

#include "check.h"
#include "spellings.nn.h"

namespace {

constexpr int rows = 6, classes = 5;
double sigmoid(double f) {
  return f < 0 ? std::exp(f) / (1 + std::exp(f)) : 1 / (1 + std::exp(-f));
}
double softplus(double f) {
  return f > 0 ? f + std::log1p(std::exp(-f)) : std::log1p(std::exp(f));
}

struct Data {
  V f = V(rows), y = V(rows);
  M z = M(rows), weights = M(rows), hot = M(rows);
  nn::Tensor<double, 5, N> zt = nn::Tensor<double, 5, N>(rows), weights_t = zt;
  nn::Tensor<double, 5> row, row_weights;
  L label = L(rows);
  double pick_loss = 0, weight_loss = 0;  // by formula, summed over rows
  M softmax = M(rows);
};

Data data(double scale) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> u(-1, 1);
  Data d;
  for (int n = 0; n < rows; ++n) {
    d.f(n) = scale * u(random);
    d.y(n) = static_cast<double>(n % 2);
    d.label(n) = n % classes;
    double max = -1e300, sum = 0;
    for (int c = 0; c < classes; ++c) {
      d.z(n, c) = d.zt(c, n) = scale * u(random);
      d.weights(n, c) = d.weights_t(c, n) = 0.5 + u(random) / 4;
      d.hot(n, c) = c == d.label(n);
      max = std::fmax(max, d.z(n, c));
    }
    for (int c = 0; c < classes; ++c) sum += std::exp(d.z(n, c) - max);
    for (int c = 0; c < classes; ++c) {
      d.softmax(n, c) = std::exp(d.z(n, c) - max) / sum;
      const double log_p = d.z(n, c) - max - std::log(sum);
      d.weight_loss -= d.weights(n, c) * log_p;
      if (c == d.label(n)) d.pick_loss -= log_p;
    }
  }
  for (int c = 0; c < classes; ++c) d.row(c) = d.z(0, c), d.row_weights(c) = d.weights(0, c);
  return d;
}

template <auto F>
void binary(const Data& d, double scale) {
  const auto r = nn::value_and_grad<F>(d.f, d.y);
  double value = 0;
  for (int n = 0; n < rows; ++n)
    value += (d.y(n) * softplus(-d.f(n)) + (1 - d.y(n)) * softplus(d.f(n))) * scale;
  near(r.value, value, 1e-12);
  for (int n = 0; n < rows; ++n) near(r.grad.f(n), (sigmoid(d.f(n)) - d.y(n)) * scale, 1e-13);
}

template <auto F>
void picked(const Data& d, double scale) {
  const auto r = nn::value_and_grad<F>(d.z, d.label);
  near(r.value, d.pick_loss * scale, 1e-12);
  for (int n = 0; n < rows; ++n)
    for (int c = 0; c < classes; ++c) near(r.grad.z(n, c), (d.softmax(n, c) - d.hot(n, c)) * scale, 1e-13);
}

template <auto F>
void weighted(const Data& d, double scale) {
  const auto r = nn::value_and_grad<F>(d.z, d.weights);
  near(r.value, d.weight_loss * scale, 1e-12);
  for (int n = 0; n < rows; ++n) {
    double total = 0;
    for (int c = 0; c < classes; ++c) total += d.weights(n, c);
    for (int c = 0; c < classes; ++c)
      near(r.grad.z(n, c), (d.softmax(n, c) * total - d.weights(n, c)) * scale, 1e-13);
  }
}

void columns(const Data& d) {
  const auto r = nn::value_and_grad<&ce10>(d.zt, d.weights_t),
             s = nn::value_and_grad<&ce10>(d.zt, d.weights_t);
  const auto by_rows = nn::value_and_grad<&ce3>(d.z, d.weights);
  near(r.value, by_rows.value, 1e-12);
  near(s.value, r.value, 0);
  for (int n = 0; n < rows; ++n)
    for (int c = 0; c < classes; ++c) near(r.grad.z(c, n), by_rows.grad.z(n, c), 1e-13);
  const auto one = nn::value_and_grad<&ce11>(d.row, d.row_weights);
  for (int c = 0; c < classes; ++c) near(one.grad.z(c), by_rows.grad.z(0, c), 1e-13);
}

void all(double scale) {
  const Data d = data(scale);
  binary<&bce1>(d, 1.0 / rows), binary<&bce2>(d, 1.0 / rows), binary<&bce3>(d, 1.0 / rows);
  binary<&bce4>(d, 1.0 / rows), binary<&bce5>(d, 1.0 / rows), binary<&bce6>(d, 1), binary<&bce8>(d, 1);
  binary<&bce9>(d, 1.0 / rows);
  for (double y : {0.0, 1.0}) near(nn::value_and_grad<&bce7>(scale, y).grad.f, sigmoid(scale) - y, 1e-13);
  picked<&ce1>(d, 1.0 / rows), picked<&ce6>(d, 1.0 / rows), picked<&ce7>(d, 1.0 / rows), picked<&ce9>(d, 1);
  weighted<&ce2>(d, 1.0 / rows), weighted<&ce3>(d, 1), weighted<&ce4>(d, 1), weighted<&ce5>(d, 1);
  weighted<&ce8>(d, 1), weighted<&ce12>(d, 1), weighted<&ce14>(d, 1);
  double total = 0;
  for (double w : d.weights) total += w;
  weighted<&ce13>(d, 1 / total);
  columns(d);
}

}  // namespace

int main() {
  all(2);
  all(40);
  all(1e4);
}
