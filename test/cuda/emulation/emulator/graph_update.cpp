// Updating an instantiated graph from another one of the same structure.
#include "../cuda_runtime_api.h"
#include "machine.h"

using namespace nn_emulation;

namespace {

// Stricter than CUDA, which lets some kernels change: what a node does has to be the same kind of thing.
bool is_alike(const CUgraphNode_st& a, const CUgraphNode_st& b) {
  return a.task.type == b.task.type && a.task.name == b.task.name && a.task.bytes == b.task.bytes &&
         a.task.direction == b.task.direction && a.after == b.after;
}

cudaError_t update(Machine& m, cudaGraphExec_t exec, cudaGraph_t graph, cudaGraphExecUpdateResultInfo* info) {
  if (!info || !m.work.execs.contains(exec) || !m.work.graphs.contains(graph)) return cudaErrorInvalidValue;
  *info = {cudaGraphExecUpdateSuccess, nullptr, nullptr};
  auto nodes = std::make_shared<std::vector<CUgraphNode_st>>();
  for (const auto& node : graph->nodes) nodes->push_back(*node);
  bool alike = nodes->size() == exec->nodes->size();
  for (std::size_t i = 0; alike && i < nodes->size(); ++i) alike = is_alike((*nodes)[i], (*exec->nodes)[i]);
  if (!alike) {
    info->result = cudaGraphExecUpdateErrorTopologyChanged;
    return cudaErrorGraphExecUpdateFailure;
  }
  exec->nodes = std::move(nodes);  // launches that wait keep the nodes they have
  return cudaSuccess;
}

}  // namespace

cudaError_t cudaGraphExecUpdate(cudaGraphExec_t exec, cudaGraph_t graph,
                                cudaGraphExecUpdateResultInfo* info) {
  return api("cudaGraphExecUpdate", [&](Machine& m) { return update(m, exec, graph, info); });
}
