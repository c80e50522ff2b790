// Weights that several layers share: the layers' contributions are summed by the products themselves, and
// what the layers have in common is computed once.
// RUN: nn-diff %s --print=plan | FileCheck %s
// RUN: nn-diff %s --print=cpp | FileCheck %s --check-prefix=TEXT
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

struct Cell {
  nn::Tensor<double, 5, 7> w;
  nn::Tensor<double, 7, 7> u;
};

NN_DIFF(cell)
double unrolled(const Cell& cell, const nn::Tensor<double, N, 5>& x, const nn::Tensor<double, N, 7>& start) {
  auto h = start;
  for (int t = 0; t < 3; ++t) h = nn::tanh(nn::matmul(x, cell.w) + nn::matmul(h, cell.u));
  return nn::sum(h);
}
// CHECK: product {{.*}} = x·cell.w
// CHECK-NOT: x·cell.w
// CHECK: backward product d cell.u = h_{{[0-9]}}ᵀ·
// CHECK: backward product d cell.u += h_{{[0-9]}}ᵀ·
// CHECK: backward product d cell.u += startᵀ·
// CHECK: backward product d cell.w = xᵀ·
// CHECK-NOT: backward product
// TEXT-LABEL: double unrolled_value_and_grad(
// TEXT: h_2, dh, d_cell_u, 1);
// TEXT: start, dh_2, d_cell_u, 1);
// TEXT: }
