// nn's operators and functions take tensors, expressions and numbers, and stay out of the way of every other
// type.
// RUN: %cxx %s -o %t && %t
// RUN: %clang14 -fsyntax-only %s
// RUN: %clang19 -fsyntax-only %s
#include <string>
#include <utility>

#include "tensor_test.h"

namespace user {
struct Quantity {
  nn::Tensor<float, 3> value;
};
inline int operator+(const Quantity&, const Quantity&) {
  return 1;
}
template <class A, class B>
int operator*(const A&, const B&) {
  return 2;
}
inline int exp(const Quantity&) {
  return 3;
}
}  // namespace user

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };

static_assert(Addable<nn::Tensor<float, 3>, double> && Addable<int, nn::Tensor<float, 3>>);
static_assert(!Addable<nn::Tensor<float, 3>, std::string> && !Addable<nn::Tensor<float, 3>, user::Quantity>);
static_assert(!Addable<nn::Tensor<float, 3>, float*> && !Addable<nn::Tensor<float, 3>, std::pair<int, int>>);

int main() {
  user::Quantity a, b;
  check(a + b == 1 && a * b == 2 && exp(a) == 3);
  check(std::pair(nn::Dim(1), nn::Dim(2)) == std::pair(nn::Dim(1), nn::Dim(2)));
  check(std::is_same_v<decltype(std::move(a.value) + 1), decltype(a.value + 1)>);
  using namespace nn;
  check(relu(-1.0) == 0 && step(2.0) == 1);
}
