// Reductions over all or given axes, with or without kept dims, agree with plain loops, for odd, unit and
// empty sizes.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
#include <cmath>
#include <limits>

#include "tensor_test.h"

constexpr double inf = std::numeric_limits<double>::infinity();

template <class X, class Sum, class Max>
void compare(const X& x, const Sum& sum, const Max& max, int axis) {
  std::int64_t outer = 1, inner = 1;
  for (int i = 0; i < axis; ++i) outer *= x.extent(i);
  for (int i = axis + 1; i < X::rank; ++i) inner *= x.extent(i);
  check(sum.size() == outer * inner && max.size() == outer * inner);
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t i = 0; i < inner; ++i) {
      double total = 0, largest = -inf;
      for (std::int64_t k = 0; k < x.extent(axis); ++k) {
        const double element = static_cast<double>(x.data()[(o * x.extent(axis) + k) * inner + i]);
        total += element;
        largest = std::fmax(largest, element);
      }
      near(static_cast<double>(sum.data()[o * inner + i]), total, 1e-6);
      near(static_cast<double>(max.data()[o * inner + i]), largest, 0);
    }
}

template <class T>
void along_each_axis(int n, int m) {
  const auto x = varied(nn::Tensor<T, N, 3, M>(n, m), -2, 2);
  const nn::Tensor<T, 3, M> over_n = nn::sum<0>(x);
  const nn::Tensor<T, N, M> over_3 = nn::sum<1>(x);
  const nn::Tensor<T, N, 3> over_m = nn::sum<-1>(x);
  compare(x, over_n, nn::max<-3>(x), 0);
  compare(x, over_3, nn::max<1>(x), 1);
  compare(x, over_m, nn::max<2>(x), 2);
  const nn::Tensor<T, 1, 3, M> kept_n = nn::sum<0>(x, nn::keep_dims);
  const nn::Tensor<T, N, 1, M> kept_3 = nn::sum<1>(x, nn::keep_dims);
  compare(x, kept_n, nn::max<0>(x, nn::keep_dims), 0);
  compare(x, kept_3, nn::max<1>(x, nn::keep_dims), 1);
  has(nn::min<1>(x) + nn::max<1>(-x), std::vector<double>(static_cast<std::size_t>(n * m)));
  has(nn::mean<1>(x) * 3 - over_3, std::vector<double>(static_cast<std::size_t>(n * m)), 1e-6);
}

int main() {
  for (int n : {0, 1, 2, 5})
    for (int m : {0, 1, 7}) {
      along_each_axis<float>(n, m);
      along_each_axis<double>(n, m);
    }

  const nn::Tensor<double, 2, 3> x{{1, 5, 3}, {4, 2, 6}};
  static_assert(std::is_same_v<decltype(nn::sum(x)), double>);
  check(nn::sum(x) == 21 && nn::mean(x) == 3.5 && nn::max(x) == 6 && nn::min(x) == 1);
  check(nn::sum<0, 1>(x) == 21 && nn::max<-1, 0>(x * 2) == 12);
  const nn::Tensor<double, 1, 1> kept = nn::mean(x, nn::keep_dims);
  has(kept, {3.5});
  has(nn::mean<1>(x), {3, 4});
  has(nn::mean<0>(x, nn::keep_dims), {2.5, 3.5, 4.5});
  const nn::Tensor<double, 2, 3, 2> cube{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  has(nn::sum<0, 2>(cube), {18, 26, 34});
  has(nn::sum<2, 0>(cube, nn::keep_dims) - nn::reshape<1, 3, 1>(nn::Tensor<double, 3>{18, 26, 34}),
      {0, 0, 0});
  has(nn::max<1>(cube), {5, 6, 11, 12});

  // Integers stay integers; a number is its own reduction; a tensor without axes is a number.
  const nn::Tensor<int, 3> labels{4, -2, 9};
  static_assert(std::is_same_v<decltype(nn::sum(labels)), int>);
  check(nn::sum(labels) == 11 && nn::max(labels) == 9 && nn::min(labels) == -2);
  check(nn::mean(2.5) == 2.5 && nn::sum(3) == 3 && nn::sum(nn::Tensor<float>(7)) == 7);

  // No elements, infinities, NaN, and sums that plain float arithmetic would lose.
  const nn::Tensor<double, N> none;
  check(nn::sum(none) == 0 && std::isnan(nn::mean(none)) && nn::max(none) == -inf && nn::min(none) == inf);
  check(nn::max(nn::Tensor<int, N>(0)) == std::numeric_limits<int>::lowest());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  check(std::isnan(nn::max(nn::Tensor<double, 3>{1, nan, 2})) &&
        std::isnan(nn::min(nn::Tensor<double, 3>{nan, 1, 2})));
  check(nn::max(nn::Tensor<double, 2>{-inf, -inf}) == -inf && nn::sum(nn::Tensor<double, 2>{inf, 1}) == inf);
  nn::Tensor<float, N> many(1 << 25);
  many.fill(1);
  check(nn::sum(many) == 1 << 25 && nn::mean(many) == 1);
}
