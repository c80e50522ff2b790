// --emit=dot draws two linear layers with a mean squared error: parameters with their shapes, operations with
// the user's names and lines, edges; and nothing that the result doesn't need.
// RUN: rm -rf %t && mkdir %t && nn-diff --emit=dot --out-dir %t %s && FileCheck %s < %t/graph.nn.dot
#ifndef GRAPH_CPP
#define GRAPH_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};
struct Two {
  nn::Tensor<float, 1000, 100> w1;
  nn::Tensor<float, 100> b1;
  nn::Tensor<float, 100, 10> w2;
  nn::Tensor<float, 10> b2;
};

NN_DIFF(model)
float loss(const Two& model, const nn::Tensor<float, N, 1000>& x, const nn::Tensor<float, N, 10>& y) {
  auto h = nn::matmul(x, model.w1) + model.b1;
  auto unused = nn::exp(h);
  auto out = nn::matmul(h, model.w2) + model.b2;
  return nn::mse(out, y);
}
#endif
// clang-format off
// CHECK: digraph "loss" {
// CHECK-NOT: exp
// CHECK: model_w1 [label="model.w1\nf32[1000,100]", shape=box, style="filled,rounded", fillcolor="#cfe2f8"];
// CHECK: model_b1 [label="model.b1\nf32[100]", shape=box
// CHECK: model_w2 [label="model.w2\nf32[100,10]", shape=box
// CHECK: model_b2 [label="model.b2\nf32[10]", shape=box
// CHECK: x [label="x\nf32[N,1000]", shape=box, style="filled,rounded", fillcolor="#eeeeee"];
// CHECK: y [label="y\nf32[N,10]"
// CHECK: label="h = matmul(x, model.w1) + model.b1\lgraph.cpp:[[@LINE-15]]\l";
// CHECK: matmul [label="matmul\nf32[N,100]"];
// CHECK: h [label="h = add\nf32[N,100]"];
// CHECK: matmul_2 [label="matmul\nf32[N,10]"];
// CHECK: out [label="out = add\nf32[N,10]"];
// CHECK: peripheries=2
// CHECK: x -> matmul;
// CHECK: model_w1 -> matmul;
// CHECK: matmul -> h;
// CHECK: model_b1 -> h;
// CHECK: h -> matmul_2;
// CHECK: model_w2 -> matmul_2;
// CHECK: matmul_2 -> out;
// CHECK: model_b2 -> out;
// CHECK-NOT: exp
// CHECK: }
