// Which loops a GPU shares out over threads: those whose rounds write elements of their own, at an index with
// a fixed step or in a row of their own, and carry nothing but sums. Wherever rounds may meet, one thread
// does it all.
// RUN: mkdir -p %t && cd %t && nn-diff %s --print=cuda | FileCheck %s
#include <nn/nn.h>

#include <algorithm>
#include <cmath>
#include <span>

// CHECK: (cuda::block_lanes) every_other_s(
// CHECK: (cuda::block_lanes) every_other_d{{[a-z]}}(
NN_DIFF()
double every_other(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) s += x[2 * i] * x[2 * i + 1];
  return s;
}
// x[i] and x[i + 1] of a round are those of two rounds.
// CHECK: (cuda::block_lanes) neighbours_s(
// CHECK: (1) neighbours_d{{[a-z]}}(
NN_DIFF()
double neighbours(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) s += x[i] * x[i + 1];
  return s;
}
// CHECK: (cuda::block_lanes) row_of_its_own_s(
// CHECK: (cuda::block_lanes) row_of_its_own_d{{[a-z]}}(
NN_DIFF()
double row_of_its_own(const double* x, int n, int m) {
  double s = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < m; ++j) s += std::sin(x[i * m + j]);
  return s;
}
// A row has one element more than the step to the next one.
// CHECK: (cuda::block_lanes) longer_row_s(
// CHECK: (1) longer_row_d{{[a-z]}}(
NN_DIFF()
double longer_row(const double* x, int n, int m) {
  double s = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= m; ++j) s += std::sin(x[i * m + j]);
  return s;
}
// All rounds meet where m is 0.
// CHECK: (cuda::block_lanes) unknown_step_s(
// CHECK: (1) unknown_step_d{{[a-z]}}(
NN_DIFF()
double unknown_step(const double* x, int n, int m) {
  double s = 0;
  for (int i = 0; i < n; ++i) s += std::sin(x[i * m]);
  return s;
}
// CHECK: (cuda::block_lanes) around_s(
// CHECK: (1) around_d{{[a-z]}}(
NN_DIFF()
double around(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) s += std::sin(x[i % 4]) + std::cos(x[static_cast<unsigned char>(i)]);
  return s;
}
// CHECK: (cuda::block_lanes) matrix_s(
// CHECK: (cuda::block_lanes) matrix_d{{[a-z]}}(
NN_DIFF()
double matrix(const nn::Tensor<double, nn::Dim{"N"}, nn::Dim{"M"}>& x) {
  double s = 0;
  for (int i = 0; i < x.extent(0); ++i)
    for (int j = 0; j < x.extent(1); ++j)
      if (j % 2 == 0) s -= x(i, j) * x(i, 0);
  return s;
}
// What a round adds to is looked at: sums of sums.
// CHECK: (1) looked_at_{{[a-z]+}}(
NN_DIFF()
double looked_at(const double* x, int n) {
  double s = 0, t = 0;
  for (int i = 0; i < n; ++i) {
    s += x[i];
    t += s;
  }
  return t;
}
// CHECK: (1) scaled_{{[a-z]+}}(
NN_DIFF()
double scaled(const double* x, int n) {
  double s = 1;
  for (int i = 0; i < n; ++i) s = std::max(s, x[i]);
  return s;
}
// The round before has written what is read.
// CHECK: (1) behind_{{[a-z]+}}(
NN_DIFF()
double behind(std::span<double> x) {
  for (std::size_t i = 1; i < x.size(); ++i) x[i] += x[i - 1];
  return x[0];
}
// Each round its own, the other way round; and an element that all rounds add to.
// CHECK: (cuda::block_lanes) backwards_{{[a-z]+}}(
NN_DIFF()
double backwards(std::span<double> x, double c) {
  for (int i = static_cast<int>(x.size()) - 1; i >= 0; --i) x[i] *= c;
  return x[0];
}
// CHECK: (1) into_one_{{[a-z]+}}(
NN_DIFF()
double into_one(std::span<double> x, int n) {
  for (int i = 1; i < n; ++i) x[0] += std::sin(x[i]);
  return x[0];
}
// A loop of few rounds is not worth a launch.
// CHECK: (1) few_{{[a-z]+}}(
NN_DIFF()
double few(const double* x) {
  double s = 0;
  for (int i = 0; i < 9; ++i) s += std::sin(x[i]);
  return s;
}
