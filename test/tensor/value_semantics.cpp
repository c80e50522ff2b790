// A copy of a tensor never sees what is written to the original, although buffers are shared until a write.
// RUN: %cxx %s -o %t -pthread && %t
// RUN: %clang19 %san %s -o %t -pthread && %t
// RUN: %clang19 -fsanitize=thread %s -o %t -pthread && %t
#include <thread>
#include <utility>

#include "tensor_test.h"

using Row = nn::Tensor<double, 3>;

int main() {
  {  // sharing is real, and ends with the first write on either side
    const Row a{1, 2, 3};
    const Row b = a;
    check(a.data() == b.data());
    Row c = b;
    c(1) = 20;
    has(a, {1, 2, 3});
    has(c, {1, 20, 3});
    check(std::as_const(c).data() != a.data());
  }
  {  // writes through a pointer, reference or iterator taken before the copy
    Row a{1, 2, 3};
    double* pointer = a.data();
    double& reference = a(1);
    Row b = a;
    auto sum = a + 0;
    pointer[0] = 10;
    reference = 20;
    *(a.end() - 1) = 30;
    has(a, {10, 20, 30});
    has(b, {1, 2, 3});
    has(sum, {1, 2, 3});
    check(a.data() == pointer);
  }
  {  // in-place operations on a shared buffer
    Row a{1, 2, 3};
    const Row b = a;
    a += b;
    a.fill(a(0) + 1);
    has(a, {3, 3, 3});
    has(b, {1, 2, 3});
  }
  {  // assignment, also to itself and from an expression of itself
    Row a{1, 2, 3};
    const Row& same = a;
    a = same;
    has(a, {1, 2, 3});
    a = a + a;
    a = a * a(0);
    has(a, {4, 8, 12});
    Row b{7, 8, 9};
    const double* old = std::as_const(b).data();
    b = a;
    check(std::as_const(b).data() == std::as_const(a).data() && std::as_const(b).data() != old);
  }
  {  // moving keeps the buffer; a tensor that was moved from can be assigned to
    nn::Tensor<double, N> a{1, 2, 3};
    const double* data = std::as_const(a).data();
    nn::Tensor<double, N> b = std::move(a);
    check(std::as_const(b).data() == data && a.size() == 0);
    a = nn::Tensor<double, N>{4, 5};
    has(a, {4, 5});
    Row fixed{1, 2, 3};
    const Row moved = std::move(fixed);
    fixed = Row{4, 5, 6};
    has(fixed, {4, 5, 6});
    has(moved, {1, 2, 3});
  }
  {  // tensors with named sizes may change them by assignment
    nn::Tensor<double, N> a{1, 2, 3};
    a = nn::Tensor<double, N>(5);
    check(a.size() == 5 && a.extent(0) == 5);
  }
  {  // copies of one tensor are written in several threads
    const Row a{1, 2, 3};
    Row b = a, c = a;
    std::thread other([&] {
      for (int i = 0; i < 1000; ++i) {
        Row d = b;
        d(0) += 1;
        b = d;
      }
    });
    for (int i = 0; i < 1000; ++i) c = c + a;
    other.join();
    has(a, {1, 2, 3});
    has(b, {1001, 2, 3});
    has(c, {1001, 2002, 3003});
  }
}
