// What follows a product where cublasLt cannot do it on the way.
#ifndef NN_RUNTIME_CUDA_GEMM_FINISH_H
#define NN_RUNTIME_CUDA_GEMM_FINISH_H

#include "nn/rt/cuda_call.h"

namespace nn::rt::cuda {

/// Does to C[m,n] all that `extra` asks for but beta and column sums; first C is multiplied by `factor`,
/// where 0 means that it is not read.
template <class T>
void finish(DeviceContext& context, std::int64_t m, std::int64_t n, T factor, T* c, const Products<T>& extra);

/// sums[n] = the sum of C[m,n] over its rows, always in the same order.
template <class T>
void sum_columns(DeviceContext& context, std::int64_t m, std::int64_t n, const T* c, T* sums);

}  // namespace nn::rt::cuda

#endif  // NN_RUNTIME_CUDA_GEMM_FINISH_H
