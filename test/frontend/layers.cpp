// Layers are structs with operator(), nested and in arrays; loops over them are unrolled, and each layer's
// members are leaves of the parameter. Integer members stay, but are not differentiated.
// RUN: nn-diff --print=ir %s | FileCheck %s
#include <nn/nn.h>

#include <array>

inline constexpr nn::Dim N{"N"};

template <nn::Dim In, nn::Dim Out>
struct Linear {
  nn::Tensor<float, In, Out> w;
  nn::Tensor<float, Out> b;
  template <class X>
  auto operator()(const X& x) const {
    return nn::matmul(x, w) + b;
  }
};

struct Block {
  Linear<4, 4> inner;
  float scale;
  int kind;
};

struct Base {
  Linear<4, 1> head;
};
struct Net : Base {
  std::array<Block, 2> blocks;
  Linear<4, 4> tail[2];
};

// CHECK: wanted %0 net.head.w : f32[4,1]
// CHECK: wanted %2 net.blocks[0].inner.w : f32[4,4]
// CHECK: wanted %4 net.blocks[0].scale : f32
// CHECK: param %5 net.blocks[0].kind : i32
// CHECK: wanted %6 net.blocks[1].inner.w : f32[4,4]
// CHECK: wanted %10 net.tail[0].w : f32[4,4]
// CHECK: wanted %13 net.tail[1].b : f32[4]
NN_DIFF(net)
float f(const Net& net, const nn::Tensor<float, N, 4>& x) {
  nn::Tensor<float, N, 4> h = x;
  // CHECK: matmul %14, %2
  // CHECK: map.tanh {{.*}} "h"
  // CHECK: matmul {{%[0-9]+}}, %6
  // CHECK: map.tanh {{.*}} "h"
  for (const auto& block : net.blocks) h = nn::tanh(block.inner(h) * block.scale);
  // CHECK: matmul {{%[0-9]+}}, %10
  // CHECK: matmul {{%[0-9]+}}, %12
  for (int i = 0; i < 2; ++i) h = net.tail[i](h);
  // CHECK: matmul {{%[0-9]+}}, %0
  return nn::sum(net.head(h));
}
