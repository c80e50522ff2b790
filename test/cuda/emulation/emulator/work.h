// Work of the device: tasks wait in streams until someone synchronises, or are captured as the nodes of a
// graph.
#ifndef NN_EMULATION_EMULATOR_WORK_H
#define NN_EMULATION_EMULATOR_WORK_H

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../driver_types.h"

namespace nn_emulation {

/// Something that the device does.
struct Task {
  cudaGraphNodeType type = cudaGraphNodeTypeEmpty;
  std::string name = {};  ///< of a kernel, or of a function of a library
  std::function<void()> run = {};
  bool library = false;
  cudaMemcpyKind direction = cudaMemcpyDefault;
  std::size_t bytes = 0;                                          ///< copied or set
  std::shared_ptr<const std::vector<CUgraphNode_st>> graph = {};  ///< that it runs
};

/// A task that was submitted, and what must be done before it.
struct Op {
  Task task;
  std::vector<std::shared_ptr<Op>> after;
  bool done = false;
};
using OpPointer = std::shared_ptr<Op>;

struct Capture;

}  // namespace nn_emulation

struct CUstream_st {
  bool blocking = true;  ///< waits for the null stream, and it for this one
  int device = 0;
  nn_emulation::OpPointer last;
  std::deque<nn_emulation::OpPointer> queue;
  std::vector<nn_emulation::OpPointer> waits;  ///< what the next task waits for besides the last
  nn_emulation::Capture* capture = nullptr;
  std::vector<CUgraphNode_st*> frontier;  ///< what the next captured task depends on
};

struct CUevent_st {
  bool timing = true;
  nn_emulation::OpPointer op;                                   ///< of the last record
  std::shared_ptr<std::chrono::steady_clock::time_point> time;  ///< that the last record writes
  nn_emulation::Capture* capture = nullptr;
  std::vector<CUgraphNode_st*> frontier;
};

struct CUgraphNode_st {
  nn_emulation::Task task;
  std::vector<std::size_t> after;  ///< indices of nodes of the same graph
  std::size_t index = 0;
};

struct CUgraph_st {
  std::vector<std::unique_ptr<CUgraphNode_st>> nodes;
};

struct CUgraphExec_st {
  std::shared_ptr<const std::vector<CUgraphNode_st>> nodes;  ///< shared with launches that wait
};

namespace nn_emulation {

/// A capture that is under way.
struct Capture {
  std::unique_ptr<CUgraph_st> graph = std::make_unique<CUgraph_st>();
  CUstream_st* origin = nullptr;
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  std::thread::id thread;
  bool invalid = false;
};

struct Work {
  std::vector<std::unique_ptr<CUstream_st>> null_streams;  ///< one for each device, made when first used
  std::set<CUstream_st*> streams;                          ///< created and not destroyed
  std::set<CUevent_st*> events;
  std::set<CUgraph_st*> graphs;
  std::set<CUgraphExec_st*> execs;
  std::set<Capture*> captures;
  std::vector<OpPointer> orphans;  ///< last tasks of streams that were destroyed
};

/// The stream that a handle means, or null.
CUstream_st* resolve(cudaStream_t stream);

/// Puts a task into a stream, or into the graph that it is captured in.
cudaError_t submit_task(cudaStream_t stream, Task task);

/// Runs a task and all that must be done before it.
void finish(const OpPointer& op);

/// Runs all the work of a stream (the null stream's: of all that it waits for), or of the machine.
void finish_stream(CUstream_st& stream);
void finish_all();

/// Whether a stream has work that is not done.
bool is_idle(const CUstream_st& stream);

/// Now and then runs some of what waits.
void maybe_run_some();

/// For functions that may not be called while this thread captures: invalidates the captures and returns the
/// error.
cudaError_t refuse_in_capture();

/// For functions that wait for a stream: the same if it is captured, or if it is the null stream and a
/// blocking one is.
cudaError_t refuse_captured(CUstream_st& stream);

/// Counts the submission of a task.
void count(const Task& task);

/// Runs the nodes of a graph in an order that their dependencies allow.
void run_graph(const std::vector<CUgraphNode_st>& nodes);

}  // namespace nn_emulation

#endif
