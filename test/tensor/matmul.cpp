// Matrix products in all combinations of matrices and vectors agree with triple loops, at awkward sizes.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
// RUN: %cxx %O3 %s -o %t && %t
#include "tensor_test.h"

template <class T>
void compare(int m, int k, int n) {
  const auto a = varied(nn::Tensor<T, M, K>(m, k), -1, 1, 1);
  const auto b = varied(nn::Tensor<T, K, N>(k, n), -1, 1, 2);
  const auto u = varied(nn::Tensor<T, M>(m), -1, 1, 3);
  const auto v = varied(nn::Tensor<T, K>(k), -1, 1, 4);
  std::vector<double> ab, av, ub;
  double uu = 0;
  for (int i = 0; i < m; ++i) {
    double row = 0;
    for (int p = 0; p < k; ++p) row += static_cast<double>(a(i, p)) * v(p);
    av.push_back(row);
    uu += static_cast<double>(u(i)) * u(i);
    for (int j = 0; j < n; ++j) {
      double sum = 0;
      for (int p = 0; p < k; ++p) sum += static_cast<double>(a(i, p)) * b(p, j);
      ab.push_back(sum);
    }
  }
  for (int p = 0; p < k; ++p) {
    double sum = 0;
    for (int i = 0; i < m; ++i) sum += static_cast<double>(u(i)) * a(i, p);
    ub.push_back(sum);
  }
  const nn::Tensor<T, M, N> product = nn::matmul(a, b);
  const nn::Tensor<T, M> column = nn::matmul(a, v);
  const nn::Tensor<T, K> row = nn::matmul(u, a);
  check(product.extent(0) == m && product.extent(1) == n);
  has(product, ab, 1e-5);
  has(column, av, 1e-5);
  has(row, ub, 1e-5);
  has(nn::matmul(nn::transpose(a) + 0, nn::reshape<M, 1>(u)), ub, 1e-5);
  near(nn::matmul(u, u), uu, 1e-5);
  near(nn::dot(u, u * 1), uu, 1e-5);
  static_assert(std::is_same_v<decltype(nn::dot(u, u)), T>);
}

int main() {
  const int sizes[][3] = {{1, 1, 1},   {2, 3, 4}, {5, 1, 7}, {1, 9, 3}, {7, 5, 1}, {4, 4, 4},
                          {9, 33, 17}, {0, 3, 2}, {3, 0, 2}, {3, 2, 0}, {0, 0, 0}};
  for (const auto& size : sizes) {
    compare<float>(size[0], size[1], size[2]);
    compare<double>(size[0], size[1], size[2]);
  }
  has(nn::matmul(nn::Tensor<int, 2, 2>{{1, 2}, {3, 4}}, nn::Tensor<int, 2, 2>{{5, 6}, {7, 8}}),
      {19, 22, 43, 50});
  has(nn::matmul(nn::Tensor<float, 2, 1>{{1}, {2}}, nn::Tensor<float, 1, 2>{{3, 4}}) +
          nn::Tensor<float, 2>{1, 1},
      {4, 5, 7, 9});
  throws<nn::Error>([] { nn::matmul(nn::Tensor<float, M, K>(2, 3), nn::Tensor<float, K, N>(4, 5)); },
                    "nn::matmul: the operands disagree about the size K: 3 and 4");
  throws<nn::Error>([] { nn::dot(nn::Tensor<float, K>(3), nn::Tensor<float, K>(4)); }, "the size K: 3 and 4");
}
