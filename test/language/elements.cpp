// Loops over elements that are carried out otherwise than they are written: sums of products as matrix
// products, regular indices in closed form, elements held in a number, rounds side by side.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <cmath>
#include <vector>

NN_DIFF()
double products(const double* w, const double* b, const double* x, int rows, int columns, int inner) {
  double s = 0;
  for (int n = 0; n < rows; ++n)
    for (int j = 0; j < columns; ++j) {
      double sum = b[j];
      for (int i = 0; i < inner; ++i) sum += w[j * inner + i] * x[n * inner + i];
      s += std::sin(sum);
    }
  return s;
}
NN_DIFF()
double products_of_columns(const double* a, const double* b, int n, int m) {
  std::vector<double> c(n * n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < m; ++k) c[i * n + j] += a[k * n + i] * b[k * n + j];
  double s = 0;
  for (int i = 0; i < n * n; ++i) s += c[i] * c[i];
  return s;
}
NN_DIFF()
double products_with_gaps(const double* a, const double* b, int n) {
  double s = 1;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      double sum = 0;
      for (int k = 0; k < n; ++k) sum += a[i * (n + 1) + k] * b[j * n + k + 1];
      s += sum * s * 0.1;
    }
  return s;
}
NN_DIFF()
double products_of_products(double* a, const double* b, int n) {
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        double sum = 0;
        for (int k = 0; k < n; ++k) sum += a[i * n + k] * b[k * n + j];
        a[i * n + j] = std::tanh(sum);
      }
  double s = 0;
  for (int i = 0; i < n * n; ++i) s += a[i];
  return s;
}
NN_DIFF()
double packed_triangle(const double* factor, const double* x, int n) {
  std::vector<double> y(n);
  double s = 0;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < n; ++i) y[i] = x[i] * x[i] - round;
    int at = 0;
    for (int i = 0; i < n; ++i)
      for (int j = i + 1; j < n; ++j) y[j] += factor[at++] * y[i];
    for (int i = 0; i < n; ++i) s += std::cos(y[i]);
  }
  return s;
}
NN_DIFF()
double regular_indices(const double* x, int n) {
  double s = 0;
  int down = n, up = 1;
  for (int i = 0; i < n; ++i) {
    down -= 1;
    for (int j = 0; j < i; ++j) ++up;
    s += x[down] * x[up % (n > 0 ? n : 1)] * up;
  }
  return s * (down + up);
}
NN_DIFF()
double rows_of_state(const double* w, const double* x, int n) {
  std::vector<double> state(3 * n);
  double s = 0;
  for (int t = 0; t < 3; ++t) {
    for (int i = 0; i < n; ++i) {
      state[n + i] = state[n + i] * w[i] + std::tanh(x[i] * w[n + i] + state[i]);
      state[i] = state[n + i] * state[2 * n + i] + w[i];
      state[2 * n + i] += state[i] * 0.5;
    }
    for (int i = 0; i < n; ++i) s += state[i];
  }
  return s;
}
NN_DIFF()
double rows_that_meet(double* x, int n) {
  for (int i = 0; i < n; ++i) x[i + n - 1] = x[i + n - 1] * 0.5 + x[i] * x[i];
  for (int i = 0; i + 1 < n; ++i) x[i + 1] += std::sin(x[i]);
  double s = 0;
  for (int i = 0; i < 2 * n - 1; ++i) s += x[i] * (i + 1);
  return s;
}
NN_DIFF()
double element_held(double* x, const double* y, int n, int at) {
  for (int i = 0; i < n; ++i) {
    x[at] += y[i] * x[at];
    x[at] = std::sin(x[at]);
  }
  double s = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j) s += y[j] * x[i];
  return s + (n > 0 ? x[at] : 0.0);
}
NN_DIFF()
double written_twice(const double* y, int n) {
  double x[4] = {1, 2, 3, 4};
  for (int i = 0; i < n; ++i) {
    x[i % 4] = y[i] * y[i];
    x[i % 4] += x[(i + 1) % 4];
    x[i % 4] = x[i % 4] * 0.5;
    x[i % 4] = x[i % 4];
  }
  return x[0] * x[1] + x[2] * x[3];
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

int main() {
  const Pointer x = {0.3, -0.7, 0.9,  -0.4, 1.1,  0.5,  -0.25, 0.8,
                     0.1, -0.6, 0.45, 0.2,  -1.2, 0.65, 0.35,  -0.15};
  const Pointer y = {1.4, 0.7, -0.9,  0.6,  -1.1, 0.5,   0.25, -0.8,
                     0.1, 0.3, -0.35, 0.95, 0.15, -0.45, 0.55, 0.75};
  for (int n : {0, 1, 3})
    for (int m : {0, 1, 4}) {
      verify(products, x, y, y, n, m, 3);
      verify(products, x, y, y, 2, n, m);
      verify(products_of_columns, x, y, n, m);
    }
  for (int n : {0, 1, 2, 3}) {
    verify(products_with_gaps, x, y, n);
    verify(products_of_products, x, y, n);
    verify(element_held, x, y, n, 0);
    verify(element_held, x, y, n, 5);
  }
  for (int n : {0, 1, 2, 5}) {
    verify(packed_triangle, x, y, n);
    verify(rows_of_state, x, y, n);
    verify(written_twice, y, n);
  }
  for (int n : {0, 1, 4, 9}) verify(regular_indices, x, n);
  for (int n : {1, 2, 5, 8}) verify(rows_that_meet, x, n);
}
