// CUDA as plain C++: with this folder before all others on the include path, the text of a .cu file compiles
// with any C++20 compiler and its kernels run on the CPU. README.md says what is emulated and how.
#ifndef NN_EMULATION_CUDA_RUNTIME_H
#define NN_EMULATION_CUDA_RUNTIME_H

#include <utility>
#include <vector>

#include "device/qualifiers.h"

#include "cuda_runtime_api.h"
#include "device/atomics.h"
#include "device/intrinsics.h"
#include "device/math.h"
#include "device/threads.h"
#include "device/warp.h"
#include "launch.h"
#include "vector_functions.h"

// The typed forms of the C API that cuda_runtime.h adds for C++.
template <class T>
cudaError_t cudaMalloc(T** pointer, std::size_t bytes) {
  return cudaMalloc(reinterpret_cast<void**>(pointer), bytes);
}
template <class T>
cudaError_t cudaMallocAsync(T** pointer, std::size_t bytes, cudaStream_t stream) {
  return cudaMallocAsync(reinterpret_cast<void**>(pointer), bytes, stream);
}
template <class T>
cudaError_t cudaMallocHost(T** pointer, std::size_t bytes, unsigned flags = 0) {
  return cudaHostAlloc(reinterpret_cast<void**>(pointer), bytes, flags);
}
template <class T>
cudaError_t cudaHostAlloc(T** pointer, std::size_t bytes, unsigned flags) {
  return cudaHostAlloc(reinterpret_cast<void**>(pointer), bytes, flags);
}
inline cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, cudaGraphNode_t*, char*,
                                        std::size_t) {
  return cudaGraphInstantiate(exec, graph, 0);
}
template <class... P>
cudaError_t cudaFuncSetAttribute(void (*kernel)(P...), cudaFuncAttribute attribute, int value) {
  return cudaFuncSetAttribute(nn_emulation::address_of(kernel), attribute, value);
}
template <class... P>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, void (*kernel)(P...)) {
  return cudaFuncGetAttributes(attributes, nn_emulation::address_of(kernel));
}
template <class... P>
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void (*kernel)(P...), int block_size,
                                                          std::size_t shared_bytes) {
  return cudaOccupancyMaxActiveBlocksPerMultiprocessor(blocks, nn_emulation::address_of(kernel), block_size,
                                                       shared_bytes);
}

// Symbols are ordinary variables here; CUDA orders these copies in the null stream.
template <class T>
cudaError_t cudaMemcpyToSymbol(const T& symbol, const void* from, std::size_t bytes, std::size_t offset = 0,
                               cudaMemcpyKind = cudaMemcpyHostToDevice) {
  if (offset + bytes > sizeof(T)) return cudaErrorInvalidValue;
  const cudaError_t error = cudaDeviceSynchronize();
  if (error != cudaSuccess) return error;
  char* to = reinterpret_cast<char*>(const_cast<std::remove_const_t<T>*>(&symbol));
  return cudaMemcpy(to + offset, from, bytes, cudaMemcpyHostToHost);
}
template <class T>
cudaError_t cudaMemcpyFromSymbol(void* to, const T& symbol, std::size_t bytes, std::size_t offset = 0,
                                 cudaMemcpyKind = cudaMemcpyDeviceToHost) {
  if (offset + bytes > sizeof(T)) return cudaErrorInvalidValue;
  const cudaError_t error = cudaDeviceSynchronize();
  if (error != cudaSuccess) return error;
  return cudaMemcpy(to, reinterpret_cast<const char*>(&symbol) + offset, bytes, cudaMemcpyHostToHost);
}

#endif
