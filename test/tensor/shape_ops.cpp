// transpose, reshape, broadcast_to, pick and one_hot move the right elements, and refuse what doesn't fit at
// run time.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
#include "tensor_test.h"

void transposes() {
  const nn::Tensor<int, 2, 3> x{{1, 2, 3}, {4, 5, 6}};
  const nn::Tensor<int, 3, 2> reversed = nn::transpose(x);
  has(reversed, {1, 4, 2, 5, 3, 6});
  has(nn::transpose<0, 1>(x), {1, 2, 3, 4, 5, 6});
  has(nn::transpose<-1, 0>(x + 1), {2, 5, 3, 6, 4, 7});
  const auto cube = varied(nn::Tensor<double, 2, N, 4>(3), -1, 1);
  const nn::Tensor<double, 4, 2, N> moved = nn::transpose<2, 0, 1>(cube);
  const nn::Tensor<double, 4, N, 2> back = nn::transpose(cube);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k) check(moved(k, i, j) == cube(i, j, k) && back(k, j, i) == cube(i, j, k));
  check(nn::transpose(nn::Tensor<float, N, 3>(0)).size() == 0);
  has(nn::transpose(nn::Tensor<int, 3>{1, 2, 3}), {1, 2, 3});
}

void reshapes() {
  const nn::Tensor<float, N, 6> x{{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}};
  const nn::Tensor<float, N, 2, 3> folded = nn::reshape<N, 2, 3>(x);
  check(folded(1, 1, 0) == 10);
  const nn::Tensor<float, 6 * N> flat = nn::reshape<6 * N>(x * 2);
  check(flat.extent(0) == 12 && flat(11) == 24);
  const nn::Tensor<float, 3 * N, 2> other = nn::reshape<N * 3, 2>(x);
  check(other.extent(0) == 6 && other(5, 1) == 12);
  check((nn::reshape<M, 4>(x, 3).extent(0) == 3));
  has(nn::reshape<1, 1>(nn::Tensor<float>(5)), {5});
  check(nn::reshape<>(nn::Tensor<float, 1>{5}) == 5);
  throws<nn::Error>([&] { nn::reshape<M, 5>(x, 3); },
                    "nn::reshape: a tensor [N=2, 6] has another number of elements than [M=3, 5]");
  throws<nn::Error>([&] { nn::reshape<(N / 2), 12>(nn::Tensor<float, N, 6>(3)); }, "than [N/2=1, 12]");
}

void broadcasts() {
  const nn::Tensor<int, 2, 1> column{{1}, {2}};
  has(nn::broadcast_to<2, 3>(column), {1, 1, 1, 2, 2, 2});
  has(nn::broadcast_to<2, 2, 2>(column), {1, 1, 2, 2, 1, 1, 2, 2});
  const nn::Tensor<int, N, 2> rows = nn::broadcast_to<N, 2>(nn::Tensor<int, 2>{7, 8}, 3);
  has(rows, {7, 8, 7, 8, 7, 8});
  has(nn::broadcast_to<2>(nn::Tensor<int>(4)) + 1, {5, 5});
  check((nn::broadcast_to<N, 2>(column(0, 0) + nn::Tensor<int, N, 1>(0)).size() == 0));
}

template <class Index>
void picks() {
  const nn::Tensor<float, N, 3> x{{1, 2, 3}, {4, 5, 6}};
  has(nn::pick(x, nn::Tensor<Index, N>{2, 0}), {3, 4});
  has(nn::pick(x * 2, nn::Tensor<Index, N>{2, 0} - 0), {6, 8});
  const nn::Tensor<double, 2, 2, 3> cube{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  has(nn::pick(cube, nn::Tensor<Index, 2, 2>{{0, 1}, {2, 0}}), {1, 5, 9, 10});
  check(nn::pick(nn::Tensor<float, 3>{1, 2, 3}, Index(1)) == 2);
  check(nn::pick(nn::Tensor<float, N, 3>(0), nn::Tensor<Index, N>(0)).size() == 0);
  has(nn::one_hot<3>(nn::Tensor<Index, N>{2, 0}), {0, 0, 1, 1, 0, 0});
  static_assert(std::is_same_v<decltype(nn::one_hot<3, double>(nn::Tensor<Index, 2, 2>())),
                               nn::Tensor<double, 2, 2, 3>>);

  throws<nn::Error>([&] { nn::pick(x, nn::Tensor<Index, N>{1, 3}); },
                    "nn::pick: index 3 at position 1 is out of range for 3 classes");
  throws<nn::Error>([&] { nn::pick(x, nn::Tensor<Index, N>{-1, 0}); }, "index -1 at position 0");
  throws<nn::Error>([&] { nn::pick(x, nn::Tensor<Index, N>{0, 1, 2}); },
                    "disagree about the size N: 2 and 3");
  throws<nn::Error>([&] { nn::one_hot<3>(nn::Tensor<Index, N>{3}); }, "nn::one_hot: index 3 at position 0");
}

int main() {
  transposes();
  reshapes();
  broadcasts();
  picks<int>();
  picks<std::int64_t>();
}
