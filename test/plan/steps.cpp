// A classifier is planned as an expert would write it: five products, each elementwise chain one kernel with
// the sums at its end, gradients straight into the caller's buffers, the hidden layer kept and everything
// else in place.
// RUN: nn-diff %s --print=plan | FileCheck %s
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

struct Mlp {
  nn::Tensor<float, 784, 512> w1;
  nn::Tensor<float, 512> b1;
  nn::Tensor<float, 512, 10> w2;
  nn::Tensor<float, 10> b2;
};

NN_DIFF(model)
float loss(const Mlp& model, const nn::Tensor<float, N, 784>& x, const nn::Tensor<int, N>& label) {
  auto h = nn::relu(nn::matmul(x, model.w1) + model.b1);
  auto logits = nn::matmul(h, model.w2) + model.b2;
  return nn::mean(nn::softmax_cross_entropy(logits, label));
}

// CHECK: plan of loss
// CHECK-NEXT: forward product h = x·model.w1 [N,784]·[784,512]
// CHECK-NEXT: forward loops [N] x 512: {{.*}} -> h{{$}}
// CHECK-NEXT: forward product logits = h·model.w2
// CHECK-NOT: loops
// CHECK: loops [N] x 10, 10, 10: logits, {{.*}} -> dlogits, d model.b2, sum{{$}}
// CHECK-NOT: loops
// CHECK: backward product d model.w2 = hᵀ·dlogits
// CHECK-NEXT: backward product dh = dlogits·model.w2ᵀ {{.*}} where h > 0
// CHECK-NEXT: backward loops [N] x 512: h, dh -> dh, d model.b1{{$}}
// CHECK-NEXT: backward product d model.w1 = xᵀ·dh
// CHECK-NOT: product
// CHECK: h [N,512] 2048*N {{.*}} kept for backward
// CHECK-NOT: kept
// CHECK: arena: {{[0-9]+}} bytes + 2048*N + 2048*N + 40*N
// CHECK-NEXT: forward: 2 matrix products
// CHECK-NEXT: backward: 3 matrix products
