// Matrix products: matrices and vectors in all combinations.
#ifndef NN_MATMUL_H
#define NN_MATMUL_H

#include <type_traits>

#include "nn/expr.h"
#include "nn/map.h"

namespace nn {
namespace detail {

/// The shape of a matrix product: vectors stand for a row on the left and a column on the right.
template <class A, class B>
struct ProductOf {
  static constexpr bool ranks_fit = (A::rank == 1 || A::rank == 2) && (B::rank == 1 || B::rank == 2);
  static_assert(ranks_fit, "nn::matmul: the operands are matrices or vectors, with two axes or one");
  static_assert(!ranks_fit || A::dims[A::rank - 1] == B::dims[0],
                "nn::matmul: the inner sizes differ: the last of the first operand, the first of the second");
  static_assert(std::is_same_v<typename A::value_type, typename B::value_type>,
                "nn: element types differ: use nn::cast<T>(x) to convert one of them");
  static_assert(!std::is_same_v<typename A::value_type, bool>,
                "nn: arithmetic on bool elements: use nn::cast<float>(x)");
  static constexpr DimList value = [] {
    DimList list;
    if (A::rank == 2) list.add(A::dims[0]);
    if (B::rank == 2) list.add(B::dims[1]);
    return list;
  }();
};

/// c[m,n] += a[m,k] · b[k,n], four rows of c at a time so that each row of b is read once for them.
template <class T>
void multiply(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, const T* b, T* c) {
  std::int64_t i = 0;
  for (; i + 4 <= m; i += 4) {
    T *c0 = c + i * n, *c1 = c0 + n, *c2 = c1 + n, *c3 = c2 + n;
    for (std::int64_t p = 0; p < k; ++p) {
      const T a0 = a[i * k + p], a1 = a[(i + 1) * k + p], a2 = a[(i + 2) * k + p], a3 = a[(i + 3) * k + p];
      const T* row = b + p * n;
      for (std::int64_t j = 0; j < n; ++j) {
        c0[j] += a0 * row[j];
        c1[j] += a1 * row[j];
        c2[j] += a2 * row[j];
        c3[j] += a3 * row[j];
      }
    }
  }
  for (; i < m; ++i)
    for (std::int64_t p = 0; p < k; ++p)
      for (std::int64_t j = 0; j < n; ++j) c[i * n + j] += a[i * k + p] * b[p * n + j];
}

/// The same where n is 1: one dot product per row.
template <class T>
void multiply_vector(std::int64_t m, std::int64_t k, const T* a, const T* b, T* c) {
  for (std::int64_t i = 0; i < m; ++i) {
    T sum = 0;
    for (std::int64_t p = 0; p < k; ++p) sum += a[i * k + p] * b[p];
    c[i] = sum;
  }
}

}  // namespace detail

/// The matrix product: [M,K]·[K,N] → [M,N], [M,K]·[K] → [M], [K]·[K,N] → [N], [K]·[K] → a number. The inner
/// sizes must be equal; named sizes are compared at run time too (nn::Error).
template <detail::AnyTensor X, detail::AnyTensor Y>
NN_PRIMITIVE("matmul")
auto matmul(const X& x, const Y& y) {
  using A = detail::tensor_type_of<X>;
  using B = detail::tensor_type_of<Y>;
  using T = typename A::value_type;
  using Out = detail::tensor_of<T, detail::ProductOf<A, B>>;
  const auto& a = detail::as_tensor(x);
  const auto& b = detail::as_tensor(y);
  const auto extents = detail::extents_of<typename Out::extents_type>("matmul", a, b);
  const std::int64_t m = A::rank == 2 ? a.extents().axes[0] : 1;
  const std::int64_t k = b.extents().axes[0];
  const std::int64_t n = B::rank == 2 ? b.extents().axes[B::rank - 1] : 1;
  Out result(extents, detail::Storage<T>::zeros(extents.count()));
  if (n == 1)
    detail::multiply_vector(m, k, a.data(), b.data(), result.briefly_writable());
  else
    detail::multiply(m, n, k, a.data(), b.data(), result.briefly_writable());
  if constexpr (Out::rank == 0)
    return static_cast<T>(result);
  else
    return result;
}

/// The inner product of two vectors of the same size, a number.
template <detail::AnyTensor X, detail::AnyTensor Y>
NN_PRIMITIVE("dot")
auto dot(const X& x, const Y& y) {
  static_assert(X::rank == 1 && Y::rank == 1, "nn::dot: the operands are not vectors: use nn::matmul");
  return matmul(x, y);
}

}  // namespace nn

#endif  // NN_MATMUL_H
