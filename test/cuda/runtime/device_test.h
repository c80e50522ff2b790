// What the tests of the CUDA runtime share: tensors to compare, and a look for leaks in the emulated machine.
// With nvcc the same tests are programs for a GPU.
#ifndef NN_TEST_DEVICE_TEST_H
#define NN_TEST_DEVICE_TEST_H

#include <cuda_runtime.h>
#include <nn/cuda.h>
#include <nn/nn.h>

#include "check.h"
#ifdef NN_CUDA_EMULATION
#include "emulation.h"
#endif

inline constexpr nn::Dim N{"N"}, M{"M"}, K{"K"};

/// Checks that everything that was allocated or created on the device is gone.
inline void no_leaks([[maybe_unused]] const char* file = __builtin_FILE(),
                     [[maybe_unused]] int line = __builtin_LINE()) {
#ifdef NN_CUDA_EMULATION
  const nn_emulation::Leaks leaks = nn_emulation::leaks();
  check(leaks.allocations == 0 && leaks.device_bytes == 0 && leaks.pinned_bytes == 0, "(memory)", file, line);
  check(leaks.streams == 0 && leaks.events == 0 && leaks.graphs == 0 && leaks.library_objects == 0,
        "(objects)", file, line);
#endif
}

/// A tensor whose elements are all different and neither large nor round.
template <class T, nn::Dim... D>
void number(nn::Tensor<T, D...>& x, int seed = 1) {
  std::int64_t i = 0;
  for (T& value : x) value = static_cast<T>((i++ * 37 + seed * 11) % 101) / 50 - 1;
}

template <class X>
X on_host(const X& x) {
  return nn::to(nn::Device(), x);
}

#endif
