// What device code sees of its thread, block and warp: indices, barriers, dynamic shared memory.
#ifndef NN_EMULATION_DEVICE_THREADS_H
#define NN_EMULATION_DEVICE_THREADS_H

#include "../vector_types.h"

// Set for the running thread whenever the emulation switches to another.
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
extern const int warpSize;

namespace nn_emulation {

/// A call of a barrier in the source of a kernel.
struct Site {
  const char* file;
  int line;
};

/// How the votes of a block's threads are combined at a barrier.
enum class Vote { none, count, all, any };

/// Waits until every thread of the block is here, and combines what they bring. Dies if they wait at
/// different sites.
int block_barrier(Site site, Vote vote, int value);

/// The block's dynamic shared memory, aligned to 16 bytes. Under nvcc the same accessor reads
/// `extern __shared__ __align__(16) unsigned char bytes[];`.
void* dynamic_shared();

}  // namespace nn_emulation

inline void __syncthreads(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  nn_emulation::block_barrier({file, line}, nn_emulation::Vote::none, 0);
}
inline int __syncthreads_count(int predicate, const char* file = __builtin_FILE(),
                               int line = __builtin_LINE()) {
  return nn_emulation::block_barrier({file, line}, nn_emulation::Vote::count, predicate);
}
inline int __syncthreads_and(int predicate, const char* file = __builtin_FILE(),
                             int line = __builtin_LINE()) {
  return nn_emulation::block_barrier({file, line}, nn_emulation::Vote::all, predicate);
}
inline int __syncthreads_or(int predicate, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  return nn_emulation::block_barrier({file, line}, nn_emulation::Vote::any, predicate);
}

// Blocks and threads never run at the same time: memory is always in order.
inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __threadfence_system() {}
inline void __nanosleep(unsigned) {}

#endif
