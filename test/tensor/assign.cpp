// += -= *= /= work in place with tensors, expressions and numbers, broadcast to the left side, and see the
// right side as it was before.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
#include "tensor_test.h"

int main() {
  nn::Tensor<double, 2, 3> x{{1, 2, 3}, {4, 5, 6}};
  const double* data = x.data();
  x += nn::Tensor<double, 3>{10, 20, 30};
  has(x, {11, 22, 33, 14, 25, 36});
  x -= nn::Tensor<double, 2, 1>{{1}, {4}};
  has(x, {10, 21, 32, 10, 21, 32});
  x *= 2;
  x /= nn::Tensor<double>(4);
  has(x, {5, 10.5, 16, 5, 10.5, 16});
  x += x * x - 1;
  has(x, {29, 119.75, 271, 29, 119.75, 271});
  x -= x;
  has(x, {0, 0, 0, 0, 0, 0});
  check(x.data() == data);
  x.fill(2);
  x *= x;
  has(x, {4, 4, 4, 4, 4, 4});

  nn::Tensor<int, N> labels{5, 7};
  labels /= 2;
  labels += labels * 10;
  has(labels, {22, 33});
  labels -= nn::Tensor<int, 1>{2};
  has(labels, {20, 31});

  nn::Tensor<float, N, 2> empty(0);
  empty += nn::Tensor<float, 2>{1, 2};
  check(empty.size() == 0);

  // A row of the tensor itself, borrowed, is read as it was before the assignment.
  nn::Tensor<double, 2, 2> y{{1, 2}, {3, 4}};
  y += nn::view<nn::Tensor<double, 2>>(y.data());
  has(y, {2, 4, 4, 6});

  throws<nn::Error>([] { nn::Tensor<float, N>(2) += nn::Tensor<float, N>(3); },
                    "nn::add: the operands disagree about the size N: 2 and 3");
}
