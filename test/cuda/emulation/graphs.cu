// Graphs: captured from streams, replayed with the values of the moment, and what may not happen during a
// capture.
#include <string>

#include "cuda_check.h"
#ifdef NN_CUDA_EMULATION
#include "emulation.h"
#endif

namespace {

__global__ void scale_add(int n, float a, const float* x, float* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) y[i] = a * y[i] + x[i];
}

struct Stream {
  cudaStream_t handle = nullptr;
  Stream() { ok(cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking)); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { cudaStreamDestroy(handle); }
};

cudaGraphExec_t instantiate(cudaGraph_t graph) {
  cudaGraphExec_t exec = nullptr;
  ok(cudaGraphInstantiate(&exec, graph, 0));
  ok(cudaGraphDestroy(graph));
  return exec;
}

void test_replay() {
  const Stream stream;
  const DeviceArray<float> x(std::vector<float>(64, 1.0f)), y(std::vector<float>(64));
  float* host = nullptr;
  ok(cudaMallocHost(&host, 64 * sizeof(float)));
  ok(cudaStreamBeginCapture(stream.handle, cudaStreamCaptureModeThreadLocal));
  ok(launch(scale_add, 2, 32, 0, stream.handle, 64, 2.0f, x.data, y.data));
  ok(launch(scale_add, 2, 32, 0, stream.handle, 64, 3.0f, x.data, y.data));
  ok(cudaMemcpyAsync(host, y.data, 64 * sizeof(float), cudaMemcpyDeviceToHost, stream.handle));
  cudaGraph_t graph = nullptr;
  ok(cudaStreamEndCapture(stream.handle, &graph));
  std::size_t nodes = 0;
  ok(cudaGraphGetNodes(graph, nullptr, &nodes));
  check(nodes == 3);
  std::vector<cudaGraphNode_t> all(nodes);
  ok(cudaGraphGetNodes(graph, all.data(), &nodes));
  cudaGraphNodeType type = cudaGraphNodeTypeEmpty;
  ok(cudaGraphNodeGetType(all[0], &type));
  check(type == cudaGraphNodeTypeKernel);

  cudaGraphExec_t exec = instantiate(graph);
  near(y.host()[0], 0, 0);  // capturing ran nothing
  float expected = 0;
  for (int i = 0; i < 3; ++i) {
    ok(cudaGraphLaunch(exec, stream.handle));
    expected = 3 * (2 * expected + 1) + 1;
  }
  ok(cudaStreamSynchronize(stream.handle));
  near(host[63], expected, 0);
  ok(cudaGraphExecDestroy(exec));
  ok(cudaFreeHost(host));
}

// A fork and a join through events become the graph's dependencies.
void test_fork_and_join() {
  const Stream a, b;
  cudaEvent_t fork = nullptr, join = nullptr;
  ok(cudaEventCreateWithFlags(&fork, cudaEventDisableTiming));
  ok(cudaEventCreateWithFlags(&join, cudaEventDisableTiming));
  const DeviceArray<float> x(std::vector<float>(1, 1.0f)), y(std::vector<float>(1)), z(std::vector<float>(1));
  ok(cudaStreamBeginCapture(a.handle, cudaStreamCaptureModeGlobal));
  ok(launch(scale_add, 1, 1, 0, a.handle, 1, 1.0f, x.data, y.data));  // y = 1
  ok(cudaEventRecord(fork, a.handle));
  ok(cudaStreamWaitEvent(b.handle, fork, 0));
  ok(launch(scale_add, 1, 1, 0, b.handle, 1, 1.0f, y.data, z.data));  // z = 1
  ok(cudaEventRecord(join, b.handle));
  ok(cudaStreamWaitEvent(a.handle, join, 0));
  ok(launch(scale_add, 1, 1, 0, a.handle, 1, 10.0f, z.data, y.data));  // y = 11
  cudaGraph_t graph = nullptr;
  ok(cudaStreamEndCapture(a.handle, &graph));
  cudaGraphExec_t exec = instantiate(graph);
  ok(cudaGraphLaunch(exec, b.handle));
  ok(cudaStreamSynchronize(b.handle));
  near(y.host()[0], 11, 0);
  ok(cudaGraphExecDestroy(exec));

  ok(cudaStreamBeginCapture(a.handle, cudaStreamCaptureModeGlobal));
  ok(cudaEventRecord(fork, a.handle));
  ok(cudaStreamWaitEvent(b.handle, fork, 0));
  ok(launch(scale_add, 1, 1, 0, b.handle, 1, 1.0f, y.data, z.data));
  fails(cudaStreamEndCapture(a.handle, &graph), cudaErrorStreamCaptureUnjoined);
  ok(cudaEventDestroy(fork));
  ok(cudaEventDestroy(join));
}

// What a capture forbids, and that it is lost afterwards.
template <class F>
void spoils(F&& forbidden, cudaError_t expected, int line = __builtin_LINE()) {
  const Stream stream;
  ok(cudaStreamBeginCapture(stream.handle, cudaStreamCaptureModeGlobal));
  fails(forbidden(stream.handle), expected, __FILE__, line);
  cudaGraph_t graph = nullptr;
  fails(cudaStreamEndCapture(stream.handle, &graph), cudaErrorStreamCaptureInvalidated, __FILE__, line);
  check(graph == nullptr);
}

void test_forbidden() {
  const DeviceArray<float> x(std::vector<float>(4));
  spoils([](cudaStream_t stream) { return cudaStreamSynchronize(stream); },
         cudaErrorStreamCaptureUnsupported);
  spoils([](cudaStream_t) { return cudaDeviceSynchronize(); }, cudaErrorStreamCaptureUnsupported);
  spoils([](cudaStream_t stream) { return cudaStreamQuery(stream); }, cudaErrorStreamCaptureUnsupported);
  spoils(
      [](cudaStream_t) {
        void* pointer = nullptr;
        return cudaMalloc(&pointer, 16);
      },
      cudaErrorStreamCaptureUnsupported);
  const Stream stream;
  cudaGraph_t graph = nullptr;
  fails(cudaStreamEndCapture(stream.handle, &graph), cudaErrorIllegalState);
  fails(cudaStreamBeginCapture(nullptr, cudaStreamCaptureModeGlobal), cudaErrorStreamCaptureUnsupported);

  // Relaxed mode lets memory be allocated meanwhile.
  ok(cudaStreamBeginCapture(stream.handle, cudaStreamCaptureModeRelaxed));
  void* pointer = nullptr;
  ok(cudaMalloc(&pointer, 16));
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  ok(cudaStreamIsCapturing(stream.handle, &status));
  check(status == cudaStreamCaptureStatusActive);
  ok(cudaStreamEndCapture(stream.handle, &graph));
  ok(cudaGraphDestroy(graph));
  ok(cudaFree(pointer));
}

// The null stream would have to wait for a blocking stream that only records.
void test_implicit_dependency() {
  const DeviceArray<float> x(std::vector<float>(4));
  cudaStream_t stream = nullptr;
  ok(cudaStreamCreate(&stream));
  ok(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
  fails(cudaMemsetAsync(x.data, 0, 16, nullptr), cudaErrorStreamCaptureImplicit);
  cudaGraph_t graph = nullptr;
  fails(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureInvalidated);
  ok(cudaStreamDestroy(stream));
}

#ifdef NN_CUDA_EMULATION
void test_counters() {
  const Stream stream;
  const DeviceArray<float> x(std::vector<float>(8, 1.0f)), y(std::vector<float>(8));
  nn_emulation::reset_counters();
  ok(cudaStreamBeginCapture(stream.handle, cudaStreamCaptureModeGlobal));
  ok(cudaMemsetAsync(y.data, 0, 32, stream.handle));
  ok(launch(scale_add, 1, 8, 0, stream.handle, 8, 2.0f, x.data, y.data));
  cudaGraph_t graph = nullptr;
  ok(cudaStreamEndCapture(stream.handle, &graph));
  check(nn_emulation::counters().launches == 0 && nn_emulation::counters().captures == 1);
  cudaGraphExec_t exec = instantiate(graph);
  ok(cudaGraphLaunch(exec, stream.handle));
  ok(cudaGraphLaunch(exec, stream.handle));
  ok(cudaStreamSynchronize(stream.handle));
  const nn_emulation::Counters counters = nn_emulation::counters();
  check(counters.launches == 2 && counters.memsets == 2 && counters.graph_launches == 2);
  check(counters.synchronisations == 1 && counters.allocations == 0 && counters.copies == 0);
  check(nn_emulation::kernel_names() == std::vector<std::string>{"scale_add", "scale_add"});
  check(nn_emulation::calls("cudaGraphLaunch") == 2);
  ok(cudaGraphExecDestroy(exec));
}
#endif

}  // namespace

int main() {
  test_replay();
  test_fork_and_join();
  test_forbidden();
  test_implicit_dependency();
#ifdef NN_CUDA_EMULATION
  test_counters();
  const nn_emulation::Leaks leaks = nn_emulation::leaks();
  check(leaks.allocations == 0 && leaks.streams == 0 && leaks.events == 0 && leaks.graphs == 0);
#endif
}
