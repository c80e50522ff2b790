// A recurrent network is written as an expert does it: the inputs' product before the time loop and the
// gathered products of the weights' gradients behind it, states in one array of rows, no copies in between.
// RUN: nn-diff %s --print=cpp | FileCheck %s
// RUN: nn-diff %s --print=cuda | FileCheck %s --check-prefix=CUDA
// RUN: nn-diff %s --print=plan | FileCheck %s --check-prefix=PLAN
#include <nn/nn.h>

inline constexpr nn::Dim T{"T"};
inline constexpr nn::Dim N{"N"};

struct Cell {
  nn::Tensor<double, 2, 3> w;
  nn::Tensor<double, 3, 3> u;
  nn::Tensor<double, 3> b;
};

NN_DIFF(cell, x)
double rnn(const Cell& cell, const nn::Tensor<double, T, N, 2>& x, const nn::Tensor<double, N, 3>& h0) {
  nn::Tensor<double, N, 3> h = h0;
  for (int t = 0; t < x.extent(0); ++t)
    h = nn::tanh(nn::matmul(x(t), cell.w) + nn::matmul(h, cell.u) + cell.b);
  return nn::sum(h * h);
}
// CHECK-LABEL: double rnn_value_and_grad(
// CHECK: [[H:h[_0-9]*]] = reinterpret_cast<double*>(arena{{.*}}// [T+1,N,3] kept for backward
// CHECK: rt::gemm(ws, rt::Trans::no, rt::Trans::no, N*T, 3, 2, x, cell_w, [[XW:[a-z_0-9]+]]);
// CHECK: std::copy_n(h0, N * 3, &[[H]][0]);
// CHECK: for (; rounds < T; ++rounds) {
// CHECK-NOT: copy_n
// CHECK-DAG: double* const [[BEFORE:h[_0-9]*]] = &[[H]][rounds * (N * 3)];
// CHECK-DAG: double* const [[ROW:[a-z_0-9]+]] = &[[XW]][rounds * (3*N)];
// CHECK-DAG: rt::gemm(ws, rt::Trans::no, rt::Trans::no, N, 3, 3, [[BEFORE]], cell_u, [[HU:[a-z_0-9]+]]);
// CHECK: double* const [[AFTER:h[_0-9]*]] = &[[H]][(rounds + 1) * (N * 3)];
// CHECK-NOT: copy_n
// CHECK: [[AFTER]][{{.*}}] = nn::math::tanh([[ROW]][{{.*}}] + [[HU]][
// CHECK-NOT: copy_n
// CHECK-NOT: rt::gemm
// CHECK: // Backward.
// CHECK: for (std::int64_t i = 0; i < T; ++i) {
// CHECK-NOT: copy_n
// CHECK-NOT: cell_w
// CHECK: rt::gemm(ws, rt::Trans::no, rt::Trans::yes, N, 3, 3, [[D:[a-z_0-9]+]], cell_u, {{[a-z_0-9]+}});
// CHECK-NOT: copy_n
// CHECK-NOT: rt::gemm
// CHECK: std::swap(
// CHECK-DAG: rt::gemm(ws, rt::Trans::yes, rt::Trans::no, 3, 3, N*T, {{[a-z_0-9]+}}, [[ALL:[a-z_0-9]+]], d_cell_u);
// CHECK-DAG: rt::gemm(ws, rt::Trans::yes, rt::Trans::no, 2, 3, N*T, x, {{[a-z_0-9]+}}, d_cell_w);
// CHECK-DAG: rt::gemm(ws, rt::Trans::no, rt::Trans::yes, N*T, 2, 3, {{[a-z_0-9]+}}, cell_w, d_x);
// CHECK: d_cell_b
// CHECK-LABEL: double rnn_vjp(

// The same on a GPU: two launches in a step, and nothing that waits for one.
// CUDA-LABEL: double rnn_value_and_grad_cuda(
// CUDA: cuda::gemm(call, Trans::no, Trans::no, N*T, 3, 2, x, cell_w, {{[a-z_0-9]+}});
// CUDA: for (std::int64_t i = 0; i < T; ++i) {
// CUDA-NOT: cuda::copy
// CUDA: cuda::gemm(call, Trans::no, Trans::no, N, 3, 3, {{[a-z_0-9]+}}, cell_u, {{[a-z_0-9]+}});
// CUDA-NOT: cuda::copy
// CUDA-NOT: call.value
// CUDA: for (std::int64_t i = 0; i < T; ++i) {
// CUDA-NOT: cuda::copy
// CUDA: cuda::gemm(call, Trans::no, Trans::yes, N, 3, 3, {{[a-z_0-9]+}}, cell_u, {{[a-z_0-9]+}});
// CUDA-NOT: cuda::copy
// CUDA: std::swap(
// CUDA-NOT: call.value
// CUDA: return call.value(

// What is kept is linear in the trip count: one state for each step and the first one.
// PLAN: plan of rnn
// PLAN: [T+1,N,3]{{ +}}24*N*(T+1){{.*}}kept for backward
// PLAN-NOT: kept for backward
// PLAN: arena:
