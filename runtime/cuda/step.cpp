// Recording a Step's body, comparing it with the record, capturing the graph and launching it.
#include "step.h"

#include <cstring>
#include <string>

#include "context.h"
#include "nn/error.h"

namespace nn::rt {

using cuda::check;

DeviceStep::DeviceStep(DeviceContext& context) : context_(context), value_(16) {
  const cuda::Current current(context.index);
  check(cudaEventCreateWithFlags(&done_, cudaEventDisableTiming), "making an event");
}

DeviceStep::~DeviceStep() {
  static_cast<void>(cudaEventSynchronize(done_));  // the graph reads and writes the members
  if (graph_) static_cast<void>(cudaGraphExecDestroy(graph_));
  static_cast<void>(cudaEventDestroy(done_));
}

void DeviceStep::begin() {
  if (context_.recording || cuda::recording_here()) throw Error("nn::Step: a step inside the body of a step");
  context_.recording = this;
  cuda::recording_here() = &context_;
  if (!has_graph_) forget_from(0);
  same_ = has_graph_;
  seen_ = staged_ = value_bytes_ = 0;
}

void DeviceStep::leave() noexcept {
  context_.recording = nullptr;
  cuda::recording_here() = nullptr;
}

void DeviceStep::abort() noexcept {
  leave();
  has_graph_ = false;
  static_cast<void>(cudaEventSynchronize(done_));
  kept_.clear();
}

void DeviceStep::end() {
  leave();
  const cuda::Current current(context_.index);
  try {
    if (!same_ || seen_ < notes_.size()) {
      forget_from(seen_);
      capture();
    }
    if (!notes_.empty()) check(cudaGraphLaunch(graph_, context_.stream.get()), "launching a step");
    check(cudaEventRecord(done_, context_.stream.get()), "recording an event");
  } catch (...) {
    abort();
    throw;
  }
  kept_.clear();  // cudaFree waits for what uses the memory
}

bool DeviceStep::is_same(const Noted& noted, const cuda::Work& work) const {
  return noted.run == work.run && noted.size == work.size &&
         std::memcmp(bytes_.data() + noted.begin, work.bytes, work.size) == 0;
}

void DeviceStep::forget_from(std::size_t count) {
  if (count >= notes_.size()) return;
  has_graph_ = false;
  bytes_.resize(notes_[count].begin);
  notes_.resize(count);
}

void DeviceStep::note(const cuda::Work& work) {
  if (same_ && seen_ < notes_.size() && is_same(notes_[seen_], work)) {
    ++seen_;
    return;
  }
  if (same_) forget_from(seen_);
  same_ = has_graph_ = false;
  notes_.push_back({work.name, work.run, bytes_.size(), work.size});
  bytes_.insert(bytes_.end(), work.bytes, work.bytes + work.size);
  ++seen_;
}

void DeviceStep::note_value(const std::byte* from, std::size_t bytes) {
  value_bytes_ = bytes;
  cuda::submit_copy(context_, value_.data(), from, bytes);
}

void DeviceStep::note_upload(std::byte* to, const std::byte* from, std::size_t bytes) {
  cudaPointerAttributes attributes = {};
  const bool known = cudaPointerGetAttributes(&attributes, from) == cudaSuccess;
  if (known && attributes.type == cudaMemoryTypeHost) return cuda::submit_copy(context_, to, from, bytes);
  if (!known) static_cast<void>(cudaGetLastError());
  if (staged_ == 0) wait_for_last();
  if (staged_ == staging_.size()) staging_.emplace_back();
  cuda::Pinned& buffer = staging_[staged_++];
  if (buffer.bytes() < bytes) {
    buffer = cuda::Pinned();
    buffer = cuda::Pinned(bytes);
  }
  std::memcpy(buffer.data(), from, bytes);
  cuda::submit_copy(context_, to, buffer.data(), bytes);
}

void DeviceStep::keep(cuda::Memory memory) {
  kept_.push_back(std::move(memory));
}

// The graph before may still read the staging buffers.
void DeviceStep::wait_for_last() {
  const cudaError_t state = cudaEventQuery(done_);
  if (state == cudaErrorNotReady) {
    static_cast<void>(cudaGetLastError());
    check(cudaEventSynchronize(done_), "the step before");
  } else {
    check(state, "the step before");
  }
}

cudaGraph_t DeviceStep::captured_graph() {
  const cudaStream_t stream = context_.stream.get();
  // Relaxed: only this thread's calls on this stream are in the graph, others may do what they like.
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed), "capturing a step");
  cudaGraph_t graph = nullptr;
  try {
    for (const Noted& noted : notes_) {
      const cuda::Work work{noted.name, noted.run, bytes_.data() + noted.begin, noted.size};
      work.run(context_, work);
    }
  } catch (...) {
    if (cudaStreamEndCapture(stream, &graph) == cudaSuccess && graph) {
      static_cast<void>(cudaGraphDestroy(graph));
    } else {
      static_cast<void>(cudaGetLastError());
    }
    throw;
  }
  check(cudaStreamEndCapture(stream, &graph), "capturing a step");
  return graph;
}

// Other addresses and numbers in the same work are exchanged in the graph, even while it runs.
bool DeviceStep::updated_with(cudaGraph_t graph) {
  cudaGraphExecUpdateResultInfo info = {};
  if (graph_ && cudaGraphExecUpdate(graph_, graph, &info) == cudaSuccess) return true;
  static_cast<void>(cudaGetLastError());
  return false;
}

void DeviceStep::capture() {
  if (!notes_.empty()) {
    const cudaGraph_t graph = captured_graph();
    cudaError_t error = cudaSuccess;
    if (!updated_with(graph)) {
      error = cudaEventSynchronize(done_);  // it may still run the graph that goes
      if (graph_) static_cast<void>(cudaGraphExecDestroy(std::exchange(graph_, nullptr)));
      if (error == cudaSuccess) error = cudaGraphInstantiate(&graph_, graph, 0);
    }
    static_cast<void>(cudaGraphDestroy(graph));
    if (error != cudaSuccess) {
      graph_ = nullptr;
      cuda::fail(error, "making a graph of " + std::to_string(notes_.size()) + " pieces of work");
    }
  }
  has_graph_ = true;
}

void DeviceStep::read_value(void* to, std::size_t bytes) {
  if (context_.recording) throw Error("nn::Step: value() inside the body of a step");
  if (!has_graph_ || value_bytes_ == 0) throw Error("nn::Step: no step has computed a value");
  if (bytes != value_bytes_)
    throw Error("nn::Step: the value has " + std::to_string(value_bytes_) + " bytes, value<T>() asks for " +
                std::to_string(bytes));
  const cuda::Current current(context_.index);
  context_.synchronize();
  std::memcpy(to, value_.data(), bytes);
}

}  // namespace nn::rt
