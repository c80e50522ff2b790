// Sigmoid with cross-entropy and softmax with cross-entropy, however they are spelled, end as ŷ − y and ŷ·Σy
// − y: no division by ŷ is left, value and gradient are exact and finite for logits of ±1e4.
// RUN: split-file %s %t && %matrix %t/stability.cpp %t/driver.cpp
// RUN: nn-diff %t/stability.cpp --function bce_library --print=cpp | FileCheck %s --check-prefix=BCE
// RUN: nn-diff %t/stability.cpp --function bce_by_hand --print=cpp | FileCheck %s --check-prefix=BCE
// RUN: nn-diff %t/stability.cpp --function no_sigmoid --print=cpp | not FileCheck %s --check-prefix=BCE
// RUN: nn-diff %t/stability.cpp --function ce_labels --print=cpp | FileCheck %s --check-prefix=CE
// RUN: nn-diff %t/stability.cpp --function ce_plain_exp --print=cpp | FileCheck %s --check-prefix=CE
//
// No division in the loop; with softmax the one by the sum of the row.
// BCE: rt::each_chunk(
// BCE-NOT: {{ / }}
// BCE: d_f[i] = {{.*}}nn::math::sigmoid(
// BCE-NOT: {{ / }}
// BCE: rt::sum_of_chunks(
// CE: rt::each_chunk(
// CE-NOT: {{ / }}
// CE: = 1.0 / sum
// CE-NOT: {{ / }}
// CE: rt::sum_of_chunks(
//--- stability.cpp
#ifndef STABILITY_CPP
#define STABILITY_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"}, C{"C"};
using Vector = nn::Tensor<double, N>;
using Matrix = nn::Tensor<double, N, C>;
using Labels = nn::Tensor<int, N>;

NN_DIFF(f) double bce_library(const Vector& f, const Vector& y) {
  return nn::binary_cross_entropy(nn::sigmoid(f), y);
}
NN_DIFF(f) double bce_by_hand(const Vector& f, const Vector& y) {
  auto p = 1 / (1 + nn::exp(-f));
  return -nn::mean(y * nn::log(p) + (1 - y) * nn::log(1 - p));
}
NN_DIFF(f) double bce_two_sums(const Vector& f, const Vector& y) {
  const auto p = nn::sigmoid(f);
  const auto positive = nn::sum(y * nn::log(p));
  const auto negative = nn::sum((1 - y) * nn::log(1 - p));
  return (-positive - negative) / f.size();
}
NN_DIFF(f) double bce_number(double f, double y) {
  return -(y * std::log(nn::sigmoid(f)) + (1 - y) * std::log(1 - nn::sigmoid(f)));
}
NN_DIFF(f) double no_sigmoid(const Vector& f, const Vector& y) {
  return nn::binary_cross_entropy(f, y);
}
NN_DIFF() double certain(const Vector& p, const Vector& y) {
  return nn::binary_cross_entropy(p, y);
}
NN_DIFF(x) double ce_labels(const Matrix& x, const Labels& label) {
  return nn::mean(nn::softmax_cross_entropy(x, label));
}
NN_DIFF(x) double ce_log_of_softmax(const Matrix& x, const Labels& label) {
  return -nn::mean(nn::pick(nn::log(nn::softmax(x)), label));
}
NN_DIFF(x) double ce_log_of_pick(const Matrix& x, const Labels& label) {
  return -nn::mean(nn::log(nn::pick(nn::softmax(x), label)));
}
NN_DIFF(x) double ce_plain_exp(const Matrix& x, const Labels& label) {
  auto e = nn::exp(x);
  return -nn::mean(nn::pick(nn::log(e / nn::sum<1>(e, nn::keep_dims)), label));
}
NN_DIFF(x) double ce_weights(const Matrix& x, const Matrix& y) {
  return nn::mean(nn::softmax_cross_entropy(x, y));
}
NN_DIFF(x) double ce_weights_by_hand(const Matrix& x, const Matrix& y) {
  auto p = nn::softmax(x);
  return -nn::sum(y * nn::log(p)) / x.extent(0);
}
#endif
//--- driver.cpp
#include <algorithm>
#include <vector>

#include "stability.nn.h"
#include "verify.h"

Random source(41);

/// Logits at ±scale, ± small, and 0.
template <class X>
X logits(X x, double scale) {
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const double choice[] = {scale, -scale, source.uniform(), 0, source.uniform(-scale, scale)};
    x.data()[i] = choice[source.index(5)];
  }
  return x;
}

template <auto F>
void binary(const Vector& f, const Vector& y) {
  const auto r = nn::value_and_grad<F>(f, y);
  const double n = static_cast<double>(f.size());
  double value = 0;  // (1/n) Σ log(1 + exp(f)) − y f
  for (int i = 0; i < f.size(); ++i) {
    value += (std::max(f(i), 0.0) + std::log1p(std::exp(-std::abs(f(i)))) - y(i) * f(i)) / n;
    near(r.grad.f(i), (1 / (1 + std::exp(-f(i))) - y(i)) / n, 1e-14);
  }
  near(r.value, value, 1e-13);
}

template <auto F, class Y>
void softmax(const Matrix& x, const Y& labels, const Matrix& y) {
  const auto r = nn::value_and_grad<F>(x, labels);
  const double rows = static_cast<double>(x.extent(0));
  double value = 0;
  for (int n = 0; n < x.extent(0); ++n) {
    double largest = x(n, 0), sum = 0, total = 0;
    for (int c = 0; c < x.extent(1); ++c) largest = std::max(largest, x(n, c));
    for (int c = 0; c < x.extent(1); ++c) sum += std::exp(x(n, c) - largest), total += y(n, c);
    for (int c = 0; c < x.extent(1); ++c) {
      value += y(n, c) != 0 ? y(n, c) * (std::log(sum) + largest - x(n, c)) / rows : 0;
      near(r.grad.x(n, c), (std::exp(x(n, c) - largest) / sum * total - y(n, c)) / rows, 1e-14);
    }
  }
  near(r.value, value, 1e-13);
}

// Probabilities of exactly 0 and 1 with targets that agree, by no way through a sigmoid.
void exact() {
  const Vector p{0, 1, 0.5}, y{0, 1, 1};
  const auto r = nn::value_and_grad<&certain>(p, y);
  near(certain(p, y), std::log(2) / 3, 1e-15);
  near(r.value, std::log(2) / 3, 1e-15);
  const double slope[] = {1, -1, -2};
  for (int i = 0; i < 3; ++i) near(r.grad.p(i), slope[i] / 3, 1e-15);
  check(r.grad.y(0) == HUGE_VAL && r.grad.y(1) == -HUGE_VAL && r.grad.y(2) == 0);
}

int main() {
  exact();
  for (double scale : {1.0, 20.0, 100.0, 1e4}) {
    const Vector f = logits(Vector(40), scale);
    Vector y(40);
    for (int i = 0; i < 40; ++i) y(i) = i % 3 == 0 ? 1 : i % 3 == 1 ? 0 : source.uniform(0, 1);
    binary<&bce_library>(f, y);
    binary<&bce_by_hand>(f, y);
    binary<&bce_two_sums>(f, y);
    for (double at : {scale, -scale, 0.3})
      for (double target : {0.0, 1.0, 0.25}) {
        const auto r = nn::value_and_grad<&bce_number>(at, target);
        near(r.value, std::max(at, 0.0) + std::log1p(std::exp(-std::abs(at))) - target * at, 1e-13);
        near(r.grad.f, 1 / (1 + std::exp(-at)) - target, 1e-14);
      }

    const Matrix x = logits(Matrix(7, 5), scale);
    Labels label(7);
    Matrix one_hot(7, 5), weights = random_tensor(Matrix(7, 5), source, 0, 1);
    for (int n = 0; n < 7; ++n) {
      label(n) = static_cast<int>(source.index(5));
      one_hot(n, label(n)) = 1;
    }
    softmax<&ce_labels>(x, label, one_hot);
    softmax<&ce_log_of_softmax>(x, label, one_hot);
    softmax<&ce_log_of_pick>(x, label, one_hot);
    softmax<&ce_plain_exp>(x, label, one_hot);
    softmax<&ce_weights>(x, one_hot, one_hot);
    softmax<&ce_weights>(x, weights, weights);  // rows that don't sum to 1
    softmax<&ce_weights_by_hand>(x, weights, weights);
  }
}
