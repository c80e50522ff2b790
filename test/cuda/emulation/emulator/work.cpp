// Queues of tasks: what each waits for, and running them when someone waits for them.
#include "work.h"

#include <algorithm>

#include "block.h"
#include "machine.h"

namespace nn_emulation {
namespace {

constexpr std::size_t longest_queue = 1024;

CUstream_st& null_stream(int device) {
  auto& streams = machine().work.null_streams;
  while (static_cast<int>(streams.size()) <= device) {
    streams.push_back(std::make_unique<CUstream_st>());
    streams.back()->device = static_cast<int>(streams.size()) - 1;
  }
  return *streams[static_cast<std::size_t>(device)];
}

bool is_null(const CUstream_st& stream) {
  return &stream == &null_stream(stream.device);
}

void wait_for(std::vector<OpPointer>& after, const OpPointer& op) {
  if (op && !op->done) after.push_back(op);
}

// The null stream and the blocking ones wait for each other.
void add_legacy_dependencies(CUstream_st& stream, std::vector<OpPointer>& after) {
  if (!stream.blocking) return;
  if (!is_null(stream)) return wait_for(after, null_stream(stream.device).last);
  for (CUstream_st* other : machine().work.streams)
    if (other->blocking && other->device == stream.device) wait_for(after, other->last);
}

void enqueue(CUstream_st& stream, Task task) {
  auto op = std::make_shared<Op>();
  op->task = std::move(task);
  wait_for(op->after, stream.last);
  for (const OpPointer& other : stream.waits) wait_for(op->after, other);
  stream.waits.clear();
  add_legacy_dependencies(stream, op->after);
  stream.last = op;
  stream.queue.push_back(std::move(op));
  if (stream.queue.size() > longest_queue) finish(stream.queue.front());
  maybe_run_some();
}

void forget_done(CUstream_st& stream) {
  while (!stream.queue.empty() && stream.queue.front()->done) stream.queue.pop_front();
}

void capture(CUstream_st& stream, Task task) {
  auto& nodes = stream.capture->graph->nodes;
  auto node = std::make_unique<CUgraphNode_st>();
  node->task = std::move(task);
  node->index = nodes.size();
  for (const CUgraphNode_st* before : stream.frontier) node->after.push_back(before->index);
  stream.frontier = {node.get()};
  nodes.push_back(std::move(node));
}

bool captures_blocking_stream() {
  const auto& streams = machine().work.streams;
  return std::any_of(streams.begin(), streams.end(),
                     [](const CUstream_st* stream) { return stream->capture && stream->blocking; });
}

cudaError_t invalidate(Capture* capture, cudaError_t error) {
  capture->invalid = true;
  return error;
}

}  // namespace

CUstream_st* resolve(cudaStream_t stream) {
  if (stream == nullptr || stream == cudaStreamLegacy || stream == cudaStreamPerThread)
    return &null_stream(current_device());
  return machine().work.streams.contains(stream) ? stream : nullptr;
}

void count(const Task& task) {
  Counters& counters = machine().counters;
  switch (task.type) {
    case cudaGraphNodeTypeKernel:
      ++(task.library ? counters.library_calls : counters.launches);
      if (!task.library) machine().kernel_names.push_back(task.name);
      break;
    case cudaGraphNodeTypeMemcpy:
      ++counters.copies;
      if (task.direction == cudaMemcpyHostToDevice) counters.bytes_to_device += task.bytes;
      if (task.direction == cudaMemcpyDeviceToHost) counters.bytes_to_host += task.bytes;
      if (task.direction == cudaMemcpyDeviceToDevice) counters.bytes_on_device += task.bytes;
      break;
    case cudaGraphNodeTypeMemset:
      ++counters.memsets;
      break;
    case cudaGraphNodeTypeGraph:
      ++counters.graph_launches;
      for (const CUgraphNode_st& node : *task.graph) count(node.task);
      break;
    default:
      break;
  }
}

cudaError_t submit_task(cudaStream_t handle, Task task) {
  CUstream_st* stream = resolve(handle);
  if (!stream || stream->device != current_device()) return cudaErrorInvalidResourceHandle;
  if (stream->capture) {
    if (stream->capture->invalid) return cudaErrorStreamCaptureInvalidated;
    capture(*stream, std::move(task));
    return cudaSuccess;
  }
  const cudaError_t error = refuse_captured(*stream);
  if (error != cudaSuccess) return error;
  count(task);
  enqueue(*stream, std::move(task));
  return cudaSuccess;
}

void finish(const OpPointer& target) {
  if (!target || target->done) return;
  const DeviceAccess access(machine().memory);
  std::vector<OpPointer> stack{target};
  while (!stack.empty()) {
    const OpPointer op = stack.back();
    while (!op->after.empty() && op->after.back()->done) op->after.pop_back();
    if (op->done) {
      stack.pop_back();
    } else if (!op->after.empty()) {
      stack.push_back(op->after.back());
    } else {
      if (op->task.run) op->task.run();
      op->done = true;
      op->task.run = nullptr;
    }
  }
}

void finish_stream(CUstream_st& stream) {
  std::vector<OpPointer> last{stream.last};
  last.insert(last.end(), stream.waits.begin(), stream.waits.end());
  if (is_null(stream)) add_legacy_dependencies(stream, last);
  for (const OpPointer& op : last) finish(op);
  forget_done(stream);
}

void finish_all() {
  Work& work = machine().work;
  std::vector<CUstream_st*> streams(work.streams.begin(), work.streams.end());
  for (const auto& stream : work.null_streams) streams.push_back(stream.get());
  machine().random.shuffle(streams);
  for (CUstream_st* stream : streams) finish_stream(*stream);
  for (const OpPointer& op : work.orphans) finish(op);
  work.orphans.clear();
}

bool is_idle(const CUstream_st& stream) {
  return !stream.last || stream.last->done;
}

void maybe_run_some() {
  Machine& m = machine();
  if (m.settings.eagerness == 0 || static_cast<int>(m.random.below(100)) >= m.settings.eagerness) return;
  std::vector<CUstream_st*> busy;
  for (const auto& stream : m.work.null_streams) busy.push_back(stream.get());
  busy.insert(busy.end(), m.work.streams.begin(), m.work.streams.end());
  std::erase_if(busy, [](CUstream_st* stream) { return forget_done(*stream), stream->queue.empty(); });
  if (!busy.empty()) finish(busy[m.random.below(static_cast<std::uint32_t>(busy.size()))]->queue.front());
}

cudaError_t refuse_captured(CUstream_st& stream) {
  if (stream.capture) return invalidate(stream.capture, cudaErrorStreamCaptureUnsupported);
  if (!is_null(stream) || !captures_blocking_stream()) return cudaSuccess;
  for (CUstream_st* other : machine().work.streams)
    if (other->capture && other->blocking) other->capture->invalid = true;
  return cudaErrorStreamCaptureImplicit;
}

}  // namespace nn_emulation
