// What rt::gemm asks of a library: one single-threaded product of a slice. One .cpp per library implements
// it.
#ifndef NN_RUNTIME_CPU_GEMM_BACKEND_H
#define NN_RUNTIME_CPU_GEMM_BACKEND_H

#include <cstddef>
#include <cstdint>

#include "nn/rt/gemm.h"

namespace nn::rt {

/// C = op(A)·op(B) + beta·C with leading dimensions (elements from row to row as stored), row-major, m, n, k
/// >= 1.
template <class T>
struct Product {
  Trans ta, tb;
  std::int64_t m, n, k;
  const T* a;
  std::int64_t lda;
  const T* b;
  std::int64_t ldb;
  T* c;
  std::int64_t ldc;
  T beta;
};

/// A library. `scratch` says how many bytes of packing memory a product wants, 64-byte aligned.
struct GemmBackend {
  const char* name;
  std::size_t (*scratch_float)(const Product<float>&);
  std::size_t (*scratch_double)(const Product<double>&);
  void (*run_float)(const Product<float>&, std::byte* scratch);
  void (*run_double)(const Product<double>&, std::byte* scratch);
};

/// The kernels of this directory.
extern const GemmBackend builtin_gemm;

#if defined(NN_WITH_OPENBLAS)
extern const GemmBackend openblas_gemm;
#endif
#if defined(NN_WITH_ONEDNN)
extern const GemmBackend onednn_gemm;
#endif

/// The backend that the environment variable NN_GEMM names, or else the build's default. Throws nn::Error if
/// there is no such backend in this build.
const GemmBackend& chosen_gemm_backend();

}  // namespace nn::rt

#endif  // NN_RUNTIME_CPU_GEMM_BACKEND_H
