// What the tests of the emulation share: checked calls, launches and device arrays, in text that nvcc
// compiles too.
#ifndef NN_TEST_CUDA_CHECK_H
#define NN_TEST_CUDA_CHECK_H

#include <cuda_runtime.h>

#include <utility>
#include <vector>

#include "check.h"

/// Checks that a call of CUDA succeeded.
inline bool ok(cudaError_t error, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  return check(error == cudaSuccess, std::string("(") + cudaGetErrorName(error) + ")", file, line);
}

/// Checks that a call of CUDA failed with that error, and forgets it.
inline bool fails(cudaError_t error, cudaError_t expected, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  (void)cudaGetLastError();
  return check(error == expected,
               std::string("(") + cudaGetErrorName(error) + ", not " + cudaGetErrorName(expected) + ")", file,
               line);
}

/// kernel<<<grid, block, shared, stream>>>(args...)
template <class... P, class... A>
cudaError_t launch(void (*kernel)(P...), dim3 grid, dim3 block, std::size_t shared, cudaStream_t stream,
                   A&&... args) {
  cudaLaunchConfig_t config = {};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared;
  config.stream = stream;
  return cudaLaunchKernelEx(&config, kernel, std::forward<A>(args)...);
}

/// The block's dynamic shared memory.
template <class T>
__device__ T* dynamic_shared() {
#ifdef NN_CUDA_EMULATION
  return static_cast<T*>(nn_emulation::dynamic_shared());
#else
  extern __shared__ __align__(16) unsigned char shared_bytes[];
  return reinterpret_cast<T*>(shared_bytes);
#endif
}

/// Elements in device memory.
template <class T>
struct DeviceArray {
  T* data = nullptr;
  std::size_t size = 0;

  explicit DeviceArray(std::size_t n) : size(n) { ok(cudaMalloc(&data, n * sizeof(T))); }
  explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) {
    ok(cudaMemcpy(data, values.data(), size * sizeof(T), cudaMemcpyHostToDevice));
  }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  ~DeviceArray() { cudaFree(data); }

  std::vector<T> host() const {
    std::vector<T> values(size);
    ok(cudaMemcpy(values.data(), data, size * sizeof(T), cudaMemcpyDeviceToHost));
    return values;
  }
};

#endif
