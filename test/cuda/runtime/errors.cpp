// Each thing that can go wrong gives one clear sentence, and none of them leaks.
// RUN: %emulated %san %s %cuda_runtime -o %t && %t
#include <cublasLt.h>
#include <nn/rt/cuda.h>
#include <nn/train.h>

#include "device_test.h"

namespace cuda = nn::rt::cuda;

namespace {

using Matrix = nn::Tensor<float, 8, 8>;

void test_devices() {
  check(nn::cuda_device_count() == 1);
  throws<nn::Error>([] { nn::cuda(1); }, "nn::cuda: there is no device 1; there is 1, counted from 0");
  throws<nn::Error>([] { nn::cuda(-1); }, "no device -1");
  nn_emulation::set_device_count(0);
  throws<nn::Error>([] { nn::cuda(); }, "nn::cuda: there is no CUDA device");
  check(nn::cuda_device_count() == 0);
  nn_emulation::set_device_count(3);
  check(nn::cuda(2).name() == "cuda:2");
  throws<nn::Error>([] { nn::cuda(3); }, "there are 3, counted from 0");
  nn_emulation::reset();
  nn_emulation::set_driver_version(11080);
  throws<nn::Error>([] { nn::cuda(); },
                    "driver is too old: it supports CUDA 11.8, nn was built with CUDA 13.0");
  nn_emulation::set_driver_version(0);
  throws<nn::Error>([] { nn::cuda(); }, "no NVIDIA driver is installed");
  check(nn::cuda_device_count() == 0);
  nn_emulation::reset();
  nn_emulation::set_compute_capability(7, 5);
  throws<nn::Error>([] { nn::cuda(); }, "cuda:0 has compute capability 7.5, nn needs 8.0 or higher");
  nn_emulation::reset();
}

void test_out_of_memory() {
  const nn::Device gpu = nn::cuda();
  nn_emulation::set_memory(1 << 20);
  nn::Workspace ws(gpu);
  const Matrix kept = nn::to(gpu, Matrix());
  using Long = nn::Tensor<float, N>;
  const Long many(1 << 20);
  const auto told = [](std::size_t wanted) {
    return "out of memory on cuda:0: " + std::to_string(wanted) + " bytes wanted, ";
  };
  throws<nn::Error>([&] { nn::to(gpu, many); }, told(4 << 20));
  throws<nn::Error>([&] { nn::to(gpu, many); }, " free");
  throws<nn::Error>([&] { cuda::Call(ws).reserve(2 << 20); }, told(2 << 20));
  check(cuda::Call(ws).reserve(1 << 10) != nullptr);
  throws<nn::Error>(
      [&] {
        Matrix c = nn::to(gpu, Matrix());
        cuda::Call call(ws);
        cuda::gemm<float>(call, nn::rt::Trans::no, nn::rt::Trans::no, 8, 8, 8, kept.device_data(),
                          kept.device_data(), c.device_data());
      },
      told(32 << 20));
  all_near(on_host(kept), Matrix(), 0);
}

void test_workspaces() {
  nn::Workspace host;
  throws<nn::Error>([&] { cuda::Call call(host); }, "needs a workspace on a device");
  nn::Workspace ws(nn::cuda());
  throws<nn::Error>([&] { ws.reserve(10); },
                    "the workspace is on cuda:0, but this function was generated for the host only");
  nn::Workspace moved = std::move(ws);
  throws<nn::Error>([&] { cuda::Call call(ws); }, "was moved from");
  check(cuda::Call(moved).reserve(10) != nullptr);
  ws = std::move(moved);
  check(ws.device() == nn::cuda());
  ws.synchronize();
  host.synchronize();
}

__global__ void twice(int n, float* x) {
  for (int i = static_cast<int>(threadIdx.x); i < n; i += static_cast<int>(blockDim.x)) x[i] *= 2;
}

struct Model {
  Matrix w;
};

// All that a training program does.
void program() {
  const nn::Device gpu = nn::cuda();
  Model host;
  host.w.fill(1);
  Model model = nn::to(gpu, host), grad = nn::to(gpu, host);
  auto labels = nn::to(gpu, nn::Tensor<std::int32_t, 8>());
  nn::Workspace ws(gpu);
  nn::Adam<Model> adam;
  const auto body = [&] {
    nn::copy(grad.w, host.w, ws);
    cuda::Call call(ws);
    auto* const product = reinterpret_cast<float*>(call.reserve(64 * sizeof(float)));
    cuda::check_labels(call, "f", "label", std::as_const(labels).device_data(), 8, 2);
    cuda::launch(call, "twice", twice, {1, 32}, 64, grad.w.raw_briefly_writable());
    const auto n = nn::rt::Trans::no;
    const float* const w = std::as_const(model.w).device_data();
    cuda::gemm<float>(call, n, n, 8, 8, 8, w, w, product, {.bias = w, .relu = true, .column_sums = product});
    call.value(std::as_const(grad.w).device_data());
    adam.step(model, grad, ws);
  };
  body();
  nn::Step step(ws);
  step(body);
  step(body);
  check(step.value<float>() == 2);
  Model copy = model;
  copy.w.device_data();
  const Model back = nn::to(nn::Device(), copy);
  check(back.w(0, 0) < 1);
}

// Fails every call of a function in turn; each failure is an nn::Error (or noticed by nobody, in a
// destructor) and leaves nothing behind.
void test_every_failure() {
  program();
  no_leaks();
  int noticed = 0;
  for (const char* function : {"cudaGetDevice",
                               "cudaMalloc",
                               "cudaMallocHost",
                               "cudaHostAlloc",
                               "cudaMemcpy",
                               "cudaMemcpyAsync",
                               "cudaMemset",
                               "cudaMemsetAsync",
                               "cudaDeviceSynchronize",
                               "cudaStreamSynchronize",
                               "cudaStreamCreateWithFlags",
                               "cudaEventCreateWithFlags",
                               "cudaEventRecord",
                               "cudaEventSynchronize",
                               "cudaEventQuery",
                               "cudaLaunchKernel",
                               "cudaStreamBeginCapture",
                               "cudaGraphInstantiate",
                               "cudaGraphLaunch",
                               "cudaGetDeviceCount",
                               "cudaDeviceGetAttribute"}) {
    nn_emulation::reset();
    program();
    const long calls = nn_emulation::calls(function);
    for (long at = 0; at < calls; ++at) {
      nn_emulation::reset();
      nn_emulation::fail_next(function, cudaErrorInvalidValue, static_cast<int>(at));
      try {
        program();
      } catch (const nn::Error& error) {
        ++noticed;
        check(std::string(error.what()).find("cudaErrorInvalidValue") != std::string::npos, error.what());
      }
      no_leaks();
    }
  }
  check(noticed > 60, std::to_string(noticed));
}

void test_every_library_failure() {
  for (const char* function : {"cublasLtMatmul", "cublasLtMatmulAlgoGetHeuristic"}) {
    nn_emulation::reset();
    program();
    const long calls = nn_emulation::calls(function);
    check(calls > 0, function);
    for (long at = 0; at < calls; ++at) {
      nn_emulation::reset();
      nn_emulation::fail_next_library(function, CUBLAS_STATUS_INTERNAL_ERROR, static_cast<int>(at));
      throws<nn::Error>(program, "CUBLAS_STATUS_INTERNAL_ERROR");
      no_leaks();
    }
  }
}

}  // namespace

int main() {
  test_devices();
  test_workspaces();
  test_out_of_memory();
  nn_emulation::reset();
  test_every_failure();
  test_every_library_failure();
}
