// Operands are broadcast as NumPy does it: right-aligned, both ways, along inner, outer and missing axes; the
// result agrees with a plain loop, for static, named and empty sizes, inside larger expressions too.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
#include "tensor_test.h"

/// The element of x that broadcasting puts at `index` of an index space with `rank` axes.
template <class X>
double at(const X& x, const std::int64_t* index, int rank) {
  std::int64_t offset = 0;
  for (int axis = 0; axis < X::rank; ++axis)
    offset = offset * x.extent(axis) + (x.extent(axis) == 1 ? 0 : index[rank - X::rank + axis]);
  return static_cast<double>(x.data()[offset]);
}

template <class Result, class A, class B, class Plain>
void compare(const Result& result, const A& a, const B& b, Plain plain) {
  constexpr int rank = Result::rank;
  std::int64_t index[rank > 0 ? rank : 1] = {};
  for (std::int64_t i = 0; i < result.size(); ++i) {
    near(result.data()[i], plain(at(a, index, rank), at(b, index, rank)), 1e-12);
    for (int axis = rank - 1; axis >= 0 && ++index[axis] == result.extent(axis); --axis) index[axis] = 0;
  }
}

template <class Expected, class A, class B>
void both_ways(A a, B b) {
  a = varied(a, -2, 2, 1);
  b = varied(b, -2, 2, 2);
  const Expected ab = a - b * 2, ba = b * b - a;
  compare(ab, a, b, [](double x, double y) { return x - y * 2; });
  compare(ba, a, b, [](double x, double y) { return y * y - x; });
  const auto nested = nn::where(a < b, a, nn::maximum(b + 1, a - b));
  compare(Expected(nested), a, b, [](double x, double y) {
    return x < y ? x : y + 1 > x - y ? y + 1 : x - y;
  });
}

template <nn::Dim... D>
using T = nn::Tensor<double, D...>;

int main() {
  both_ways<T<3, 4>>(T<3, 4>(), T<3, 4>());
  both_ways<T<3, 4>>(T<3, 4>(), T<4>());
  both_ways<T<3, 4>>(T<3, 4>(), T<1>());
  both_ways<T<3, 4>>(T<3, 4>(), T<>());
  both_ways<T<3, 4>>(T<3, 1>(), T<4>());
  both_ways<T<3, 4>>(T<3, 1>(), T<1, 4>());
  both_ways<T<3, 1>>(T<3, 1>(), T<1>());
  both_ways<T<1, 1>>(T<1, 1>(), T<1>());
  both_ways<T<1>>(T<1>(), T<>());
  both_ways<T<>>(T<>(), T<>());
  both_ways<T<5, 3, 1, 2>>(T<3, 1, 2>(), T<5, 1, 1, 1>());
  both_ways<T<5, 3, 4, 2>>(T<5, 3, 1, 2>(), T<4, 1>());
  for (int n : {0, 1, 3, 7}) {
    both_ways<T<N, 4>>(T<N, 4>(n), T<4>());
    both_ways<T<N, 4>>(T<N, 1>(n), T<4>());
    both_ways<T<N, 4>>(T<4>(), T<N, 1>(n));
    both_ways<T<N, M>>(T<N, 1>(n), T<M>(5));
    both_ways<T<M, N>>(T<1, N>(n), T<M, N>(5, n));
    both_ways<T<2 * N, N>>(T<N + N, 1>(n), T<N>(n));
    both_ways<T<N, 1>>(T<N, 1>(n), T<>());
  }
  // A run-time size of 1 is a size like another: only a literal 1 is repeated.
  throws<nn::Error>([] { T<N, 4>(1) + T<N, 4>(3); },
                    "nn::add: the operands disagree about the size N: 1 and 3");
  throws<nn::Error>([] { nn::sub(T<N, 1>(2), T<2 * N>(3)); }, "size N: 2 and 3");
  throws<nn::Error>([] { nn::where(T<N>(2) > 0, 1.0, T<N>(3)); },
                    "nn::where: the operands disagree about the size N: 2 and 3");
  throws<nn::Error>(
      [] {
        T<N + 3> never_sized;
        never_sized + 1;
      },
      "was never given its sizes");
}
