// A shape mismatch is refused by the C++ compiler's own message, one sentence, which leads to the user's line.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

// CHECK: error: static assertion failed{{.*}}nn::matmul: the inner sizes differ
// CHECK: shapes.cpp:[[@LINE+2]]:18: note: in instantiation of
NN_DIFF() float mismatch(const nn::Tensor<float, N, 3>& x, const nn::Tensor<float, 4, 2>& w) {
  return nn::sum(nn::matmul(x, w));
}
