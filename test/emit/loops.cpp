// An elementwise chain, its row reductions and its column sums are one pass over rows: no product is
// transposed, no buffer is filled or copied, and no division is left where sigmoid meets binary
// cross-entropy.
// RUN: nn-diff %s --function=classifier --print=cpp | FileCheck %s --check-prefix=ROWS
// RUN: nn-diff %s --function=bce --print=cpp | FileCheck %s --check-prefix=BCE
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

NN_DIFF(w, b)
float classifier(const nn::Tensor<float, 64, 10>& w, const nn::Tensor<float, 10>& b,
                 const nn::Tensor<float, N, 64>& x, const nn::Tensor<int, N>& label) {
  auto logits = nn::matmul(x, w) + b;
  return nn::mean(nn::softmax_cross_entropy(logits, label));
}
// ROWS-LABEL: float classifier_value_and_grad(
// ROWS: rt::gemm(ws, rt::Trans::no, rt::Trans::no, N, 10, 64, x, w, logits);
// ROWS: rt::each_chunk(
// ROWS-COUNT-1: for (std::int64_t n = begin; n < end; ++n)
// ROWS: nn::math::exp(
// ROWS-NOT: nn::math::exp(
// ROWS-NOT: for (std::int64_t n
// ROWS: rt::gemm(ws, rt::Trans::yes, rt::Trans::no, 64, 10, N, x, dlogits, d_w);
// ROWS-NOT: rt::
// ROWS: return

NN_DIFF(w)
float bce(const nn::Tensor<float, 64, 1>& w, const nn::Tensor<float, N, 64>& x,
          const nn::Tensor<float, N, 1>& y) {
  return nn::binary_cross_entropy(nn::sigmoid(nn::matmul(x, w)), y);
}
// BCE-LABEL: float bce_value_and_grad(
// BCE: i = i0 + lane
// BCE-NOT: {{ / [a-z]}}
// BCE: }, {{.*}};
// BCE: rt::gemm(
