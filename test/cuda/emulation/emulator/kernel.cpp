// Launches: whether the device could run them, and their tasks.
#include "../cuda_runtime_api.h"
#include "block.h"
#include "machine.h"

namespace nn_emulation {
namespace {

constexpr std::size_t default_shared_limit = 48 * 1024;

std::size_t shared_limit(const Machine& m, const void* function) {
  const auto found = m.shared_limit.find(function);
  return found == m.shared_limit.end() ? default_shared_limit : static_cast<std::size_t>(found->second);
}

std::size_t most_shared(const Machine& m) {
  return m.settings.major >= 9 ? 232448 : 166912;
}

cudaError_t check_shape(const Machine& m, const KernelCall& call) {
  const dim3 grid = call.grid, block = call.block;
  const bool empty = grid.x * grid.y * grid.z == 0 && (grid.x == 0 || grid.y == 0 || grid.z == 0);
  const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
  if (empty || threads == 0 || threads > 1024 || block.z > 64) return cudaErrorInvalidConfiguration;
  if (grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535) return cudaErrorInvalidConfiguration;
  return call.shared_bytes > shared_limit(m, call.function) ? cudaErrorInvalidValue : cudaSuccess;
}

// On a device with memory of its own a kernel that reads the host's would fail, later and elsewhere.
void check_pointers(const Machine& m, const KernelCall& call, const std::string& name) {
  for (const void* pointer : call.pointers)
    if (pointer && !find(m.memory, pointer))
      die("kernel '" + name + "' is given a pointer that is not the device's");
}

}  // namespace

cudaError_t submit(KernelCall call, cudaStream_t stream) {
  return api("cudaLaunchKernel", [&](Machine& m) {
    const cudaError_t error = check_shape(m, call);
    if (error != cudaSuccess) return error;
    const std::string& name = function_name(call.function);
    check_pointers(m, call, name);
    return submit_task(stream, {.type = cudaGraphNodeTypeKernel, .name = name, .run = [&m, &name, call] {
                                  run_grid(call, name, m.random);
                                  check_guards(m.memory, "kernel '" + name + "'");
                                }});
  });
}

}  // namespace nn_emulation

using namespace nn_emulation;

cudaError_t cudaFuncSetAttribute(const void* function, cudaFuncAttribute attribute, int value) {
  return api("cudaFuncSetAttribute", [&](Machine& m) {
    if (!function) return cudaErrorInvalidDeviceFunction;
    if (attribute == cudaFuncAttributePreferredSharedMemoryCarveout) return cudaSuccess;
    if (value < 0 || static_cast<std::size_t>(value) > most_shared(m)) return cudaErrorInvalidValue;
    m.shared_limit[function] = value;
    return cudaSuccess;
  });
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* function) {
  return api("cudaFuncGetAttributes", [&](Machine& m) {
    if (!attributes || !function) return cudaErrorInvalidValue;
    *attributes = {};
    attributes->maxThreadsPerBlock = 1024;
    attributes->numRegs = 32;
    attributes->ptxVersion = attributes->binaryVersion = m.settings.major * 10 + m.settings.minor;
    attributes->maxDynamicSharedSizeBytes = static_cast<int>(shared_limit(m, function));
    return cudaSuccess;
  });
}

cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void* function, int block_size,
                                                          std::size_t shared_bytes) {
  return api("cudaOccupancyMaxActiveBlocksPerMultiprocessor", [&](Machine& m) {
    if (!blocks || !function || block_size < 1 || block_size > 1024) return cudaErrorInvalidValue;
    *blocks = 2048 / block_size;
    if (shared_bytes > 0) *blocks = std::min(*blocks, static_cast<int>(most_shared(m) / shared_bytes));
    *blocks = std::min(*blocks, 32);
    return cudaSuccess;
  });
}
