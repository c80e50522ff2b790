// CUDA's qualifiers as plain C++: every function is host code, a block's shared memory is static.
#ifndef NN_EMULATION_DEVICE_QUALIFIERS_H
#define NN_EMULATION_DEVICE_QUALIFIERS_H

/// Says that this is the emulation and not CUDA. A launch goes through nn_emulation::launch or
/// cudaLaunchKernelEx.
#define NN_CUDA_EMULATION 1

#define __global__
#define __device__
#define __host__
#define __constant__
#define __managed__
#define __grid_constant__
#define __launch_bounds__(...)
#define __forceinline__ inline __attribute__((always_inline))
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __builtin_align__(bytes) __align__(bytes)
// Blocks run one after the other, so one copy serves them all; as in CUDA it holds the last block's values at
// first. Only for static arrays; for dynamic shared memory see nn_emulation::dynamic_shared.
#define __shared__ static

#endif
