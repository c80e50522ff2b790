// Matrix products written as three loops over elements, in every order, of pointers and of tensors; and loops
// that look like them and are not.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <cmath>
#include <vector>

inline constexpr nn::Dim M{"M"};
inline constexpr nn::Dim N{"N"};
inline constexpr nn::Dim K{"K"};

// What c holds on entry is added to.
NN_DIFF()
double row_by_row(double* c, const double* a, const double* b, int m, int n, int k) {
  for (int i = 0; i < m; ++i)
    for (int p = 0; p < k; ++p)
      for (int j = 0; j < n; ++j) c[i * n + j] += a[i * k + p] * b[p * n + j];
  double s = 0;
  for (int i = 0; i < m * n; ++i) s += std::sin(c[i]);
  return s;
}
NN_DIFF()
double one_behind_the_other(double* c, const double* a, const double* b, int m, int n, int k) {
  for (int p = 0; p < k; ++p)
    for (int i = 0; i < m; ++i) {
      const double left = a[p * m + i];
      for (int j = 0; j < n; ++j) c[i * n + j] += left * b[j * k + p];
    }
  double s = 0;
  for (int i = 0; i < m * n; ++i) s += c[i] * c[i];
  return s;
}
NN_DIFF()
double column_by_column(const std::vector<double>& a, const std::vector<double>& b, int n) {
  std::vector<double> c(n * n, 0.5);
  for (int p = 0; p < n; ++p)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) c[i * n + j] = a[i * n + p] * b[p * n + j] + c[i * n + j];
  double s = 0;
  for (double x : c) s += std::cos(x);
  return s;
}
NN_DIFF()
double of_tensors(const nn::Tensor<double, M, K>& a, const nn::Tensor<double, K, N>& b) {
  nn::Tensor<double, M, N> c(a.extent(0), b.extent(1)), d = c, e = c;
  for (int i = 0; i < a.extent(0); ++i)
    for (int j = 0; j < b.extent(1); ++j) {
      double s = 0.25;
      for (int p = 0; p < a.extent(1); ++p) s += a(i, p) * b(p, j);
      c(i, j) = s;
    }
  for (int i = 0; i < a.extent(0); ++i)
    for (int p = 0; p < a.extent(1); ++p)
      for (int j = 0; j < b.extent(1); ++j) d(i, j) += a(i, p) * b(p, j);
  for (int i = 0; i < a.extent(0); ++i)
    for (int j = 0; j < b.extent(1); ++j) {
      e(i, j) = 2;
      for (int p = 0; p < a.extent(1); ++p) e(i, j) += b(p, j) * a(i, p);
    }
  return nn::sum(nn::sin(c) + d * e);
}
// Of transposed ones; of known sizes.
NN_DIFF()
double of_columns(const nn::Tensor<double, 9, 8>& a, const nn::Tensor<double, 7, 9>& b) {
  nn::Tensor<double, 8, 7> c;
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 7; ++j)
      for (int p = 0; p < 9; ++p) c(i, j) += a(p, i) * b(j, p);
  return nn::sum(nn::sin(c));
}

// Not all rows; another statement in the loop that sums; a sum that the next round reads; the number of
// rounds.
NN_DIFF()
double of_parts(const nn::Tensor<double, M, K>& a, const nn::Tensor<double, K, N>& b) {
  nn::Tensor<double, M, N> c(a.extent(0), b.extent(1));
  for (int i = 0; i + 1 < a.extent(0); ++i)
    for (int j = 0; j < b.extent(1); ++j)
      for (int p = 0; p < a.extent(1); ++p) c(i + 1, j) += a(i, p) * b(p, j);
  return nn::sum(nn::sin(c));
}
NN_DIFF()
double with_more_to_do(double* c, const double* a, const double* b, int n) {
  for (int i = 0; i < n; ++i)
    for (int p = 0; p < n; ++p) {
      c[i * n] *= 0.5;
      for (int j = 0; j < n; ++j) c[i * n + j] += a[i * n + p] * b[p * n + j];
    }
  double s = 0;
  for (int i = 0; i < n * n; ++i) s += c[i] * c[i];
  return s;
}
NN_DIFF()
double of_itself(double* c, const double* b, int n) {
  for (int i = 0; i < n; ++i)
    for (int p = 0; p < n; ++p)
      for (int j = 0; j < n; ++j)
        c[i * n + j] += 0.1 * c[i * n + p] * b[p * n + j] + c[i * n + p] * b[p * n + j];
  double s = 0;
  for (int i = 0; i < n * n; ++i) s += c[i] * c[i];
  return s;
}
NN_DIFF()
double rounds_counted(double* c, const double* a, const double* b, int n) {
  int p = 0;
  for (int i = 0; i < n; ++i)
    for (p = 0; p < n; ++p)
      for (int j = 0; j < n; ++j) c[i * n + j] += a[i * n + p] * b[p * n + j];
  double s = p;
  for (int i = 0; i < n * n; ++i) s += c[i] * c[i] * p;
  return s;
}
NN_DIFF()
double into_fewer(double* c, const double* a, const double* b, int n) {
  for (int i = 0; i < n; ++i)
    for (int p = 0; p < n; ++p)
      for (int j = 0; j < n; ++j) c[(i + j) / 2] += a[i * n + p] * b[p * n + j];
  double s = 0;
  for (int i = 0; i < n; ++i) s += c[i] * c[i];
  return s;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

template <class T, class... S>
T filled(int seed, S... sizes) {
  T x(sizes...);
  Random(seed).fill(x, -1.2, 1.5);
  return x;
}

int main() {
  const Pointer x{0.4, -0.9, 1.1, 0.3, 0.7, -0.2, 0.6, 1.3, -1.2, 0.8, 0.1, -0.5};
  const Pointer y{1.4, 0.2, -0.3, 0.9, 0.5, -0.8, 0.6, -1.1, 0.2, 0.7, 0.3, 1.5};
  const Pointer z{0.1, 0.2, -0.4, 0.3, 0.8, -0.6, 1.2, 0.5, 0.9};
  for (int m : {0, 1, 3})
    for (int n : {0, 1, 2})
      for (int k : {0, 1, 4}) {
        verify(row_by_row, z, x, y, m, n, k);
        verify(one_behind_the_other, z, x, y, m, n, k);
        verify(of_tensors, (filled<nn::Tensor<double, M, K>>(1, m, k)),
               (filled<nn::Tensor<double, K, N>>(2, k, n)));
        verify(of_parts, (filled<nn::Tensor<double, M, K>>(1, m, k)),
               (filled<nn::Tensor<double, K, N>>(2, k, n)));
      }
  verify(of_columns, (filled<nn::Tensor<double, 9, 8>>(3)), (filled<nn::Tensor<double, 7, 9>>(4)));
  for (int n : {-1, 0, 1, 2, 3}) {
    if (n >= 0) verify(column_by_column, x.v, y.v, n);
    verify(with_more_to_do, z, x, y, n);
    verify(of_itself, z, y, n);
    verify(rounds_counted, z, x, y, n);
    verify(into_fewer, z, x, y, n);
  }
}
