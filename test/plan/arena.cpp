// The arena reuses dead space: a chain of products needs two activations' room whatever its length, static
// sizes make its bytes a constant, and what a kernel reads for the last time is overwritten in place.
// RUN: nn-diff %s --function=forward_only --print=plan | FileCheck %s --check-prefix=CHAIN
// RUN: nn-diff %s --function=fixed --print=plan | FileCheck %s --check-prefix=FIXED
// RUN: nn-diff %s --function=fixed --print=cpp | FileCheck %s --check-prefix=TEXT
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

// Only the last product's operand is wanted: nothing before it is kept.
NN_DIFF(w)
float forward_only(const nn::Tensor<float, 64, 64>& w, const nn::Tensor<float, 64, 64>& u,
                   const nn::Tensor<float, N, 64>& x) {
  auto a = nn::tanh(nn::matmul(x, u));
  auto b = nn::tanh(nn::matmul(a, u));
  auto c = nn::tanh(nn::matmul(b, u));
  auto d = nn::tanh(nn::matmul(c, u));
  return nn::sum(nn::matmul(d, w));
}
// CHAIN: arena: {{[0-9]+}} bytes + 256*N + 256*N{{$}}

NN_DIFF(w)
float fixed(const nn::Tensor<float, 256, 256>& w, const nn::Tensor<float, 128, 256>& x) {
  auto h = nn::tanh(nn::matmul(x, w));
  return nn::mean(nn::square(h));
}
// FIXED: loops [32768]: h -> dh, sum{{$}}
// FIXED: arena: 131072 bytes{{$}}
// TEXT: ws.reserve(static_cast<std::size_t>(131072))
