// Launching kernels: a function template in place of <<< >>>, which plain C++ cannot parse.
#ifndef NN_EMULATION_LAUNCH_H
#define NN_EMULATION_LAUNCH_H

#include <functional>
#include <tuple>
#include <type_traits>

#include "driver_types.h"

namespace nn_emulation {

/// A kernel with its arguments, as it waits in a stream or a graph.
struct KernelCall {
  const void* function;       ///< identifies the kernel
  std::function<void()> run;  ///< what one thread does
  dim3 grid, block;
  std::size_t shared_bytes;
  std::vector<const void*> pointers;  ///< the arguments that are pointers: they must be the device's
};

/// Submits a kernel to a stream; what <<< >>> does.
cudaError_t submit(KernelCall call, cudaStream_t stream);

/// The address that a kernel's attributes belong to.
template <class... P>
const void* address_of(void (*kernel)(P...)) {
  return reinterpret_cast<const void*>(kernel);
}

template <class T>
void note_pointer(std::vector<const void*>& pointers, const T& argument) {
  if constexpr (std::is_pointer_v<T> && !std::is_function_v<std::remove_pointer_t<T>>)
    pointers.push_back(argument);
}

/// Launches `kernel<<<grid, block, shared_bytes, stream>>>(args...)`. The arguments are copied now, as CUDA
/// does.
template <class... P, class... A>
cudaError_t launch(void (*kernel)(P...), dim3 grid, dim3 block, std::size_t shared_bytes, cudaStream_t stream,
                   A&&... args) {
  static_assert(sizeof...(P) == sizeof...(A), "as many arguments as the kernel has parameters");
  std::tuple<std::decay_t<P>...> values(std::forward<A>(args)...);
  std::vector<const void*> pointers;
  std::apply([&](const auto&... value) { (note_pointer(pointers, value), ...); }, values);
  return submit({address_of(kernel), [kernel, values] { std::apply(kernel, values); }, grid, block,
                 shared_bytes, std::move(pointers)},
                stream);
}

}  // namespace nn_emulation

/// CUDA's own typed launch: the same text compiles with nvcc.
template <class... P, class... A>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(P...), A&&... args) {
  return nn_emulation::launch(kernel, config->gridDim, config->blockDim, config->dynamicSmemBytes,
                              config->stream, std::forward<A>(args)...);
}

#endif
