// nn::cuda and the table of functions behind it: memory, copies, contexts and steps.
#include <string>

#include "context.h"
#include "gemm_plan.h"
#include "nn/cuda.h"
#include "nn/error.h"
#include "step.h"
#include "update.h"

namespace nn {

namespace rt::cuda {

namespace {

std::byte* allocate(int index, std::size_t bytes) {
  const Current current(index);
  return Memory(index, bytes).release();
}

// Runs in destructors. cudaFree waits for the work that uses the memory, but not for what is only noted.
void release(int index, std::byte* memory) noexcept {
  Memory owner = Memory::owning(index, memory);
  if (DeviceContext* context = recording_here()) context->recording->keep(std::move(owner));
}

void wait_for(cudaError_t error) {
  check(error, "work on the device");
}

// The null stream does not wait for workspaces' streams, nor they for it.
void copy_now(int index, void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  const Current current(index);
  wait_for(cudaDeviceSynchronize());
  const cudaError_t error = cudaMemcpy(to, from, bytes, kind);
  if (error != cudaSuccess)
    fail(error, "copying " + std::to_string(bytes) + " bytes" +
                    (kind == cudaMemcpyHostToDevice   ? " to "
                     : kind == cudaMemcpyDeviceToHost ? " from "
                                                      : " within ") +
                    device_name(index));
  wait_for(cudaStreamSynchronize(nullptr));
}

void zero(int index, std::byte* memory, std::size_t bytes) {
  const Current current(index);
  check(cudaMemset(memory, 0, bytes), "zeroing memory");
  wait_for(cudaStreamSynchronize(nullptr));
}

void to_device(int index, std::byte* to, const std::byte* from, std::size_t bytes) {
  copy_now(index, to, from, bytes, cudaMemcpyHostToDevice);
}

void to_host(int index, std::byte* to, const std::byte* from, std::size_t bytes) {
  if (recording_here())
    throw Error(
        "nn: a tensor is copied to the host inside the body of an nn::Step, before the step is done; "
        "copy it afterwards");
  copy_now(index, to, from, bytes, cudaMemcpyDeviceToHost);
}

void within(int index, std::byte* to, const std::byte* from, std::size_t bytes) {
  if (DeviceContext* context = recording_here()) return submit_copy(*context, to, from, bytes);
  copy_now(index, to, from, bytes, cudaMemcpyDeviceToDevice);
}

int index_of(const void* pointer) {
  cudaPointerAttributes attributes = {};
  const cudaError_t error = cudaPointerGetAttributes(&attributes, pointer);
  if (error != cudaSuccess) static_cast<void>(cudaGetLastError());
  const bool on_device = error == cudaSuccess && (attributes.type == cudaMemoryTypeDevice ||
                                                  attributes.type == cudaMemoryTypeManaged);
  return on_device ? attributes.device : -1;
}

DeviceContext* open(int index) {
  const Current current(index);
  return new DeviceContext(index);
}

void close(DeviceContext* context) noexcept {
  delete context;
}

void synchronize(DeviceContext& context) {
  if (context.recording) throw Error("nn: ws.synchronize() inside the body of an nn::Step");
  const Current current(context.index);
  context.synchronize();
}

void set_precision(DeviceContext& context, Precision precision) {
  context.precision = precision;
}

void upload(DeviceContext& context, std::byte* to, const std::byte* from, std::size_t bytes) {
  const Current current(context.index);
  if (context.recording)
    context.recording->note_upload(to, from, bytes);
  else
    submit_copy(context, to, from, bytes);
}

void update_on(DeviceContext& context, const Update& what) {
  const Current current(context.index);
  update(context, what);
}

bool is_recording(const DeviceContext& context) {
  return context.recording != nullptr;
}

DeviceStep* open_step(DeviceContext& context) {
  return new DeviceStep(context);
}

void close_step(DeviceStep* step) noexcept {
  delete step;
}

void begin_step(DeviceStep& step) {
  step.begin();
}

void end_step(DeviceStep& step) {
  step.end();
}

void abort_step(DeviceStep& step) noexcept {
  step.abort();
}

void step_value(DeviceStep& step, void* value, std::size_t bytes) {
  step.read_value(value, bytes);
}

constexpr DeviceApi api = {
    .kind = "cuda",
    .allocate = allocate,
    .release = release,
    .zero = zero,
    .to_device = to_device,
    .to_host = to_host,
    .within = within,
    .index_of = index_of,
    .open = open,
    .close = close,
    .synchronize = synchronize,
    .set_precision = set_precision,
    .upload = upload,
    .update = update_on,
    .is_recording = is_recording,
    .open_step = open_step,
    .close_step = close_step,
    .begin_step = begin_step,
    .end_step = end_step,
    .abort_step = abort_step,
    .step_value = step_value,
};

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

[[noreturn]] void throw_old_driver() {
  int driver = 0, runtime = 0;
  static_cast<void>(cudaDriverGetVersion(&driver));
  static_cast<void>(cudaRuntimeGetVersion(&runtime));
  if (driver == 0) throw Error("nn::cuda: no NVIDIA driver is installed");
  throw Error("nn::cuda: the NVIDIA driver is too old: it supports CUDA " + version_text(driver) +
              ", nn was built with CUDA " + version_text(runtime));
}

void check_capability(int index) {
  int major = 0, minor = 0;
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index), "asking about a device");
  check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, index), "asking about a device");
  if (major < 8)
    throw Error("nn::cuda: " + device_name(index) + " has compute capability " + std::to_string(major) + "." +
                std::to_string(minor) + ", nn needs 8.0 or higher");
}

}  // namespace

}  // namespace rt::cuda

Device cuda(int index) {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error == cudaErrorInsufficientDriver) {
    static_cast<void>(cudaGetLastError());
    rt::cuda::throw_old_driver();
  }
  if (error == cudaErrorNoDevice || (error == cudaSuccess && count == 0)) {
    static_cast<void>(cudaGetLastError());
    throw Error("nn::cuda: there is no CUDA device");
  }
  rt::cuda::check(error, "looking for CUDA devices");
  if (index < 0 || index >= count)
    throw Error("nn::cuda: there is no device " + std::to_string(index) + "; there " +
                (count == 1 ? "is 1" : "are " + std::to_string(count)) + ", counted from 0");
  rt::cuda::check_capability(index);
  return Device(rt::cuda::api, index);
}

int cuda_device_count() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  static_cast<void>(cudaGetLastError());
  return 0;
}

}  // namespace nn
