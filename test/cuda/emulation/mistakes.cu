// Programs with one mistake each, chosen by the first argument.
#include <cstring>
#include <string>

#include "cuda_check.h"

namespace {

__global__ void write_at(float* x, int i) {
  x[i] = 1;
}
__global__ void read_from(const float* x, float* y) {
  *y = *x;
}

__global__ void exit_early() {
  if (threadIdx.x == 3) return;
  __syncthreads();
}

__global__ void diverge(int* x) {
  if (threadIdx.x < 16) {
    __syncthreads();
    x[0] = 1;
  } else {
    __syncthreads();
    x[1] = 1;
  }
}

__global__ void shuffle_outside(int* x) {
  *x = __shfl_sync(0x0fu, 1, 0);
}
__global__ void shuffle_missing(int* x) {
  *x = __shfl_sync(0xffffffffu, 1, 20);
}
__global__ void shuffle_exited(int* x) {
  if (threadIdx.x == 5) return;
  *x = __shfl_xor_sync(0xffffffffu, 1, 1);
}
__global__ void warp_and_block(int* x) {
  if (threadIdx.x < 32)
    *x = static_cast<int>(__ballot_sync(0xffffffffu, threadIdx.x == 9 ? 0 : 1));
  else
    __syncthreads();
}

// Each thread reads what its neighbour wrote, without a barrier between.
__global__ void missing_barrier(int* x) {
  __shared__ int s[64];
  s[threadIdx.x] = static_cast<int>(threadIdx.x);
  x[threadIdx.x] = s[63 - threadIdx.x];
}

__global__ void beyond_shared(float* x) {
  float* s = dynamic_shared<float>();
  s[threadIdx.x] = 1;
  *x = s[0];
}

__global__ void beyond_static_shared(float* x, int i) {
  __shared__ float s[32];
  s[i] = 1;
  *x = s[i];
}

__device__ int descend(int n) {  // NOLINT: recursion is the point
  volatile char frame[4096];
  frame[n % 4096] = static_cast<char>(n);
  return n == 0 ? 0 : descend(n - 1) + frame[n % 4096];
}
__global__ void deep(int n, int* x) {
  *x = descend(n);
}

void in_kernels(const std::string& mistake) {
  const DeviceArray<int> x(std::vector<int>(64));
  if (mistake == "exit") launch(exit_early, 1, 64, 0, nullptr);
  if (mistake == "diverge") launch(diverge, 1, 32, 0, nullptr, x.data);
  if (mistake == "outside") launch(shuffle_outside, 1, 32, 0, nullptr, x.data);
  if (mistake == "missing") launch(shuffle_missing, 1, 16, 0, nullptr, x.data);
  if (mistake == "exited") launch(shuffle_exited, 1, 32, 0, nullptr, x.data);
  if (mistake == "deadlock") launch(warp_and_block, 1, 64, 0, nullptr, x.data);
  if (mistake == "deep") launch(deep, 1, 1, 0, nullptr, 1 << 20, x.data);
  if (mistake == "barrier") {
    launch(missing_barrier, 1, 64, 0, nullptr, x.data);
    for (int i = 0; i < 64; ++i) check(x.host()[i] == 63 - i);
  }
  cudaDeviceSynchronize();
}

void in_memory(const std::string& mistake) {
  DeviceArray<float> x(std::vector<float>(100)), y(1);
  if (mistake == "behind") launch(write_at, 1, 1, 0, nullptr, x.data, 100);
  if (mistake == "far") launch(write_at, 1, 1, 0, nullptr, x.data, 3000);
  if (mistake == "before") launch(write_at, 1, 1, 0, nullptr, x.data, -1);
  if (mistake == "shared") launch(beyond_shared, 1, 33, 32 * sizeof(float), nullptr, x.data);
  if (mistake == "static") launch(beyond_static_shared, 1, 1, 0, nullptr, x.data, 32);
  if (mistake == "host") *x.data = 1;
  if (mistake == "freed") {
    launch(write_at, 1, 1, 0, nullptr, x.data, 0);
    launch(read_from, 1, 1, 0, nullptr, static_cast<const float*>(x.data), y.data);
    cudaFree(x.data);
    float* gone = x.data;
    cudaMalloc(&x.data, 4);
    float value = *gone;
    check(value > 0);
  }
  if (mistake == "pointer") {
    const float local = 1;
    launch(read_from, 1, 1, 0, nullptr, &local, y.data);
  }
  cudaDeviceSynchronize();
}

}  // namespace

int main(int, char** arguments) {
  in_kernels(arguments[1]);
  in_memory(arguments[1]);
  check(true);
}
