// Three loops over elements that multiply matrices are one product forward and two backward, whatever their
// order, for pointers and for tensors.
// RUN: nn-diff %s --print=plan | FileCheck %s
#include <nn/nn.h>

inline constexpr nn::Dim M{"M"};
inline constexpr nn::Dim N{"N"};
inline constexpr nn::Dim K{"K"};

// CHECK-LABEL: plan of row_by_row
// CHECK: forward product {{.*}}[rounds_0_,rounds_2_]·[rounds_2_,rounds_1_]
// CHECK-COUNT-2: backward product
// CHECK-NOT: {{(forward|backward) +product}}
// CHECK: arena:
NN_DIFF(a, b)
double row_by_row(const double* a, const double* b, double* c, int m, int n, int k) {
  for (int i = 0; i < m; ++i)
    for (int p = 0; p < k; ++p)
      for (int j = 0; j < n; ++j) c[i * n + j] += a[i * k + p] * b[p * n + j];
  double s = 0;
  for (int i = 0; i < m * n; ++i) s += c[i] * c[i];
  return s;
}

// CHECK-LABEL: plan of one_behind_the_other
// CHECK: forward product
// CHECK-COUNT-2: backward product
// CHECK: arena:
NN_DIFF(a, b)
double one_behind_the_other(const double* a, const double* b, double* c, int m, int n, int k) {
  for (int p = 0; p < k; ++p)
    for (int i = 0; i < m; ++i)
      for (int j = 0; j < n; ++j) c[i * n + j] += a[i * k + p] * b[p * n + j];
  double s = 0;
  for (int i = 0; i < m * n; ++i) s += c[i] * c[i];
  return s;
}

// CHECK-LABEL: plan of of_tensors
// CHECK: forward product {{.*}}[M,K]·[K,N]
// CHECK: backward product {{.*}}[M,N]·[N,K]
// CHECK: backward product {{.*}}[K,M]·[M,N]
// CHECK: arena:
NN_DIFF(a, b)
double of_tensors(const nn::Tensor<double, M, K>& a, const nn::Tensor<double, K, N>& b) {
  nn::Tensor<double, M, N> c(a.extent(0), b.extent(1));
  for (int i = 0; i < a.extent(0); ++i)
    for (int j = 0; j < b.extent(1); ++j)
      for (int p = 0; p < a.extent(1); ++p) c(i, j) += a(i, p) * b(p, j);
  return nn::sum(c * c);
}

// What is not all of a tensor stays as it is.
// CHECK-LABEL: plan of of_parts
// CHECK-NOT: {{(forward|backward) +product}}
// CHECK: arena:
NN_DIFF(a, b)
double of_parts(const nn::Tensor<double, M, K>& a, const nn::Tensor<double, K, N>& b) {
  nn::Tensor<double, M, N> c(a.extent(0), b.extent(1));
  for (int i = 0; i + 1 < a.extent(0); ++i)
    for (int j = 0; j < b.extent(1); ++j)
      for (int p = 0; p < a.extent(1); ++p) c(i, j) += a(i, p) * b(p, j);
  return nn::sum(c * c);
}
