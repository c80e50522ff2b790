// Loops over elements: a naive matrix product is one, in both sweeps; indices that count on their own have a
// closed form; independent rounds run forwards and say so; an element that is added to is a variable.
// RUN: nn-diff %s --print=cpp --function=products | FileCheck %s --check-prefix=PRODUCT
// RUN: nn-diff %s --print=cpp --function=triangle | FileCheck %s --check-prefix=TRIANGLE
#include <nn/nn.h>

#include <cmath>
#include <vector>

// PRODUCT-LABEL: double products_value_and_grad(
// PRODUCT: const double* const [[X:.*]] = &x[0];
// PRODUCT: const double* const [[W:.*]] = &w[0];
// PRODUCT: rt::gemm(ws, rt::Trans::no, rt::Trans::yes, {{.*}}, [[X]], [[W]], [[SUMS:.*]]);
// PRODUCT: NN_INDEPENDENT
// PRODUCT-NEXT: for (
// PRODUCT-NEXT: {{.*}}nn::math::tanh([[SUMS]][{{.*}}]);
// PRODUCT: // Backward.
// PRODUCT: rt::gemm(ws, rt::Trans::yes, rt::Trans::no, {{.*}}, [[X]],
// PRODUCT: return
NN_DIFF(w)
double products(const double* w, const double* x, int rows, int columns, int inner) {
  double s = 0;
  for (int n = 0; n < rows; ++n)
    for (int j = 0; j < columns; ++j) {
      double sum = 0;
      for (int i = 0; i < inner; ++i) sum += w[j * inner + i] * x[n * inner + i];
      s += std::tanh(sum);
    }
  return s;
}

// TRIANGLE-LABEL: double triangle_value_and_grad(
// TRIANGLE-NOT: Growing
// TRIANGLE: NN_INDEPENDENT
// TRIANGLE-NEXT: for (std::int64_t [[J:.*]] = 0;
// TRIANGLE: // Backward.
// TRIANGLE: double [[SUM:.*]] = 0.0;
// TRIANGLE-NEXT: NN_INDEPENDENT
// TRIANGLE-NEXT: for (std::int64_t [[K:.*]] = 0;
// TRIANGLE: if (d_factor) d_factor[{{.*}}] +=
// TRIANGLE: [[SUM]] +=
// TRIANGLE: return
NN_DIFF(factor)
double triangle(const double* factor, const double* x, int n) {
  std::vector<double> y(n), z(n);
  double s = 0;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < n; ++i) z[i] = y[i] = x[i] * factor[i] + round;
    int at = n;
    for (int i = 0; i < n; ++i)
      for (int j = i + 1; j < n; ++j) z[j] += factor[at++] * y[i];
    for (int i = 0; i < n; ++i) s += z[i] * z[i];
  }
  return s;
}
