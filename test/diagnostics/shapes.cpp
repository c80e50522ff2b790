// A shape mismatch is refused by one sentence at the line of the user's that has it.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"}, M{"M"};

// CHECK: {{^}}{{.*}}shapes.cpp:[[@LINE+3]]:22: error: nn::matmul: the inner sizes differ: the last of the first operand, the first of the second
// CHECK-NEXT:  |   return nn::sum(nn::matmul(x, w));
NN_DIFF() float mismatch(const nn::Tensor<float, N, 3>& x, const nn::Tensor<float, 4, 2>& w) {
  return nn::sum(nn::matmul(x, w));
}

// CHECK: shapes.cpp:[[@LINE+2]]:20: error: shapes cannot be broadcast together
NN_DIFF() float broadcast(const nn::Tensor<float, N, 3>& x, const nn::Tensor<float, 4>& w) {
  return nn::sum(x + w);
}

// CHECK: shapes.cpp:[[@LINE+2]]:22: error: the new shape names sizes that the tensor doesn't have: give their values after the tensor
NN_DIFF() float new_name(const nn::Tensor<float, N>& x) {
  return nn::sum(nn::reshape<M, 4>(x));
}

// CHECK: shapes.cpp:[[@LINE+2]]:22: error: the new shape names sizes that the tensor doesn't have
NN_DIFF() float new_repeated_name(const nn::Tensor<float, N>& x) {
  return nn::sum(nn::broadcast_to<M, N>(x));
}

// CHECK: shapes.cpp:[[@LINE+2]]:27: error: no viable conversion from {{.*}}Tensor<float, N, 3>{{.*}} to 'nn::Tensor<float, N, 4>'
NN_DIFF() float conversion(const nn::Tensor<float, N, 3>& x) {
  nn::Tensor<float, N, 4> y = x * 2;
  return nn::sum(y);
}
