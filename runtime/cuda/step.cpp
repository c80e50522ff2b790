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
  for (Record& record : records_)
    check(cudaEventCreateWithFlags(&record.done, cudaEventDisableTiming), "making an event");
}

DeviceStep::~DeviceStep() = default;

DeviceStep::Record::~Record() {
  if (done) static_cast<void>(cudaEventSynchronize(done));  // the graph reads and writes the members
  if (graph) static_cast<void>(cudaGraphExecDestroy(graph));
  if (done) static_cast<void>(cudaEventDestroy(done));
}

bool DeviceStep::Record::is_same(const Noted& noted, const cuda::Work& work) const {
  return noted.run == work.run && noted.size == work.size &&
         std::memcmp(bytes.data() + noted.begin, work.bytes, work.size) == 0;
}

void DeviceStep::Record::forget_from(std::size_t count) {
  if (count >= notes.size()) return;
  has_graph = false;
  bytes.resize(notes[count].begin);
  notes.resize(count);
}

// The graph may still read the staging buffers.
void DeviceStep::Record::wait() const {
  const cudaError_t state = cudaEventQuery(done);
  if (state == cudaErrorNotReady) {
    static_cast<void>(cudaGetLastError());
    check(cudaEventSynchronize(done), "an earlier step");
  } else {
    check(state, "an earlier step");
  }
}

void DeviceStep::begin() {
  if (context_.recording || cuda::recording_here()) throw Error("nn::Step: a step inside the body of a step");
  context_.recording = this;
  cuda::recording_here() = &context_;
  if (record_->staged > 0) record_ = record_ == records_ ? records_ + 1 : records_;
  if (!record_->has_graph) record_->forget_from(0);
  same_ = record_->has_graph;
  seen_ = record_->staged = value_bytes_ = 0;
}

void DeviceStep::leave() noexcept {
  context_.recording = nullptr;
  cuda::recording_here() = nullptr;
}

void DeviceStep::abort() noexcept {
  leave();
  record_->has_graph = false;
  for (const Record& record : records_) static_cast<void>(cudaEventSynchronize(record.done));
  kept_.clear();
}

void DeviceStep::end() {
  leave();
  const cuda::Current current(context_.index);
  try {
    if (!same_ || seen_ < record_->notes.size()) {
      record_->forget_from(seen_);
      capture();
    }
    if (!record_->notes.empty())
      check(cudaGraphLaunch(record_->graph, context_.stream.get()), "launching a step");
    check(cudaEventRecord(record_->done, context_.stream.get()), "recording an event");
  } catch (...) {
    abort();
    throw;
  }
  kept_.clear();  // cudaFree waits for what uses the memory
}

void DeviceStep::note(const cuda::Work& work) {
  Record& record = *record_;
  if (same_ && seen_ < record.notes.size() && record.is_same(record.notes[seen_], work)) {
    ++seen_;
    return;
  }
  if (same_) record.forget_from(seen_);
  same_ = record.has_graph = false;
  record.notes.push_back({work.name, work.run, record.bytes.size(), work.size});
  record.bytes.insert(record.bytes.end(), work.bytes, work.bytes + work.size);
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
  if (record_->staged == 0) record_->wait();
  if (record_->staged == record_->staging.size()) record_->staging.emplace_back();
  cuda::Pinned& buffer = record_->staging[record_->staged++];
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

cudaGraph_t DeviceStep::captured_graph() {
  const cudaStream_t stream = context_.stream.get();
  // Relaxed: only this thread's calls on this stream are in the graph, others may do what they like.
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed), "capturing a step");
  cudaGraph_t graph = nullptr;
  try {
    for (const Noted& noted : record_->notes) {
      const cuda::Work work{noted.name, noted.run, record_->bytes.data() + noted.begin, noted.size};
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
  if (record_->graph && cudaGraphExecUpdate(record_->graph, graph, &info) == cudaSuccess) return true;
  static_cast<void>(cudaGetLastError());
  return false;
}

void DeviceStep::capture() {
  Record& record = *record_;
  if (!record.notes.empty()) {
    const cudaGraph_t graph = captured_graph();
    cudaError_t error = cudaSuccess;
    if (!updated_with(graph)) {
      error = cudaEventSynchronize(record.done);  // it may still run the graph that goes
      if (record.graph) static_cast<void>(cudaGraphExecDestroy(std::exchange(record.graph, nullptr)));
      if (error == cudaSuccess) error = cudaGraphInstantiate(&record.graph, graph, 0);
    }
    static_cast<void>(cudaGraphDestroy(graph));
    if (error != cudaSuccess) {
      record.graph = nullptr;
      cuda::fail(error, "making a graph of " + std::to_string(record.notes.size()) + " pieces of work");
    }
  }
  record.has_graph = true;
}

void DeviceStep::read_value(void* to, std::size_t bytes) {
  if (context_.recording) throw Error("nn::Step: value() inside the body of a step");
  if (!record_->has_graph || value_bytes_ == 0) throw Error("nn::Step: no step has computed a value");
  if (bytes != value_bytes_)
    throw Error("nn::Step: the value has " + std::to_string(value_bytes_) + " bytes, value<T>() asks for " +
                std::to_string(bytes));
  const cuda::Current current(context_.index);
  context_.synchronize();
  std::memcpy(to, value_.data(), bytes);
}

}  // namespace nn::rt
