// Streams, events and copies: in order, asynchronous, and only done when someone has waited for them.
#include <cstring>
#include <string>

#include "cuda_check.h"
#ifdef NN_CUDA_EMULATION
#include "emulation.h"
#endif

namespace {

__global__ void add(int n, float a, float* x) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) x[i] += a;
}

__global__ void copy(const float* from, float* to) {
  *to = *from;
}

struct Pinned {
  float* data = nullptr;
  explicit Pinned(std::size_t n) { ok(cudaMallocHost(&data, n * sizeof(float))); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  ~Pinned() { cudaFreeHost(data); }
};

void test_order_in_a_stream() {
  cudaStream_t stream = nullptr;
  ok(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  const DeviceArray<float> x(1000);
  const Pinned host(1000);
  ok(cudaMemsetAsync(x.data, 0, 4000, stream));
  for (int i = 0; i < 10; ++i) ok(launch(add, 8, 128, 0, stream, 1000, 1.0f, x.data));
  ok(cudaMemcpyAsync(host.data, x.data, 4000, cudaMemcpyDeviceToHost, stream));
  ok(cudaStreamSynchronize(stream));
  for (int i = 0; i < 1000; ++i) near(host.data[i], 10, 0);
  ok(cudaStreamDestroy(stream));
}

void test_events() {
  cudaStream_t a = nullptr, b = nullptr;
  cudaEvent_t start = nullptr, done = nullptr;
  ok(cudaStreamCreateWithFlags(&a, cudaStreamNonBlocking));
  ok(cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking));
  ok(cudaEventCreate(&start));
  ok(cudaEventCreate(&done));
  const DeviceArray<float> x(std::vector<float>(1)), y(std::vector<float>(1));
  ok(cudaEventRecord(start, a));
  ok(launch(add, 1, 32, 0, a, 1, 5.0f, x.data));
  ok(cudaEventRecord(done, a));
  ok(cudaStreamWaitEvent(b, done, 0));
  ok(launch(copy, 1, 1, 0, b, static_cast<const float*>(x.data), y.data));
  ok(cudaStreamSynchronize(b));
  near(y.host()[0], 5, 0);
  ok(cudaEventSynchronize(done));
  float milliseconds = -1;
  ok(cudaEventElapsedTime(&milliseconds, start, done));
  check(milliseconds >= 0);
  ok(cudaEventQuery(done));
  ok(cudaEventDestroy(start));
  ok(cudaEventDestroy(done));
  ok(cudaStreamDestroy(a));
  ok(cudaStreamDestroy(b));
}

// A blocking stream and the null stream wait for each other.
void test_legacy_stream() {
  cudaStream_t stream = nullptr;
  ok(cudaStreamCreate(&stream));
  const DeviceArray<float> x(std::vector<float>(1)), y(std::vector<float>(1));
  ok(launch(add, 1, 1, 0, stream, 1, 2.0f, x.data));
  ok(launch(copy, 1, 1, 0, nullptr, static_cast<const float*>(x.data), y.data));
  ok(launch(add, 1, 1, 0, stream, 1, 1.0f, y.data));
  near(y.host()[0], 3, 0);
  ok(cudaStreamDestroy(stream));
}

void test_polling() {
  cudaEvent_t event = nullptr;
  ok(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  const DeviceArray<float> x(1);
  ok(launch(add, 1, 1, 0, nullptr, 1, 2.0f, x.data));
  ok(cudaEventRecord(event));
  cudaError_t state = cudaErrorNotReady;
  while (state == cudaErrorNotReady) state = cudaEventQuery(event);
  ok(state);
  (void)cudaGetLastError();
  float milliseconds = 0;
  fails(cudaEventElapsedTime(&milliseconds, event, event), cudaErrorInvalidResourceHandle);
  ok(cudaEventDestroy(event));
}

void test_what_pointers_are() {
  cudaPointerAttributes of = {};
  const DeviceArray<float> x(10);
  const Pinned pinned(10);
  float local = 0;
  ok(cudaPointerGetAttributes(&of, x.data + 9));
  check(of.type == cudaMemoryTypeDevice && of.device == 0 && of.devicePointer == x.data + 9);
  ok(cudaPointerGetAttributes(&of, pinned.data));
  check(of.type == cudaMemoryTypeHost && of.hostPointer == pinned.data);
  ok(cudaPointerGetAttributes(&of, &local));
  check(of.type == cudaMemoryTypeUnregistered);
  fails(cudaMemcpy(x.data, x.data, 4, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  fails(cudaMemcpy(x.data, &local, 44, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  fails(cudaMemset(&local, 0, 4), cudaErrorInvalidValue);
}

void test_pitched_copies() {
  std::vector<float> from(12), to(6, -1.0f);
  for (int i = 0; i < 12; ++i) from[i] = static_cast<float>(i);
  const DeviceArray<float> x(from);
  ok(cudaMemcpy2D(to.data(), 8, x.data + 1, 16, 8, 3, cudaMemcpyDeviceToHost));  // columns 1 and 2 of [3][4]
  all_near(to, std::vector<float>{1, 2, 5, 6, 9, 10}, 0);
}

void test_bad_launches() {
  const DeviceArray<float> x(1);
  fails(launch(add, 0, 32, 0, nullptr, 1, 1.0f, x.data), cudaErrorInvalidConfiguration);
  fails(launch(add, 1, 1025, 0, nullptr, 1, 1.0f, x.data), cudaErrorInvalidConfiguration);
  fails(launch(add, dim3(1, 65536), 32, 0, nullptr, 1, 1.0f, x.data), cudaErrorInvalidConfiguration);
  fails(launch(add, 1, 32, 49 * 1024, nullptr, 1, 1.0f, x.data), cudaErrorInvalidValue);
  ok(cudaFuncSetAttribute(add, cudaFuncAttributeMaxDynamicSharedMemorySize, 64 * 1024));
  ok(launch(add, 1, 32, 49 * 1024, nullptr, 1, 1.0f, x.data));
}

#ifdef NN_CUDA_EMULATION
// Without a synchronisation nothing has happened yet.
void test_missing_synchronisation() {
  nn_emulation::set_eagerness(0);
  cudaStream_t a = nullptr, b = nullptr;
  ok(cudaStreamCreateWithFlags(&a, cudaStreamNonBlocking));
  ok(cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking));
  const DeviceArray<float> x(std::vector<float>(1)), y(std::vector<float>(1));
  const Pinned host(1);
  ok(launch(add, 1, 1, 0, a, 1, 5.0f, x.data));
  ok(cudaMemcpyAsync(host.data, x.data, 4, cudaMemcpyDeviceToHost, a));
  check(!(host.data[0] == 5));  // NaN still
  fails(cudaStreamQuery(a), cudaErrorNotReady);
  ok(cudaStreamSynchronize(a));
  near(host.data[0], 5, 0);

  host.data[0] = 7;  // pinned memory is read when the copy runs
  ok(cudaMemcpyAsync(x.data, host.data, 4, cudaMemcpyHostToDevice, a));
  host.data[0] = 8;
  ok(cudaStreamSynchronize(a));
  near(x.host()[0], 8, 0);

  float pageable = 1;  // pageable memory is read before the call returns
  ok(cudaMemcpyAsync(x.data, &pageable, 4, cudaMemcpyHostToDevice, a));
  pageable = 2;
  ok(launch(copy, 1, 1, 0, b, static_cast<const float*>(x.data), y.data));  // does not wait for a
  ok(cudaStreamSynchronize(b));
  ok(cudaStreamSynchronize(a));
  near(y.host()[0], 8, 0);
  near(x.host()[0], 1, 0);
  ok(cudaStreamDestroy(a));
  ok(cudaStreamDestroy(b));
  nn_emulation::set_eagerness(10);
}
#endif

}  // namespace

int main() {
  test_order_in_a_stream();
  test_events();
  test_legacy_stream();
  test_polling();
  test_what_pointers_are();
  test_pitched_copies();
  test_bad_launches();
#ifdef NN_CUDA_EMULATION
  test_missing_synchronisation();
  check(nn_emulation::leaks().allocations == 0 && nn_emulation::leaks().streams == 0);
#endif
}
