// Matrix products: the one interface that generated code calls, whatever library is behind it.
#ifndef NN_RT_GEMM_H
#define NN_RT_GEMM_H

#include <cstdint>
#include <type_traits>

#include "nn/workspace.h"

namespace nn::rt {

/// Whether an operand of a product is read transposed.
enum class Trans : bool { no, yes };

/// C = op(A)·op(B) + beta·C, all row-major without gaps: op(A) is [m,k], op(B) is [k,n], C is [m,n]. A is
/// stored as [m,k], or [k,m] if ta; B as [k,n], or [n,k] if tb. beta == 0 overwrites C without reading it.
/// Any size may be 0 (k == 0 leaves beta·C). C may not overlap A or B. T is float or double. Throws nn::Error
/// if a size is negative. With `wanted`, [m,n] too, an element of C whose place there is not above 0 may be 0
/// instead of the product: what a rectifier's derivative discards need not be computed. The same call gives
/// the same bits each time; with the built-in kernels, with any number of threads.
template <class T>
void gemm(Workspace& ws, Trans ta, Trans tb, std::int64_t m, std::int64_t n, std::int64_t k, const T* a,
          const T* b, T* c, std::type_identity_t<T> beta = 0, const T* wanted = nullptr);

extern template void gemm<float>(Workspace&, Trans, Trans, std::int64_t, std::int64_t, std::int64_t,
                                 const float*, const float*, float*, float, const float*);
extern template void gemm<double>(Workspace&, Trans, Trans, std::int64_t, std::int64_t, std::int64_t,
                                  const double*, const double*, double*, double, const double*);

}  // namespace nn::rt

#endif  // NN_RT_GEMM_H
