// A shape with a new named size is refused at its line unless that size is sure to be right; the message says
// how to write it.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"}, M{"M"};
using V = nn::Tensor<float, N>;
using W = nn::Tensor<float, M>;

// CHECK: {{^}}[[FILE:.*new_sizes.cpp]]:[[@LINE+2]]:39: error: the size of the new name M must be an extent of that name, as y.extent(0) of an nn::Tensor<float, M> y
NN_DIFF() float by_number(const V& x, int n) {
  return nn::sum(nn::reshape<M, 4>(x, n));
}

// CHECK: [[FILE]]:[[@LINE+2]]:18: error: cannot reshape [N] to [M,4]: the numbers of elements are equal only for some sizes; write one size as arithmetic on the others' names, as in nn::Tensor<float, M * 4>, nn::reshape<M, 4>(x)
NN_DIFF() float by_extent(const V& x, const W& y) {
  return nn::sum(nn::reshape<M, 4>(x, y.extent(0)));
}

// CHECK: [[FILE]]:[[@LINE+2]]:18: error: cannot reshape [N] to [M]
NN_DIFF() float renamed(const V& x, const W& y) {
  return nn::sum(nn::reshape<M>(x, y.extent(0)) * y);
}

// CHECK: [[FILE]]:[[@LINE+2]]:46: error: the size of the new name M must be an extent of that name
NN_DIFF() float exchanged(const V& v, const W& w) {
  return nn::sum(nn::broadcast_to<M, N>(v, v.extent(0))) + nn::sum(w);
}

// CHECK: [[FILE]]:[[@LINE+2]]:44: error: the size of the new name M must be an extent of that name
NN_DIFF() float repeated_by_number(const V& x, int n) {
  return nn::sum(nn::broadcast_to<M, N>(x, n));
}

// CHECK-NOT: error
NN_DIFF() float repeated(const V& x, const W& y) {
  return nn::sum(nn::broadcast_to<M, N>(x, y.extent(0)));
}
NN_DIFF() float divided(const nn::Tensor<float, N * 4>& x) {
  return nn::sum(nn::reshape<N, 4>(x));
}

// CHECK: [[FILE]]:[[@LINE+2]]:24: error: a tensor made of numbers needs sizes that are known at compile time
NN_DIFF() float by_lengths(const V& x) {
  nn::Tensor<float, N> y{1, 2};
  return nn::sum(x * y);
}

// CHECK: [[FILE]]:[[@LINE+3]]:22: error: the value of 'y' is not known at compile time; pass it as a parameter
NN_DIFF() float constant(const nn::Tensor<float, 2>& x) {
  static const nn::Tensor<float, 2> y{1, 2};
  return nn::sum(x * y);
}
