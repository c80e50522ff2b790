// The API of memory: allocating, freeing, and what a pointer points to.
#include <algorithm>

#include "../cuda_runtime_api.h"
#include "machine.h"

using namespace nn_emulation;

namespace {

cudaError_t allocate_on_device(Machine& m, void** pointer, std::size_t bytes) {
  if (!pointer) return cudaErrorInvalidValue;
  *pointer = nullptr;
  if (bytes == 0) return cudaSuccess;
  if (bytes > m.settings.memory || m.memory.used > m.settings.memory - bytes)
    return cudaErrorMemoryAllocation;
  *pointer = allocate(m.memory, Kind::device, bytes, current_device());
  if (!*pointer) return cudaErrorMemoryAllocation;
  ++m.counters.allocations;
  return cudaSuccess;
}

cudaError_t allocate_pinned(Machine& m, void** pointer, std::size_t bytes) {
  if (!pointer) return cudaErrorInvalidValue;
  *pointer = nullptr;
  if (bytes == 0) return cudaSuccess;
  const cudaError_t error = refuse_in_capture();
  if (error != cudaSuccess) return error;
  *pointer = allocate(m.memory, Kind::pinned, bytes, current_device());
  if (!*pointer) return cudaErrorMemoryAllocation;
  ++m.counters.host_allocations;
  return cudaSuccess;
}

// Freeing waits for the device.
cudaError_t free_now(Machine& m, void* pointer, Kind kind) {
  if (!pointer) return cudaSuccess;
  const cudaError_t error = refuse_in_capture();
  if (error != cudaSuccess) return error;
  finish_all();
  if (!release(m.memory, pointer, kind)) return cudaErrorInvalidValue;
  ++m.counters.frees;
  return cudaSuccess;
}

bool starts_allocation(const Machine& m, void* pointer, Kind kind) {
  const auto found = m.memory.live.find(static_cast<char*>(pointer));
  return found != m.memory.live.end() && found->second.kind == kind;
}

cudaError_t free_in_order(Machine& m, void* pointer, cudaStream_t handle) {
  const CUstream_st* stream = resolve(handle);
  if (!stream) return cudaErrorInvalidResourceHandle;
  if (!starts_allocation(m, pointer, Kind::device)) return cudaErrorInvalidValue;
  if (stream->capture)
    return cudaErrorNotSupported;  // CUDA would add a node that frees; the emulation has none
  ++m.counters.frees;
  return submit_task(handle, {.run = [&m, pointer] { release(m.memory, pointer, Kind::device); }});
}

}  // namespace

cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
  return api("cudaMalloc", [&](Machine& m) {
    const cudaError_t error = refuse_in_capture();
    return error != cudaSuccess ? error : allocate_on_device(m, pointer, bytes);
  });
}

cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes, cudaStream_t handle) {
  return api("cudaMallocAsync", [&](Machine& m) {
    const CUstream_st* stream = resolve(handle);
    if (!stream) return cudaErrorInvalidResourceHandle;
    if (stream->capture) return cudaErrorNotSupported;  // as in free_in_order
    return allocate_on_device(m, pointer, bytes);
  });
}

cudaError_t cudaFree(void* pointer) {
  return api("cudaFree", [&](Machine& m) { return free_now(m, pointer, Kind::device); });
}

cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream) {
  return api("cudaFreeAsync", [&](Machine& m) { return free_in_order(m, pointer, stream); });
}

cudaError_t cudaHostAlloc(void** pointer, std::size_t bytes, unsigned) {
  return api("cudaHostAlloc", [&](Machine& m) { return allocate_pinned(m, pointer, bytes); });
}
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
  return api("cudaMallocHost", [&](Machine& m) { return allocate_pinned(m, pointer, bytes); });
}
cudaError_t cudaFreeHost(void* pointer) {
  return api("cudaFreeHost", [&](Machine& m) { return free_now(m, pointer, Kind::pinned); });
}

cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total) {
  return api("cudaMemGetInfo", [&](Machine& m) {
    if (!free_bytes || !total) return cudaErrorInvalidValue;
    *total = m.settings.memory;
    *free_bytes = m.settings.memory - std::min(m.settings.memory, m.memory.used);
    return cudaSuccess;
  });
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
  return api("cudaPointerGetAttributes", [&](Machine& m) {
    if (!attributes) return cudaErrorInvalidValue;
    const Allocation* found = find(m.memory, pointer);
    if (found && static_cast<const char*>(pointer) == found->base + found->size) found = nullptr;
    auto* address = const_cast<void*>(pointer);
    if (!found)
      *attributes = {cudaMemoryTypeUnregistered, -2, nullptr, address};
    else if (found->kind == Kind::device)
      *attributes = {cudaMemoryTypeDevice, found->device, address, nullptr};
    else
      *attributes = {cudaMemoryTypeHost, found->device, address, address};
    return cudaSuccess;
  });
}
