// A function of small static sizes calls nothing: no arena, no threads, products unrolled in place.
// RUN: nn-diff %s --print=cpp | FileCheck %s
#include <nn/nn.h>

struct Xor {
  nn::Tensor<float, 2, 8> w1;
  nn::Tensor<float, 8> b1;
  nn::Tensor<float, 8, 1> w2;
  nn::Tensor<float, 1> b2;
};

NN_DIFF(model)
float loss(const Xor& model, const nn::Tensor<float, 4, 2>& x, const nn::Tensor<float, 4, 1>& y) {
  auto h = nn::tanh(nn::matmul(x, model.w1) + model.b1);
  return nn::mse(nn::matmul(h, model.w2) + model.b2, y);
}
// CHECK-LABEL: float loss_value_and_grad(
// CHECK-NOT: {{reserve|each_|rt::gemm\(}}
// CHECK: alignas(64) float h[32];
// CHECK-NOT: {{reserve|each_|rt::gemm\(}}
// CHECK: // Forward.
// CHECK: // h = tanh(matmul(x, model.w1) + model.b1) {{.*}}small.cpp:14
// CHECK-NEXT: rt::gemm_small<4, 8, 2, rt::Trans::no, rt::Trans::no>(x, model_w1, h); // [4,2]·[2,8]
// CHECK-NOT: {{reserve|each_|rt::gemm\(}}
// CHECK: // Backward.
// CHECK: // backward of: h = tanh
// CHECK-NOT: {{reserve|each_|rt::gemm\(}}
// CHECK: return
