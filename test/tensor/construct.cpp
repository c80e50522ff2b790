// Tensors are made with their named sizes, zero-filled, from braces, or empty; element access checks its
// indices.
// RUN: %cxx %s -o %t && %t
// RUN: %clang14 %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
// RUN: %cxx -O3 -march=native -DNDEBUG %s -o %t && %t
#include <cstdint>

#include "tensor_test.h"

struct Layer {
  nn::Tensor<float, 3, 2> w;
  nn::Tensor<float, 2> b;
};
struct Model {
  Layer layers[2];
  nn::Tensor<double> scale = 1.5;
};

static_assert(nn::Tensor<float, N, 784>::rank == 2 && nn::Tensor<float, N, 784>::dims[0] == N);
static_assert(nn::Tensor<float, N, 784>::dims[1] == 784);
static_assert(std::is_same_v<nn::Tensor<float, N, N + N>, nn::Tensor<float, N, 2 * N>>);
static_assert(std::is_nothrow_move_constructible_v<nn::Tensor<float, 3>>);
static_assert(std::is_aggregate_v<Model>);
static_assert(!std::is_convertible_v<int, nn::Tensor<float, N>> &&
              !std::is_convertible_v<int, nn::Tensor<float, 1>>);
static_assert(!std::is_constructible_v<nn::Tensor<float, 3>, int> &&
              !std::is_constructible_v<nn::Tensor<float, N>, int, int>);

template <class Tensor>
bool all_zero(const Tensor& tensor) {
  for (auto element : tensor)
    if (element != 0) return false;
  return true;
}

int main() {
  const nn::Tensor<float, 3, 5> fixed;
  check(fixed.size() == 15 && fixed.extent(0) == 3 && fixed.extent(-1) == 5 && all_zero(fixed));
  check(reinterpret_cast<std::uintptr_t>(fixed.data()) % 64 == 0);
  check(fixed.end() - fixed.begin() == 15);

  const nn::Tensor<float, N, 784> named(64);
  check(named.size() == 64 * 784 && named.extent(0) == 64 && named.extent(1) == 784 && all_zero(named));
  const nn::Tensor<double, M, 3, N, M * N + 1> two(2, 5);  // M, then N
  check(two.extent(0) == 2 && two.extent(2) == 5 && two.extent(3) == 11 && two.size() == 2 * 3 * 5 * 11);
  const nn::Tensor<std::int64_t, N> none(0);
  check(none.size() == 0 && none.begin() == none.end());

  const nn::Tensor<float, N, 784> empty;
  check(empty.size() == 0 && empty.extent(0) == 0 && empty.extent(1) == 784);
  const nn::Tensor<float, N + 3> never_sized;
  check(never_sized.size() == 0);

  Model model;
  check(all_zero(model.layers[1].w) && model.layers[1].b.size() == 2 && model.scale == 1.5);
  Model other = model;
  other.layers[0].w(2, 1) = 4;
  check(model.layers[0].w(2, 1) == 0 && Model{}.layers[0].w(2, 1) == 0);

  has(nn::Tensor<double, 2, 2>{{1, 2}, {3, 4.5}}, {1, 2, 3, 4.5});
  has(nn::Tensor<double, 2, 2>{1, 2, 3, 4.5}, {1, 2, 3, 4.5});
  has(nn::Tensor<float, 2, 1>{{1}, {2}}, {1, 2});
  has(nn::Tensor<int, 1, 2>{{1, 2}}, {1, 2});
  has(nn::Tensor<float, 3>{0, 0.5, 1}, {0, 0.5, 1});
  has(nn::Tensor<bool, 3>{true, false, true}, {1, 0, 1});
  const nn::Tensor<float, N, 2, M> cube{{{1, 2, 3}, {4, 5, 6}}};
  check(cube.extent(0) == 1 && cube.extent(2) == 3 && cube(0, 1, 2) == 6);
  check(nn::Tensor<int, N>{64}.size() == 1 && nn::Tensor<int, N>(64).size() == 64);
  throws<nn::Error>([] { nn::Tensor<int, N, 2>{{1, 2}, {3}}; }, "1 entries where a tensor has a size of 2");
  throws<nn::Error>([] { nn::Tensor<int, 3>{1, 2}; }, "2 entries where a tensor has a size of 3");

  nn::Tensor<float, 2, 3> x;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j) x(i, j) = static_cast<float>(10 * i + j);
  has(x, {0, 1, 2, 10, 11, 12});
  x.fill(7);
  has(x, {7, 7, 7, 7, 7, 7});
  for (float& element : x) element += 1;
  has(x, {8, 8, 8, 8, 8, 8});

  nn::Tensor<float> number = 2.5;
  number() += 1;
  const float plain = number;
  check(plain == 3.5f && number.size() == 1 && number.rank == 0);

  throws<nn::Error>([] { nn::Tensor<float, N>(-1); }, "the size N is negative: -1");
  throws<nn::Error>([] { nn::Tensor<float, N - 3>(2); }, "the size N-3 is negative: -1");
  throws<nn::Error>([] { nn::Tensor<float, N, M, K>(INT64_MAX, 4, 4); }, "more elements than");
  throws<nn::Error>([] { nn::Tensor<float, N>(INT64_MAX / 2); }, "too large");
  throws<nn::Error>([&] { x.extent(2); }, "axis 2 of a tensor with 2 axes");
  throws<nn::Error>([&] { x.extent(-3); }, "axis -3 of a tensor with 2 axes");
#ifndef NDEBUG
  throws<nn::Error>([&] { x(0, 3); }, "index 3 is out of range on axis 1 of [2, 3]");
  throws<nn::Error>([&] { x(-1, 0); }, "index -1 is out of range on axis 0 of [2, 3]");
  throws<nn::Error>([&] { named(64, 0); }, "index 64 is out of range on axis 0 of [N=64, 784]");
#endif
}
