// On a GPU the lanes of a row keep its elements in registers: a softmax cross-entropy and a layer norm read
// the row once, compute an exponential once and store nothing in between, in single elements and in packs. A
// row too long, or of a named size, is read again.
// RUN: nn-diff %s --print=cuda --function=ten | FileCheck %s --check-prefix=TEN
// RUN: nn-diff %s --print=cuda --function=thousand | FileCheck %s --check-prefix=PACKS
// RUN: nn-diff %s --print=cuda --function=norm | FileCheck %s --check-prefix=NORM
// RUN: nn-diff %s --print=cuda --function=named | FileCheck %s --check-prefix=NAMED
// RUN: nn-diff %s --print=cuda --function=picked | FileCheck %s --check-prefix=PICKED
// RUN: nn-diff %s --print=cuda --function=too_long | FileCheck %s --check-prefix=LONG
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"}, C{"C"};
using Labels = nn::Tensor<int, N>;

NN_DIFF(x)
float ten(const nn::Tensor<float, N, 10>& x, const Labels& label) {
  return nn::mean(nn::softmax_cross_entropy(x, label));
}
// TEN: float x_own[cuda::elements_of_lane<lanes, 1>(10)] = {};
// TEN: x_own[own] = x[n * 10 + j];
// TEN-NOT: x[n * 10 + j]
// TEN: exp_own[own] = nn::math::exp(x_own[own] - max);
// TEN-NOT: {{nn::math::exp|[^_]x\[n \* 10 \+ j\]}}
// TEN: exp_own[own]
// TEN: d_x[n * 10 + j] =
// TEN-NOT: {{nn::math::exp|[^_]x\[n \* 10 \+ j\]}}
// TEN: __global__

NN_DIFF(x)
float thousand(const nn::Tensor<float, N, 1000>& x, const Labels& label) {
  return nn::mean(nn::softmax_cross_entropy(x, label));
}
// PACKS: cuda::load<width>(x + (n * 1000 + j0))
// PACKS: x_own[own + u] = x_pack[u];
// PACKS-NOT: cuda::load
// PACKS: cuda::store(d_x + (n * 1000 + j0), d_x_pack);
// PACKS-NOT: cuda::load
// PACKS: __global__

NN_DIFF(x)
float norm(const nn::Tensor<float, N, 256>& x) {
  auto d = x - nn::reshape<N, 1>(nn::mean<-1>(x));
  auto y = d / nn::reshape<N, 1>(nn::sqrt(nn::mean<-1>(nn::square(d)) + 1e-5));
  return nn::sum(nn::square(y) * y);
}
// NORM: cuda::load<width>(x +
// NORM-NOT: {{cuda::(load|store)}}
// NORM: cuda::store(d_x +
// NORM-NOT: {{cuda::(load|store)}}
// NORM: __global__

NN_DIFF(x)
float named(const nn::Tensor<float, N, C>& x, const Labels& label) {
  return nn::mean(nn::softmax_cross_entropy(x, label));
}
// NAMED-NOT: _own

NN_DIFF(x)
float too_long(const nn::Tensor<float, N, 10000>& x, const Labels& label) {
  return nn::mean(nn::softmax_cross_entropy(x, label));
}
// LONG-NOT: x_own

// A row of one element has one lane, which needs no number.
NN_DIFF(w)
float picked(const nn::Tensor<float, N, 5>& x, const Labels& label, const nn::Tensor<float, 3>& w) {
  return nn::sum(nn::pick(nn::tanh(x), label)) + nn::sum(w);
}
// PICKED: constexpr int lanes = 1;
// PICKED-NEXT: float sum
