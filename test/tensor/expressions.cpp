// An expression means the value its operands had where it was written, however it is named, reused or
// reassigned.
// RUN: %cxx %s -o %t && %t
// RUN: %clang14 -O0 %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
// RUN: %cxx %O3 %s -o %t && %t
#include <utility>

#include "tensor_test.h"

using Row = nn::Tensor<double, 3>;

/// A helper as users write them: the result refers to nothing that has gone.
template <class X>
auto shifted_square(const X& x) {
  auto shifted = x - 1.0;
  Row ones{1, 1, 1};
  return shifted * shifted + ones;
}

template <class X>
auto reassigned(X x) {
  auto y = x + 1.0;
  y = y * y;
  return y;  // moved out with the value that was assigned to it
}

int main() {
  {  // operands change after the expression was written
    Row a{1, 2, 3}, b{10, 20, 30};
    auto sum = a + b;
    auto twice = sum * 2.0;
    a(0) = 100;
    b = b * 0.0;
    has(sum, {11, 22, 33});
    has(twice, {22, 44, 66});
    sum = a - 1.0;
    has(sum, {99, 1, 2});
    has(twice, {22, 44, 66});
  }
  {  // temporaries live as long as the expression
    auto sum = Row{1, 2, 3} + Row{4, 5, 6};
    auto more = nn::exp(Row{0, 0, 0}) * std::move(sum);
    has(more, {5, 7, 9});
    has(shifted_square(Row{1, 2, 3} * 2.0), {2, 10, 26});
    has(nn::relu(reassigned(Row{1, 2, 3})) + 1.0, {5, 10, 17});
  }
  {  // one expression used several times, and copied
    const Row a{1, 2, 3};
    auto h = a * a;
    auto sum = h + h * h;
    auto copy = h;
    h = h + 1.0;
    has(sum, {2, 20, 90});
    has(copy, {1, 4, 9});
    has(h, {2, 5, 10});
    copy = h;
    has(copy, {2, 5, 10});
  }
  {  // reassigned to its own function, in a loop too, with numbers, tensors and other nodes
    const Row a{-1, 2, 3};
    auto h = a + 0.0;
    h = nn::relu(h);
    has(h, {0, 2, 3});
    for (int i = 0; i < 3; ++i) h = h * 2.0 + a;
    has(h, {-7, 30, 45});
    h = a;
    has(h, {-1, 2, 3});
    h = Row{5, 5, 5};
    h += a;
    h -= 1.0;
    h *= h;
    h /= 2.0;
    has(h, {4.5, 18, 24.5});
    check(h(1) == 18 && h.size() == 3 && h.extent(-1) == 3);
  }
  {  // a chain where each link uses the one before twice takes linear, not exponential, work
    auto h = Row{1, 1, 1} + 0.0;
    for (int i = 0; i < 40; ++i) h = h + h;
    has(h, {1099511627776.0, 1099511627776.0, 1099511627776.0});
    auto a = h * 0.5;
    auto b = a + a;
    auto c = b + b;
    has(c, {2199023255552.0, 2199023255552.0, 2199023255552.0});
    has(a, {549755813888.0, 549755813888.0, 549755813888.0});
  }
  {  // an expression of named sizes can be given one of another size
    auto h = nn::Tensor<float, N>{1, 2} + 1;
    h = nn::Tensor<float, N>{1, 2, 3} * 2;
    check(h.size() == 3);
    has(h + 1, {3, 5, 7});
  }
  {  // an expression makes a tensor, deduced or given; without axes it is a number
    nn::Tensor t = Row{1, 2, 3} + 1.0;
    static_assert(std::is_same_v<decltype(t), Row>);
    const nn::Tensor<double> two = 2.0;
    const double four = two * two;
    check(four == 4);
    has(t * two, {4, 6, 8});
  }
}
