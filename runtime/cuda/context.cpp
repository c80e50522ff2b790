// What happens on a workspace's stream: work is run or noted, values come back, errors are reported.
#include "context.h"

#include <string>

#include "gemm_plan.h"
#include "nn/error.h"
#include "step.h"

namespace nn::rt {

namespace cuda {

Stream::Stream() {
  check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream");
}

Stream::~Stream() {
  static_cast<void>(cudaStreamDestroy(stream_));
}

DeviceContext*& recording_here() {
  thread_local DeviceContext* context = nullptr;
  return context;
}

void LabelCheck::allocate() {
  found = Pinned(most_blocks * sizeof(WrongLabel));
  for (int block = 0; block < most_blocks; ++block) wrong()[block] = {-1, 0};
}

void LabelCheck::report() const {
  if (!found.data()) return;
  const WrongLabel* first = nullptr;
  for (WrongLabel* block = wrong(); block != wrong() + most_blocks; ++block)
    if (block->position >= 0 && (!first || block->position < first->position)) first = block;
  if (!first) return;
  const WrongLabel told = *first;
  for (int block = 0; block < most_blocks; ++block) wrong()[block].position = -1;
  throw Error(std::string(function) + ": " + argument + "(" + std::to_string(told.position) + ") is " +
              std::to_string(told.value) + ", but has to be from " + std::to_string(-shift) + " to " +
              std::to_string(classes - 1 - shift));
}

namespace {

struct Copy {
  std::byte* to;
  const std::byte* from;
  std::size_t bytes;
};

void run_copy(DeviceContext& context, const Work& work) {
  const auto copy = bytes_of<Copy>(work);
  const cudaError_t error =
      cudaMemcpyAsync(copy.to, copy.from, copy.bytes, cudaMemcpyDefault, context.stream.get());
  if (error != cudaSuccess) fail(error, "copying " + std::to_string(copy.bytes) + " bytes");
}

void run_zero(DeviceContext& context, const Work& work) {
  const auto zero = bytes_of<Copy>(work);
  const cudaError_t error = cudaMemsetAsync(zero.to, 0, zero.bytes, context.stream.get());
  if (error != cudaSuccess) fail(error, "zeroing " + std::to_string(zero.bytes) + " bytes");
}

}  // namespace

void submit_copy(DeviceContext& context, std::byte* to, const std::byte* from, std::size_t bytes) {
  context.submit(work_of("copy", run_copy, Copy{to, from, bytes}));
}

void submit_zero(DeviceContext& context, void* to, std::size_t bytes) {
  context.submit(work_of("zero", run_zero, Copy{static_cast<std::byte*>(to), nullptr, bytes}));
}

cudaStream_t stream_of(DeviceContext& context) {
  return context.stream.get();
}

void check_launch(cudaError_t error, const char* name, Grid grid) {
  if (error != cudaSuccess) [[unlikely]]
    fail(error, "launching " + std::string(name) + " with " + std::to_string(grid.blocks) + " blocks of " +
                    std::to_string(grid.threads) + " threads");
}

Call::Call(Workspace& ws) : context_(ws.context()) {
  check(cudaGetDevice(&before_), "finding the current device");
  if (before_ != context_.index) check(cudaSetDevice(context_.index), "changing the current device");
}

Call::~Call() {
  if (before_ != context_.index) static_cast<void>(cudaSetDevice(before_));
}

std::byte* Call::reserve(std::size_t bytes) {
  return context_.reserve(bytes);
}

cudaStream_t Call::stream() const {
  return context_.stream.get();
}

void Call::submit(const Work& work) {
  context_.submit(work);
}

void Call::read(const void* device_scalar, void* result, std::size_t bytes) {
  const auto* from = static_cast<const std::byte*>(device_scalar);
  if (context_.recording) return context_.recording->note_value(from, bytes);
  submit_copy(context_, context_.value.data(), from, bytes);
  context_.synchronize();
  std::memcpy(result, context_.value.data(), bytes);
}

}  // namespace cuda

DeviceContext::DeviceContext(int device) : index(device), value(16) {}

DeviceContext::~DeviceContext() {
  static_cast<void>(cudaStreamSynchronize(stream.get()));  // what it still does needs the members
}

void DeviceContext::synchronize() {
  cuda::check(cudaStreamSynchronize(stream.get()), "work on the device");
  check_at_once.report();
  for (const auto& check : checks) check->report();
}

void DeviceContext::submit(const cuda::Work& work) {
  if (recording)
    recording->note(work);
  else
    work.run(*this, work);
}

std::byte* DeviceContext::reserve(std::size_t bytes) {
  if (bytes > arena.bytes()) {
    if (recording) recording->keep(std::move(arena));  // what was noted before still uses it
    arena = cuda::Memory();
    arena = cuda::Memory(index, bytes);
  }
  return arena.data();
}

}  // namespace nn::rt
