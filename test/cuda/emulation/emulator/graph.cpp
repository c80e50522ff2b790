// Capturing streams into graphs, and launching graphs.
#include <algorithm>

#include "../cuda_runtime_api.h"
#include "machine.h"

using namespace nn_emulation;

namespace {

thread_local cudaStreamCaptureMode mode_of_thread = cudaStreamCaptureModeGlobal;

cudaError_t begin_capture(Machine& m, cudaStream_t handle, cudaStreamCaptureMode mode) {
  CUstream_st* stream = resolve(handle);
  if (!stream) return cudaErrorInvalidResourceHandle;
  if (!m.work.streams.contains(stream)) return cudaErrorStreamCaptureUnsupported;  // the null stream
  if (stream->capture) return cudaErrorIllegalState;
  auto* capture = new Capture;
  capture->origin = stream;
  capture->mode = mode;
  capture->thread = std::this_thread::get_id();
  m.work.captures.insert(capture);
  stream->capture = capture;
  stream->frontier.clear();
  return cudaSuccess;
}

// True if a stream that joined the capture has work that the origin does not wait for.
bool has_unjoined(const Machine& m, const Capture& capture) {
  std::vector<bool> joined(capture.graph->nodes.size());
  std::vector<std::size_t> open;
  for (const CUgraphNode_st* node : capture.origin->frontier) open.push_back(node->index);
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    if (joined[node]) continue;
    joined[node] = true;
    for (const std::size_t before : capture.graph->nodes[node]->after) open.push_back(before);
  }
  return std::any_of(m.work.streams.begin(), m.work.streams.end(), [&](const CUstream_st* stream) {
    return stream->capture == &capture &&
           std::any_of(stream->frontier.begin(), stream->frontier.end(),
                       [&](const CUgraphNode_st* node) { return !joined[node->index]; });
  });
}

cudaError_t end_capture(Machine& m, cudaStream_t handle, cudaGraph_t* graph) {
  CUstream_st* stream = resolve(handle);
  if (!stream || !graph) return cudaErrorInvalidValue;
  if (!stream->capture) return cudaErrorIllegalState;
  if (stream->capture->origin != stream) return cudaErrorStreamCaptureUnmatched;
  if (stream->capture->mode != cudaStreamCaptureModeRelaxed &&
      stream->capture->thread != std::this_thread::get_id())
    return cudaErrorStreamCaptureWrongThread;
  const std::unique_ptr<Capture> capture(stream->capture);
  *graph = nullptr;
  const bool unjoined = has_unjoined(m, *capture);
  for (CUstream_st* other : m.work.streams)
    if (other->capture == capture.get()) {
      other->capture = nullptr;
      other->frontier.clear();
    }
  m.work.captures.erase(capture.get());
  if (capture->invalid) return cudaErrorStreamCaptureInvalidated;
  if (unjoined) return cudaErrorStreamCaptureUnjoined;
  ++m.counters.captures;
  *graph = capture->graph.release();
  m.work.graphs.insert(*graph);
  return cudaSuccess;
}

cudaError_t launch_graph(Machine& m, cudaGraphExec_t exec, cudaStream_t stream) {
  if (!m.work.execs.contains(exec)) return cudaErrorInvalidResourceHandle;
  const auto nodes = exec->nodes;
  return submit_task(stream,
                     {.type = cudaGraphNodeTypeGraph, .run = [nodes] { run_graph(*nodes); }, .graph = nodes});
}

cudaError_t instantiate(Machine& m, cudaGraphExec_t* exec, cudaGraph_t graph) {
  if (!exec || !m.work.graphs.contains(graph)) return cudaErrorInvalidValue;
  auto nodes = std::make_shared<std::vector<CUgraphNode_st>>();
  for (const auto& node : graph->nodes) nodes->push_back(*node);
  *exec = new CUgraphExec_st{std::move(nodes)};
  m.work.execs.insert(*exec);
  return cudaSuccess;
}

// As CUDA: without an array the number of nodes; with one, as many as fit, and null behind them.
cudaError_t get_nodes(const CUgraph_st& graph, cudaGraphNode_t* nodes, std::size_t* count) {
  const std::size_t all = graph.nodes.size();
  if (!nodes) {
    *count = all;
    return cudaSuccess;
  }
  for (std::size_t i = 0; i < *count; ++i) nodes[i] = i < all ? graph.nodes[i].get() : nullptr;
  *count = std::min(*count, all);
  return cudaSuccess;
}

bool concerns_this_thread(const Capture& capture) {
  if (mode_of_thread == cudaStreamCaptureModeRelaxed) return false;
  const bool own = capture.thread == std::this_thread::get_id();
  if (own) return capture.mode != cudaStreamCaptureModeRelaxed;
  return capture.mode == cudaStreamCaptureModeGlobal && mode_of_thread == cudaStreamCaptureModeGlobal;
}

}  // namespace

namespace nn_emulation {

cudaError_t refuse_in_capture() {
  cudaError_t error = cudaSuccess;
  for (Capture* capture : machine().work.captures) {
    if (!concerns_this_thread(*capture)) continue;
    capture->invalid = true;
    error = cudaErrorStreamCaptureUnsupported;
  }
  return error;
}

void run_graph(const std::vector<CUgraphNode_st>& nodes) {
  std::vector<std::size_t> open(nodes.size()), ready;
  std::vector<std::vector<std::size_t>> later(nodes.size());
  for (const CUgraphNode_st& node : nodes) {
    open[node.index] = node.after.size();
    for (const std::size_t before : node.after) later[before].push_back(node.index);
    if (node.after.empty()) ready.push_back(node.index);
  }
  while (!ready.empty()) {
    std::swap(ready[machine().random.below(static_cast<std::uint32_t>(ready.size()))], ready.back());
    const std::size_t node = ready.back();
    ready.pop_back();
    if (nodes[node].task.run) nodes[node].task.run();
    for (const std::size_t next : later[node])
      if (--open[next] == 0) ready.push_back(next);
  }
}

}  // namespace nn_emulation

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  return api("cudaStreamBeginCapture", [&](Machine& m) { return begin_capture(m, stream, mode); });
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  return api("cudaStreamEndCapture", [&](Machine& m) { return end_capture(m, stream, graph); });
}
cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus* status) {
  return api("cudaStreamIsCapturing", [&](Machine&) {
    const CUstream_st* stream = resolve(handle);
    if (!stream || !status) return cudaErrorInvalidValue;
    *status = !stream->capture           ? cudaStreamCaptureStatusNone
              : stream->capture->invalid ? cudaStreamCaptureStatusInvalidated
                                         : cudaStreamCaptureStatusActive;
    return cudaSuccess;
  });
}
cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode) {
  return api("cudaThreadExchangeStreamCaptureMode", [&](Machine&) {
    if (!mode) return cudaErrorInvalidValue;
    std::swap(*mode, mode_of_thread);
    return cudaSuccess;
  });
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  return api("cudaGraphInstantiate", [&](Machine& m) { return instantiate(m, exec, graph); });
}
cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* exec, cudaGraph_t graph,
                                          unsigned long long flags) {
  return cudaGraphInstantiate(exec, graph, flags);
}
cudaError_t cudaGraphUpload(cudaGraphExec_t exec, cudaStream_t stream) {
  return api("cudaGraphUpload", [&](Machine& m) {
    return m.work.execs.contains(exec) && resolve(stream) ? cudaSuccess : cudaErrorInvalidValue;
  });
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  return api("cudaGraphLaunch", [&](Machine& m) { return launch_graph(m, exec, stream); });
}
cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t* nodes, std::size_t* count) {
  return api("cudaGraphGetNodes", [&](Machine& m) {
    return count && m.work.graphs.contains(graph) ? get_nodes(*graph, nodes, count) : cudaErrorInvalidValue;
  });
}
cudaError_t cudaGraphNodeGetType(cudaGraphNode_t node, cudaGraphNodeType* type) {
  return api("cudaGraphNodeGetType", [&](Machine&) {
    if (!node || !type) return cudaErrorInvalidValue;
    *type = node->task.type;
    return cudaSuccess;
  });
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  return api("cudaGraphDestroy", [&](Machine& m) {
    if (m.work.graphs.erase(graph) == 0) return cudaErrorInvalidValue;
    delete graph;
    return cudaSuccess;
  });
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  return api("cudaGraphExecDestroy", [&](Machine& m) {
    if (m.work.execs.erase(exec) == 0) return cudaErrorInvalidValue;
    delete exec;  // its nodes live on while launches of them wait
    return cudaSuccess;
  });
}
