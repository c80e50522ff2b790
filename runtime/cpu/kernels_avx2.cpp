// Kernels for x86 processors with AVX2 and FMA: 16 registers of 32 bytes.
#include <cstdint>
#include <utility>

#include "kernels.h"

#if defined(__x86_64__)

// Left on to the end of the file, so that the templates' instantiations have it too.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#define NN_ISA avx2
#define NN_VECTOR_BYTES 32
#define NN_TILE_ROWS 6
#include "kernels_impl.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif  // __x86_64__
