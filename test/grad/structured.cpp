// Reductions, matrix products, changes of shape and broadcasting: value and gradient at sizes 0, 1, odd and
// unequal.
// RUN: split-file %s %t && %matrix %t/structured.cpp %t/driver.cpp
//--- structured.cpp
#ifndef STRUCTURED_CPP
#define STRUCTURED_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"}, M{"M"}, K{"K"};
template <nn::Dim... D>
using T = nn::Tensor<double, D...>;

NN_DIFF() double sum_all(const T<N, M>& x) {
  return nn::sum(x * x);
}
NN_DIFF() T<M> sum_rows(const T<N, M>& x) {
  return nn::sum<0>(x * x);
}
NN_DIFF() T<N> sum_columns(const T<N, M>& x) {
  return nn::sum<-1>(x * x * x);
}
NN_DIFF() T<N, 1> sum_kept(const T<N, M>& x) {
  return nn::sum<1>(x, nn::keep_dims);
}
NN_DIFF() T<M> sum_middle(const T<M, N, 3>& x) {
  return nn::sum<1>(nn::sum<1>(x * x));
}
NN_DIFF() T<M, 3> sum_axis_1(const T<M, N, 3>& x) {
  return nn::sum<1>(x * x);
}
NN_DIFF() T<N> sum_outer_and_inner(const T<M, N, 3>& x) {
  return nn::sum<0, 2>(x * x);
}
NN_DIFF() double mean_all(const T<N, M>& x) {
  return nn::mean(x * x);
}
NN_DIFF() T<1, M> mean_kept(const T<N, M>& x) {
  return nn::mean<0>(x * x, nn::keep_dims);
}
NN_DIFF() T<N, M> centred(const T<N, M>& x) {
  return x - nn::mean<1>(x, nn::keep_dims);
}
NN_DIFF() double max_all(const T<N, M>& x) {
  return nn::max(x);
}
NN_DIFF() T<N> max_columns(const T<N, M>& x) {
  return nn::max<1>(x) * 2;
}
NN_DIFF() T<1, M> max_kept(const T<N, M>& x) {
  return nn::max<0>(x, nn::keep_dims);
}
NN_DIFF() T<N> min_middle(const T<M, N, 3>& x) {
  return nn::min<0, 2>(x);
}
NN_DIFF() double min_all(const T<N, M>& x) {
  return nn::min(x);
}

NN_DIFF() T<N, M> matmul_named(const T<N, K>& a, const T<K, M>& b) {
  return nn::matmul(a, b);
}
NN_DIFF() T<N, 3> matmul_static(const T<N, 5>& a, const T<5, 3>& b) {
  return nn::matmul(a, b);
}
NN_DIFF() T<2, 3> matmul_small(const T<2, 7>& a, const T<7, 3>& b) {
  return nn::matmul(a, b);
}
NN_DIFF() T<N> matrix_vector(const T<N, K>& a, const T<K>& b) {
  return nn::matmul(a, b);
}
NN_DIFF() T<M> vector_matrix(const T<K>& a, const T<K, M>& b) {
  return nn::matmul(a, b);
}
NN_DIFF() double vector_vector(const T<K>& a, const T<K>& b) {
  return nn::matmul(a, b) + nn::dot(a, a);
}
NN_DIFF() T<N, M> left_transposed(const T<K, N>& a, const T<K, M>& b) {
  return nn::matmul(nn::transpose(a), b);
}
NN_DIFF() T<N, M> right_transposed(const T<N, K>& a, const T<M, K>& b) {
  return nn::matmul(a, nn::transpose(b));
}
NN_DIFF() T<N, M> both_transposed(const T<K, N>& a, const T<M, K>& b) {
  return nn::matmul(nn::transpose(a), nn::transpose(b));
}
NN_DIFF() T<N, N> gram(const T<N, K>& a) {
  return nn::matmul(a, nn::transpose(a));
}
NN_DIFF() T<N, N> cube(const T<N, N>& a) {
  return nn::matmul(nn::matmul(a, a), a);
}
NN_DIFF() T<N> quadratic(const T<N>& x, const T<N, N>& a) {
  return x * nn::matmul(a, x) + nn::matmul(x, a);
}

NN_DIFF() T<M, N> transposed(const T<N, M>& x) {
  return nn::transpose(x) * 2;
}
NN_DIFF() T<3, M, N> rotated(const T<M, N, 3>& x) {
  return nn::transpose<2, 0, 1>(x * x);
}
NN_DIFF() T<N, M, 3> swapped(const T<M, N, 3>& x) {
  return nn::transpose<1, 0, 2>(x) + nn::sum(x);
}
NN_DIFF() T<N * 6> flattened(const T<N, 2, 3>& x) {
  return nn::reshape<N * 6>(x) * 3;
}
NN_DIFF() T<3, 2> reshaped(const T<2, 3>& x) {
  return nn::reshape<3, 2>(nn::transpose(x));
}
NN_DIFF() T<N, 2> split(const T<N * 2>& x) {
  return nn::reshape<N, 2>(x * x);
}
NN_DIFF() T<N, M> repeated(const T<M>& row, const T<N, 1>& column) {
  return nn::broadcast_to<N, M>(row * row, column.extent(0)) * column;
}

NN_DIFF() T<N, M> add_row(const T<N, M>& x, const T<M>& row) {
  return x * row + row;
}
NN_DIFF() T<N, M> add_column(const T<N, M>& x, const T<N, 1>& column) {
  return (x + column) * column;
}
NN_DIFF() T<N, M> outer(const T<1, M>& row, const T<N, 1>& column) {
  return row * column + row - column;
}
NN_DIFF() T<N, 3, M> outer_3(const T<N, 1, M>& a, const T<3, 1>& b) {
  return a * b + b / (2 + a * a);
}
NN_DIFF() T<N, M> with_numbers(const T<N, M>& x, double a, double b) {
  return a * x + b / (2 + x * x);
}
NN_DIFF() double of_one(const T<1, 1>& one, const T<1>& other) {
  return nn::sum(one * other + one);
}
NN_DIFF() double sizes_as_numbers(const T<N, M>& x) {
  return nn::sum(x) / x.extent(0) + x.size() * nn::sum(x * x);
}
#endif
//--- driver.cpp
#include "structured.nn.h"
#include "verify.h"

Random source(11);
template <class X, class... I>
X r(I... sizes) {
  return random_tensor(X(sizes...), source);
}

void reductions(int n, int m) {
  const auto x = r<T<N, M>>(n, m);
  verify<&sum_all>(1e-8, x);
  verify<&sum_rows>(1e-8, x);
  verify<&sum_columns>(1e-8, x);
  verify<&sum_kept>(1e-8, x);
  const auto y = r<T<M, N, 3>>(m, n);
  verify<&sum_middle>(1e-8, y);
  verify<&sum_axis_1>(1e-8, y);
  verify<&sum_outer_and_inner>(1e-8, y);
  verify<&mean_all>(1e-8, x);
  verify<&mean_kept>(1e-8, x);
  verify<&centred>(1e-8, x);
  verify<&max_all>(1e-8, x);
  verify<&max_columns>(1e-8, x);
  verify<&max_kept>(1e-8, x);
  verify<&min_middle>(1e-8, y);
  verify<&min_all>(1e-8, x);
}

void products(int n, int m, int k) {
  verify<&matmul_named>(1e-8, r<T<N, K>>(n, k), r<T<K, M>>(k, m));
  verify<&matmul_static>(1e-8, r<T<N, 5>>(n), r<T<5, 3>>());
  verify<&matrix_vector>(1e-8, r<T<N, K>>(n, k), r<T<K>>(k));
  verify<&vector_matrix>(1e-8, r<T<K>>(k), r<T<K, M>>(k, m));
  verify<&vector_vector>(1e-8, r<T<K>>(k), r<T<K>>(k));
  verify<&left_transposed>(1e-8, r<T<K, N>>(k, n), r<T<K, M>>(k, m));
  verify<&right_transposed>(1e-8, r<T<N, K>>(n, k), r<T<M, K>>(m, k));
  verify<&both_transposed>(1e-8, r<T<K, N>>(k, n), r<T<M, K>>(m, k));
  verify<&gram>(1e-8, r<T<N, K>>(n, k));
  verify<&cube>(1e-8, r<T<N, N>>(n));
  verify<&quadratic>(1e-8, r<T<N>>(n), r<T<N, N>>(n));
}

void shapes(int n, int m) {
  verify<&transposed>(1e-8, r<T<N, M>>(n, m));
  verify<&rotated>(1e-8, r<T<M, N, 3>>(m, n));
  verify<&swapped>(1e-8, r<T<M, N, 3>>(m, n));
  verify<&flattened>(1e-8, r<T<N, 2, 3>>(n));
  verify<&split>(1e-8, r<T<N * 2>>(n));
  verify<&repeated>(1e-8, r<T<M>>(m), r<T<N, 1>>(n));
  verify<&add_row>(1e-8, r<T<N, M>>(n, m), r<T<M>>(m));
  verify<&add_column>(1e-8, r<T<N, M>>(n, m), r<T<N, 1>>(n));
  verify<&outer>(1e-8, r<T<1, M>>(m), r<T<N, 1>>(n));
  verify<&outer_3>(1e-8, r<T<N, 1, M>>(n, m), r<T<3, 1>>());
  verify<&with_numbers>(1e-8, r<T<N, M>>(n, m), 1.5, -0.75);
  verify<&sizes_as_numbers>(1e-8, r<T<N, M>>(n, m));
}

int main() {
  for (auto [n, m] : {std::pair(1, 1), {3, 5}, {5, 2}, {1, 9}, {0, 4}, {4, 0}}) {
    reductions(n, m);
    shapes(n, m);
  }
  for (auto [n, m, k] : {std::tuple(1, 1, 1), {3, 5, 2}, {1, 4, 3}, {5, 1, 7}, {0, 3, 2}, {2, 3, 0}})
    products(n, m, k);
  verify<&matmul_small>(1e-8, r<T<2, 7>>(), r<T<7, 3>>());
  verify<&reshaped>(1e-8, r<T<2, 3>>());
  verify<&of_one>(1e-8, r<T<1, 1>>(), r<T<1>>());

  // Formulas: a mean's gradient is 2x/n, a sum's is 2x, and the maximum's goes to the element that is
  // largest.
  const T<N, M> x{{1, 5, 2}, {-3, 0.5, 4}};
  const auto mean = nn::value_and_grad<&mean_all>(x);
  const auto maximum = nn::value_and_grad<&max_all>(x);
  near(mean.value, (1 + 25 + 4 + 9 + 0.25 + 16) / 6, 1e-14);
  near(maximum.value, 5, 0);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j) {
      near(mean.grad.x(i, j), 2 * x(i, j) / 6, 1e-15);
      near(maximum.grad.x(i, j), i == 0 && j == 1 ? 1 : 0, 0);
    }
  // The gradients of a·b with upstream u are u·bᵀ and aᵀ·u.
  const auto a = r<T<N, K>>(3, 4);
  const auto u = r<T<N, M>>(3, 2);
  const auto b = r<T<K, M>>(4, 2);
  const auto product = nn::vjp<&matmul_named>(a, b, u);
  const T<N, K> da = nn::matmul(u, nn::transpose(b));
  const T<K, M> db = nn::matmul(nn::transpose(a), u);
  all_near(product.grad.a, da, 1e-14);
  all_near(product.grad.b, db, 1e-14);
}
