// Failures that a test orders: each function fails as CUDA says it does, and the next call is as before.
// RUN: %emulated %san %s %emulation -o %t && %t
#include <string>
#include <thread>

#include "cuda_check.h"
#include "emulation.h"

namespace {

__global__ void nothing() {}

void test_machines() {
  int count = -1, version = -1;
  nn_emulation::set_device_count(0);
  fails(cudaGetDeviceCount(&count), cudaErrorNoDevice);
  check(count == 0);
  nn_emulation::set_device_count(2);
  ok(cudaGetDeviceCount(&count));
  check(count == 2);
  fails(cudaSetDevice(2), cudaErrorInvalidDevice);
  ok(cudaSetDevice(1));
  const DeviceArray<float> x(1);
  cudaPointerAttributes of = {};
  ok(cudaPointerGetAttributes(&of, x.data));
  check(of.device == 1);
  ok(cudaSetDevice(0));
  nn_emulation::set_driver_version(12040);
  fails(cudaGetDeviceCount(&count), cudaErrorInsufficientDriver);
  ok(cudaDriverGetVersion(&version));
  check(version == 12040);
  nn_emulation::reset();
  ok(cudaGetDeviceCount(&count));
  check(count == 1);
}

void test_memory() {
  nn_emulation::set_memory(1 << 20);
  std::size_t available = 0, total = 0;
  void *first = nullptr, *second = nullptr;
  ok(cudaMalloc(&first, 600 << 10));
  ok(cudaMemGetInfo(&available, &total));
  check(available == (std::size_t{1} << 20) - (600 << 10) && total == std::size_t{1} << 20);
  fails(cudaMalloc(&second, 600 << 10), cudaErrorMemoryAllocation);
  check(second == nullptr);
  ok(cudaFree(first));
  ok(cudaMalloc(&second, 600 << 10));
  check(nn_emulation::leaks().device_bytes == 600 << 10);
  ok(cudaFree(second));
  fails(cudaFree(second), cudaErrorInvalidValue);
  ok(cudaFree(nullptr));
  nn_emulation::reset();
}

void test_orders() {
  void* pointer = nullptr;
  nn_emulation::fail_next("cudaMalloc", cudaErrorMemoryAllocation, 1);
  ok(cudaMalloc(&pointer, 16));
  ok(cudaFree(pointer));
  fails(cudaMalloc(&pointer, 16), cudaErrorMemoryAllocation);
  ok(cudaMalloc(&pointer, 16));
  ok(cudaFree(pointer));

  nn_emulation::fail_next("cudaLaunchKernel", cudaErrorNoKernelImageForDevice);
  check(nn_emulation::launch(nothing, 1, 1, 0, nullptr) == cudaErrorNoKernelImageForDevice);
  check(cudaPeekAtLastError() == cudaErrorNoKernelImageForDevice);
  std::thread([] { check(cudaPeekAtLastError() == cudaSuccess, "another thread's"); }).join();
  check(cudaGetLastError() == cudaErrorNoKernelImageForDevice && cudaGetLastError() == cudaSuccess);
  check(std::string(cudaGetErrorString(cudaErrorMemoryAllocation)) == "out of memory");
  check(std::string(cudaGetErrorName(cudaErrorMemoryAllocation)) == "cudaErrorMemoryAllocation");
}

// After some errors CUDA's context is lost, and nothing but a reset helps.
void test_lost_context() {
  void* pointer = nullptr;
  nn_emulation::fail_next("cudaDeviceSynchronize", cudaErrorIllegalAddress);
  check(cudaDeviceSynchronize() == cudaErrorIllegalAddress);
  check(cudaMalloc(&pointer, 16) == cudaErrorIllegalAddress);
  check(cudaGetLastError() == cudaErrorIllegalAddress && cudaGetLastError() == cudaErrorIllegalAddress);
  ok(cudaDeviceReset());
  nn_emulation::reset();
  ok(cudaMalloc(&pointer, 16));
  ok(cudaFree(pointer));
}

}  // namespace

int main() {
  test_machines();
  test_memory();
  test_orders();
  test_lost_context();
}
