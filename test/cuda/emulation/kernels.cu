// Kernels of every kind that generated code has, checked against plain loops; the text is valid CUDA as well.
#include <cuda_bf16.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cuda_check.h"

namespace {

constexpr unsigned full = 0xffffffffu;

__device__ __forceinline__ float warp_sum(float x) {
  for (int delta = 16; delta > 0; delta /= 2) x += __shfl_xor_sync(full, x, delta);
  return x;
}

// Sum of a block's values, in every thread.
template <int Threads>
__device__ float block_sum(float x) {
  __shared__ float of_warp[Threads / 32];
  x = warp_sum(x);
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = x;
  __syncthreads();
  float sum = 0;
  for (int w = 0; w < Threads / 32; ++w) sum += of_warp[w];
  __syncthreads();
  return sum;
}

__global__ void axpy(int n, float a, const float* __restrict__ x, float* __restrict__ y) {
  const int step = static_cast<int>(gridDim.x * blockDim.x);
  for (int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); i < n / 4; i += step) {
    const float4 v = __ldg(reinterpret_cast<const float4*>(x) + i);
    float4 w = reinterpret_cast<float4*>(y)[i];
    w = make_float4(fmaf(a, v.x, w.x), fmaf(a, v.y, w.y), fmaf(a, v.z, w.z), fmaf(a, v.w, w.w));
    reinterpret_cast<float4*>(y)[i] = w;
  }
}

__global__ void __launch_bounds__(128) softmax_rows(int columns, const float* x, float* y) {
  const float* row = x + static_cast<long long>(blockIdx.x) * columns;
  float sum = 0;
  for (int j = static_cast<int>(threadIdx.x); j < columns; j += 128) sum += expf(row[j]);
  const float scale = 1.0f / block_sum<128>(sum);
  for (int j = static_cast<int>(threadIdx.x); j < columns; j += 128)
    y[static_cast<long long>(blockIdx.x) * columns + j] = expf(row[j]) * scale;
}

__global__ void transpose(int rows, int columns, const double* x, double* y) {
  double* tile = dynamic_shared<double>();  // [16][17]
  const int j = static_cast<int>(blockIdx.x * 16 + threadIdx.x),
            i = static_cast<int>(blockIdx.y * 16 + threadIdx.y);
  if (i < rows && j < columns) tile[threadIdx.y * 17 + threadIdx.x] = x[i * columns + j];
  __syncthreads();
  const int ti = static_cast<int>(blockIdx.y * 16 + threadIdx.x),
            tj = static_cast<int>(blockIdx.x * 16 + threadIdx.y);
  if (ti < rows && tj < columns) y[tj * rows + ti] = tile[threadIdx.x * 17 + threadIdx.y];
}

__global__ void shuffles(int* out) {
  const int t = static_cast<int>(threadIdx.x);
  int* mine = out + t * 10;
  mine[0] = __shfl_sync(full, t, 5);
  mine[1] = __shfl_sync(full, t, 9, 8);
  mine[2] = __shfl_up_sync(full, t, 3u);
  mine[3] = __shfl_down_sync(full, t, 3u, 16);
  mine[4] = __shfl_xor_sync(full, t, 1);
  mine[5] = static_cast<int>(__ballot_sync(full, t % 3 == 0));
  mine[6] = __any_sync(full, t == 40);
  mine[7] = __all_sync(full, t < 32);
  mine[8] = 0;
  if (t % 2 == 0) mine[8] = __shfl_sync(0x55555555u, t, t % 32 ^ 2);  // half of the lanes
  __syncwarp();
  mine[9] = __syncthreads_count(t < 7);
}

__global__ void histogram(int n, const int* values, int* counts, float* sum, int* largest) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= n) return;
  atomicAdd(&counts[values[i]], 1);
  atomicAdd(sum, static_cast<float>(values[i]));
  atomicMax(largest, values[i]);
}

__global__ void to_bf16(int n, const float* x, __nv_bfloat16* y, float* back) {
  const int i = static_cast<int>(threadIdx.x);
  if (i >= n) return;
  y[i] = __float2bfloat16(x[i]);
  back[i] = __bfloat162float(y[i]);
}

__global__ void bits(unsigned* out) {
  out[0] = __umulhi(0xdeadbeefu, 0xcafebabeu);
  out[1] = static_cast<unsigned>(__popc(0xf0f0u) * 100 + __clz(0xff) + __ffs(8));
  out[2] = __brev(1u);
  out[3] = static_cast<unsigned>(__float_as_int(1.0f));
  out[4] = max(3u, 7u) + static_cast<unsigned>(min(-2, 5) + 2);
}

float value(std::size_t i) {
  return static_cast<float>(i * 37 % 101) / 50 - 1;
}

std::vector<float> values(std::size_t n) {
  std::vector<float> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = value(i);
  return v;
}

void test_axpy() {
  std::vector<float> x = values(4096), y(4096, 1.0f);
  const DeviceArray<float> dx(x), dy(y);
  ok(launch(axpy, 3, 128, 0, nullptr, 4096, 2.0f, dx.data, dy.data));
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += 2 * x[i];
  all_near(dy.host(), y, 1e-6);
}

void test_softmax() {
  const int rows = 7, columns = 301;
  const std::vector<float> x = values(rows * columns);
  const DeviceArray<float> dx(x), dy(x.size());
  ok(launch(softmax_rows, rows, 128, 0, nullptr, columns, dx.data, dy.data));
  std::vector<double> y(x.begin(), x.end());
  for (int i = 0; i < rows; ++i) {
    double sum = 0;
    for (int j = 0; j < columns; ++j) sum += std::exp(y[i * columns + j]);
    for (int j = 0; j < columns; ++j) y[i * columns + j] = std::exp(y[i * columns + j]) / sum;
  }
  all_near(dy.host(), y, 1e-6);
}

void test_transpose() {
  const int rows = 19, columns = 45;
  std::vector<double> x(rows * columns), y(x.size());
  std::iota(x.begin(), x.end(), 0.0);
  const DeviceArray<double> dx(x), dy(x.size());
  ok(launch(transpose, dim3(3, 2), dim3(16, 16), 16 * 17 * sizeof(double), nullptr, rows, columns, dx.data,
            dy.data));
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j) y[j * rows + i] = x[i * columns + j];
  all_near(dy.host(), y, 0);
}

void test_shuffles() {
  const DeviceArray<int> out(64 * 10);
  ok(launch(shuffles, 1, 64, 0, nullptr, out.data));
  const std::vector<int> got = out.host();
  for (int t = 0; t < 64; ++t) {
    const int warp = t / 32 * 32, lane = t % 32;
    unsigned ballot = 0;
    for (int other = 0; other < 32; ++other) ballot |= ((warp + other) % 3 == 0 ? 1u : 0u) << other;
    const std::vector<int> expected = {warp + 5,
                                       t / 8 * 8 + 1,
                                       lane < 3 ? t : t - 3,
                                       t % 16 < 13 ? t + 3 : t,
                                       t ^ 1,
                                       static_cast<int>(ballot),
                                       warp == 32,
                                       warp == 0,
                                       t % 2 == 0 ? t ^ 2 : 0,
                                       7};
    for (int k = 0; k < 10; ++k)
      check(got[t * 10 + k] == expected[k], "thread " + std::to_string(t) + " value " + std::to_string(k));
  }
}

void test_histogram() {
  std::vector<int> x(1000), counts(10);
  for (int i = 0; i < 1000; ++i) ++counts[x[i] = i * i % 10];
  const DeviceArray<int> dx(x), dcounts(std::vector<int>(10)), largest(std::vector<int>(1));
  const DeviceArray<float> sum(std::vector<float>(1));
  ok(launch(histogram, 8, 128, 0, nullptr, 1000, dx.data, dcounts.data, sum.data, largest.data));
  all_near(dcounts.host(), counts, 0);
  near(sum.host()[0], std::accumulate(x.begin(), x.end(), 0), 0);
  check(largest.host()[0] == 9);
}

void test_bf16() {
  const std::vector<float> x = {1.0f,   1.00390625f, 1.01171875f, -3.14159274f,
                                1e-40f, 3.4e38f,     INFINITY,    0.0f};
  const std::vector<float> rounded = {1.0f, 1.0f, 1.015625f, -3.140625f, 1e-40f, INFINITY, INFINITY, 0.0f};
  const DeviceArray<float> dx(x), back(x.size());
  const DeviceArray<__nv_bfloat16> y(x.size());
  ok(launch(to_bf16, 1, 32, 0, nullptr, 8, dx.data, y.data, back.data));
  all_near(back.host(), rounded, 1e-41);
}

void test_bits() {
  const DeviceArray<unsigned> out(5);
  ok(launch(bits, 1, 1, 0, nullptr, out.data));
  const unsigned high = static_cast<unsigned>(0xdeadbeefull * 0xcafebabeull >> 32);
  all_near(out.host(), std::vector<unsigned>{high, 828, 0x80000000u, 0x3f800000u, 7}, 0);
}

}  // namespace

int main() {
  test_axpy();
  test_softmax();
  test_transpose();
  test_shuffles();
  test_histogram();
  test_bf16();
  test_bits();
}
