// The derivative of a stack of L layers costs O(L): two products a layer in the backward sweep, a training
// step at most three times the forward one in FLOPs.
// RUN: split-file %s %t
// RUN: nn-diff --print=plan --function deep_4 %t/stack.cpp > %t/4.txt
// RUN: nn-diff --print=plan --function deep_8 %t/stack.cpp > %t/8.txt
// RUN: nn-diff --print=plan --function deep_16 %t/stack.cpp > %t/16.txt
// RUN: python3 %S/cost.py %t 4 8 16
//--- stack.cpp
#ifndef STACK_CPP
#define STACK_CPP
#include <nn/nn.h>

#include <array>

inline constexpr nn::Dim N{"N"};
struct Layer {
  nn::Tensor<float, 32, 32> w;
  nn::Tensor<float, 32> b;
};
template <std::size_t L>
float run(const std::array<Layer, L>& layers, const nn::Tensor<float, N, 32>& x) {
  nn::Tensor<float, N, 32> h = x;
  for (const Layer& layer : layers) h = nn::relu(nn::matmul(h, layer.w) + layer.b);
  return nn::mean(h);
}
NN_DIFF(net) float deep_4(const std::array<Layer, 4>& net, const nn::Tensor<float, N, 32>& x) {
  return run(net, x);
}
NN_DIFF(net) float deep_8(const std::array<Layer, 8>& net, const nn::Tensor<float, N, 32>& x) {
  return run(net, x);
}
NN_DIFF(net) float deep_16(const std::array<Layer, 16>& net, const nn::Tensor<float, N, 32>& x) {
  return run(net, x);
}
#endif
