// Kernels for x86 processors with AVX-512: 32 registers of 64 bytes.
#include <cstdint>
#include <utility>

#include "kernels.h"

#if defined(__x86_64__)

// Left on to the end of the file, so that the templates' instantiations have it too.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma"))), \
                             apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")
#endif

#define NN_ISA avx512
#define NN_VECTOR_BYTES 64
#define NN_TILE_ROWS 14
#include "kernels_impl.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif  // __x86_64__
