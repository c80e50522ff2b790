// What backward needs is kept or computed again as --recompute and --budget say: by default only what is
// cheap and elementwise is repeated, a mask is kept where the activation itself is not needed, and a budget
// is met by repeating products.
// RUN: nn-diff %s --function=masked --print=plan | FileCheck %s --check-prefix=MASK
// RUN: nn-diff %s --function=chain --print=plan | FileCheck %s --check-prefix=AUTO
// RUN: nn-diff %s --function=chain --print=plan --recompute=none | FileCheck %s --check-prefix=NONE
// RUN: nn-diff %s --function=chain --print=plan --recompute=all | FileCheck %s --check-prefix=ALL
// RUN: nn-diff %s --function=chain --print=plan --budget=100000 | FileCheck %s --check-prefix=BUDGET
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

// The product's result is gone once relu is done; one byte an element says where it was positive.
NN_DIFF(w)
float masked(const nn::Tensor<float, 64, 128>& w, const nn::Tensor<float, 128>& c,
             const nn::Tensor<float, N, 64>& x, const nn::Tensor<float, 128, 8>& v) {
  auto h = nn::relu(nn::matmul(x, w)) * c;
  return nn::sum(nn::square(nn::matmul(h, v)));
}
// MASK-NOT: 512*N {{.*}} kept
// MASK: [N,128] 128*N {{.*}} kept
// MASK-NOT: kept

NN_DIFF(w1, w2, w3)
float chain(const nn::Tensor<float, 64, 64>& w1, const nn::Tensor<float, 64, 64>& w2,
            const nn::Tensor<float, 64, 64>& w3, const nn::Tensor<float, N, 64>& x) {
  auto a = nn::tanh(nn::matmul(x, w1));
  auto b = nn::tanh(nn::matmul(a, w2));
  return nn::sum(nn::tanh(nn::matmul(b, w3)));
}
// AUTO: a {{.*}} kept
// AUTO: b {{.*}} kept
// AUTO-NOT: recomputed matmul
// AUTO: forward: 3 matrix products
// AUTO-NEXT: backward: 5 matrix products
// NONE: backward: 5 matrix products
// ALL-NOT: kept
// ALL: recomputed matmul
// ALL: recomputed b
// ALL: forward: 3 matrix products
// ALL-NEXT: backward: 8 matrix products
// BUDGET: recomputed matmul
// BUDGET: forward: 3 matrix products
// BUDGET-NEXT: backward: 6 matrix products
