// A multi-layer perceptron lifts to matrix products, broadcast biases and elementwise operators, each with
// the user's line and name; the composite softmax_cross_entropy is lifted through its body.
// RUN: nn-diff --print=ir %s | FileCheck %s
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

struct Mlp {
  nn::Tensor<float, 784, 512> w1;
  nn::Tensor<float, 512> b1;
  nn::Tensor<float, 512, 10> w2;
  nn::Tensor<float, 10> b2;
};

// CHECK: function loss : f32
// CHECK: wanted %0 model.w1 : f32[784,512]
// CHECK: param %4 x : f32[N,784]
// CHECK: param %5 label : i32[N]
NN_DIFF(model)
float loss(const Mlp& model, const nn::Tensor<float, N, 784>& x, const nn::Tensor<int, N>& label) {
  // CHECK: [[WX:%[0-9]+]] = matmul %4, %0 : f32[N,512] {{.*}}mlp.cpp:[[@LINE+4]]
  // CHECK: [[B:%[0-9]+]] = broadcast %1 axes=[1] : f32[N,512]
  // CHECK: [[A:%[0-9]+]] = map.add [[WX]], [[B]]
  // CHECK: map.relu [[A]] : f32[N,512] "h" {{.*}}mlp.cpp:[[@LINE+1]]
  auto h = nn::relu(nn::matmul(x, model.w1) + model.b1);
  // CHECK: map.add {{.*}} : f32[N,10] "logits"
  auto logits = nn::matmul(h, model.w2) + model.b2;
  // CHECK: reduce.max {{.*}} axes=[1] : f32[N] {{.*}}mlp.cpp:[[@LINE+2]]
  // CHECK: pick {{.*}}, %5 : f32[N] {{.*}}mlp.cpp:[[@LINE+1]]
  return nn::mean(nn::softmax_cross_entropy(logits, label));
}
