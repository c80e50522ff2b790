// The API of copies and fills: what may be copied where, and when the host waits.
#include <cstring>
#include <memory>

#include "../cuda_runtime_api.h"
#include "machine.h"

using namespace nn_emulation;

namespace {

enum class Place { pageable, pinned, device, invalid };

// Rows of bytes, a pitch apart.
struct Rows {
  char* base;
  std::size_t pitch, width, height;

  std::size_t extent() const { return height == 0 ? 0 : (height - 1) * pitch + width; }
};

Place place_of(const Machine& m, const Rows& rows) {
  const Allocation* found = find(m.memory, rows.base);
  if (!found) return Place::pageable;
  if (rows.base + rows.extent() > found->base + found->size) return Place::invalid;
  return found->kind == Kind::device ? Place::device : Place::pinned;
}

void copy_rows(const Rows& to, const Rows& from) {
  for (std::size_t row = 0; row < to.height; ++row)
    std::memmove(to.base + row * to.pitch, from.base + row * from.pitch, to.width);
}

struct Copy {
  Rows to, from;
  cudaMemcpyKind kind;
  Place to_place = Place::invalid, from_place = Place::invalid;
};

// Replaces cudaMemcpyDefault by what the pointers say, and compares them with any other kind.
cudaError_t classify(const Machine& m, Copy& copy) {
  copy.to_place = place_of(m, copy.to);
  copy.from_place = place_of(m, copy.from);
  if (copy.to_place == Place::invalid || copy.from_place == Place::invalid) return cudaErrorInvalidValue;
  const bool to_device = copy.to_place == Place::device, from_device = copy.from_place == Place::device;
  const cudaMemcpyKind actual = from_device ? (to_device ? cudaMemcpyDeviceToDevice : cudaMemcpyDeviceToHost)
                                            : (to_device ? cudaMemcpyHostToDevice : cudaMemcpyHostToHost);
  if (copy.kind == cudaMemcpyDefault) copy.kind = actual;
  if (copy.kind < cudaMemcpyHostToHost || copy.kind > cudaMemcpyDefault)
    return cudaErrorInvalidMemcpyDirection;
  return copy.kind == actual ? cudaSuccess : cudaErrorInvalidValue;
}

Task task_of(const Copy& copy) {
  return {.type = cudaGraphNodeTypeMemcpy,
          .run = [to = copy.to, from = copy.from] { copy_rows(to, from); },
          .direction = copy.kind,
          .bytes = copy.to.width * copy.to.height};
}

// Pageable memory is read before the call returns, through a buffer.
Task staged(const Copy& copy) {
  auto buffer = std::make_shared<std::string>(copy.from.base, copy.from.extent());
  Task task = task_of(copy);
  task.run = [to = copy.to, from = copy.from, buffer] {
    copy_rows(to, {buffer->data(), from.pitch, from.width, from.height});
  };
  return task;
}

cudaError_t copy_async(Copy copy, cudaStream_t handle) {
  if (copy.to.width == 0 || copy.to.height == 0) return cudaSuccess;
  CUstream_st* stream = resolve(handle);
  if (!stream) return cudaErrorInvalidResourceHandle;
  cudaError_t error = classify(machine(), copy);
  if (error != cudaSuccess) return error;
  const bool staging =
      copy.from_place == Place::pageable && copy.to_place == Place::device && !stream->capture;
  error = submit_task(handle, staging ? staged(copy) : task_of(copy));
  if (error != cudaSuccess || stream->capture) return error;
  // To pageable memory a copy is complete when the call returns.
  if (copy.to_place == Place::pageable) finish_stream(*stream);
  return cudaSuccess;
}

// A blocking copy runs in the null stream and waits for it, except from device to device.
cudaError_t copy_now(Machine& m, const Copy& copy) {
  cudaError_t error = refuse_in_capture();
  if (error == cudaSuccess) error = copy_async(copy, nullptr);
  if (error != cudaSuccess) return error;
  if (place_of(m, copy.to) == Place::device && place_of(m, copy.from) == Place::device) return cudaSuccess;
  ++m.counters.synchronisations;
  finish_stream(*resolve(nullptr));
  return cudaSuccess;
}

Copy flat(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  return {{static_cast<char*>(to), bytes, bytes, 1},
          {static_cast<char*>(const_cast<void*>(from)), bytes, bytes, 1},
          kind};
}

Copy pitched(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch, std::size_t width,
             std::size_t height, cudaMemcpyKind kind) {
  return {{static_cast<char*>(to), to_pitch, width, height},
          {static_cast<char*>(const_cast<void*>(from)), from_pitch, width, height},
          kind};
}

cudaError_t set(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  if (bytes == 0) return cudaSuccess;
  const Place place = place_of(machine(), {static_cast<char*>(to), bytes, bytes, 1});
  if (place == Place::pageable || place == Place::invalid) return cudaErrorInvalidValue;
  return submit_task(
      stream,
      {.type = cudaGraphNodeTypeMemset, .run = [=] { std::memset(to, value, bytes); }, .bytes = bytes});
}

}  // namespace

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  return api("cudaMemcpy", [&](Machine& m) { return copy_now(m, flat(to, from, bytes, kind)); });
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  return api("cudaMemcpyAsync", [&](Machine&) { return copy_async(flat(to, from, bytes, kind), stream); });
}

cudaError_t cudaMemcpy2D(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                         std::size_t width, std::size_t height, cudaMemcpyKind kind) {
  return api("cudaMemcpy2D", [&](Machine& m) {
    if (width > to_pitch || width > from_pitch) return cudaErrorInvalidPitchValue;
    return copy_now(m, pitched(to, to_pitch, from, from_pitch, width, height, kind));
  });
}

cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind,
                              cudaStream_t stream) {
  return api("cudaMemcpy2DAsync", [&](Machine&) {
    if (width > to_pitch || width > from_pitch) return cudaErrorInvalidPitchValue;
    return copy_async(pitched(to, to_pitch, from, from_pitch, width, height, kind), stream);
  });
}

cudaError_t cudaMemset(void* to, int value, std::size_t bytes) {
  return api("cudaMemset", [&](Machine&) { return set(to, value, bytes, nullptr); });
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  return api("cudaMemsetAsync", [&](Machine&) { return set(to, value, bytes, stream); });
}
