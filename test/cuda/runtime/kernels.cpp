// Calls, grids and what kernels call: rows of every width agree with plain loops, nn::math with the host.
// RUN: %emulated -O2 %s %cuda_runtime -o %t && %t && env NN_EMULATION_SEED=0 %t && env NN_EMULATION_SEED=5 %t
#include <nn/random.h>
#include <nn/rt/cuda.h>

#include <cstring>
#include <limits>
#include <vector>

#include "device_test.h"

namespace cuda = nn::rt::cuda;

namespace {

template <int lanes, class T>
__global__ void reduce_rows(int n, int columns, const T* __restrict__ x, T* __restrict__ y) {
  const int each = static_cast<int>(gridDim.x * blockDim.x) / lanes, lane = threadIdx.x % lanes;
  for (int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x) / lanes; i < n; i += each) {
    T sum = 0, most = nn::rt::lowest<T>, least = nn::rt::highest<T>;
    for (int j = lane; j < columns; j += lanes) {
      sum += x[i * columns + j];
      most = nn::rt::larger(most, x[i * columns + j]);
      least = nn::rt::smaller(least, x[i * columns + j]);
    }
    y[(i * 3 + 0) * lanes + lane] = cuda::sum_of_lanes<lanes>(sum);
    y[(i * 3 + 1) * lanes + lane] = cuda::max_of_lanes<lanes>(most);
    y[(i * 3 + 2) * lanes + lane] = cuda::min_of_lanes<lanes>(least);
    cuda::sync_lanes<lanes>();
  }
}

template <int lanes, class T>
void test_rows(int n, int columns) {
  nn::Workspace ws(nn::cuda());
  nn::Tensor<T, N, M> x(n, columns);
  number(x);
  if (std::numeric_limits<T>::has_quiet_NaN && n > 2 && columns > 0)
    x(2, columns / 2) = std::numeric_limits<T>::quiet_NaN();
  const auto there = nn::to(nn::cuda(), x);
  auto y = nn::to(nn::cuda(), nn::Tensor<T, N, 3, M>(n, lanes));
  {
    cuda::Call call(ws);
    cuda::launch(call, "reduce_rows", reduce_rows<lanes, T>, cuda::rows(n, lanes), n, columns,
                 there.device_data(), y.device_data());
  }
  ws.synchronize();
  const auto result = on_host(y);
  for (int i = 0; i < n; ++i) {
    T sum = 0, most = nn::rt::lowest<T>, least = nn::rt::highest<T>;
    for (int j = 0; j < columns; ++j) {
      sum += x(i, j);
      most = nn::rt::larger(most, x(i, j));
      least = nn::rt::smaller(least, x(i, j));
    }
    for (int lane = 0; lane < lanes; ++lane) {
      const T got[] = {result(i, 0, lane), result(i, 1, lane), result(i, 2, lane)};
      check(got[0] == result(i, 0, 0) || sum != sum, "(lanes differ)");
      if (sum != sum) {
        check(got[0] != got[0] && got[1] != got[1] && got[2] != got[2], "(NaN is lost)");
      } else {
        near(got[0], sum, 1e-5);
        check(got[1] == most && got[2] == least);
      }
    }
  }
}

template <class T>
__global__ void evaluate(int n, const T* x, T* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= n) return;
  T* out = y + i * 14;
  namespace math = nn::math;
  out[0] = math::exp(x[i]), out[1] = math::log(x[i]), out[2] = math::tanh(x[i]), out[3] = math::erf(x[i]);
  out[4] = math::sigmoid(x[i]), out[5] = math::softplus(x[i]), out[6] = math::expm1(x[i]);
  out[7] = math::log1p(x[i]), out[8] = nn::Philox{3, 4}.uniform<T>(i), out[9] = nn::Philox{3, 4}.normal<T>(i);
  out[10] = math::lgamma(x[i]), out[11] = math::digamma(x[i]), out[12] = math::polygamma(T(2), x[i]);
  out[13] = math::ldexp(x[i], x[i]);
}

template <class T>
void test_math() {
  constexpr int n = 2000;
  nn::Workspace ws(nn::cuda());
  nn::Tensor<T, n> x;
  for (int i = 0; i < n; ++i) x(i) = static_cast<T>((i - n / 2) * 0.1);
  nn::Tensor<T, n, 14> expected;
  for (int i = 0; i < n; ++i) {
    const T all[] = {nn::math::exp(x(i)),
                     nn::math::log(x(i)),
                     nn::math::tanh(x(i)),
                     nn::math::erf(x(i)),
                     nn::math::sigmoid(x(i)),
                     nn::math::softplus(x(i)),
                     nn::math::expm1(x(i)),
                     nn::math::log1p(x(i)),
                     nn::Philox{3, 4}.uniform<T>(i),
                     nn::Philox{3, 4}.normal<T>(i),
                     nn::math::lgamma(x(i)),
                     nn::math::digamma(x(i)),
                     nn::math::polygamma(T(2), x(i)),
                     nn::math::ldexp(x(i), x(i))};
    for (int k = 0; k < 14; ++k) expected(i, k) = all[k];
  }
  const auto there = nn::to(nn::cuda(), x);
  auto y = nn::to(nn::cuda(), nn::Tensor<T, n, 14>());
  cuda::Call call(ws);
  cuda::launch(call, "evaluate", evaluate<T>, cuda::elements(n), n, there.device_data(), y.device_data());
  ws.synchronize();
  const auto result = on_host(y);
  check(std::memcmp(result.data(), expected.data(), sizeof(T) * n * 14) == 0,
        "(bits differ from the host's)");
}

void test_grids() {
  check(cuda::elements(0).blocks == 0 && cuda::elements(1).blocks == 1 &&
        cuda::elements(1024, 4).blocks == 1);
  check(cuda::elements(1025, 4).blocks == 2 && cuda::elements(1ll << 40, 4).blocks == 2048);
  check(cuda::rows(9, 32).blocks == 2 && cuda::rows(9, 256).blocks == 9 && cuda::rows(256, 1).blocks == 1);
  check(cuda::chunks(0, 10) == 1 && cuda::chunks(1 << 20, 512) == 256 && cuda::chunks(64, 10) == 1);
  std::int64_t covered = 0;
  for (int chunk = 0; chunk < 7; ++chunk)
    covered += cuda::chunk_begin(100, 7, chunk + 1) - cuda::chunk_begin(100, 7, chunk);
  check(covered == 100 && cuda::chunk_begin(100, 7, 7) == 100);
  alignas(16) const float values[8] = {};
  check(cuda::are_aligned(values, values + 4) && !cuda::are_aligned(values, values + 1));
}

__global__ void store(double* to, double value) {
  *to = value;
}

// Values come back; the arena grows and never shrinks; no blocks launch nothing.
void test_calls() {
  nn::Workspace ws{nn::cuda()};
  check(ws.device() == nn::cuda());
  cuda::Call call(ws);
  std::byte* arena = call.reserve(1000);
  check(reinterpret_cast<std::uintptr_t>(arena) % 256 == 0 && call.reserve(10) == arena);
  auto* number = reinterpret_cast<double*>(call.reserve(100000));
  cuda::launch(call, "store", store, {1, 1}, number, 2.5);
  check(call.value(number) == 2.5);
  cuda::launch(call, "store", store, cuda::elements(0), number, 3);
  check(call.value(number) == 2.5);
}

}  // namespace

int main() {
  test_grids();
  test_calls();
  test_rows<1, float>(300, 3);
  test_rows<2, double>(5, 7);
  test_rows<4, std::int32_t>(70, 9);
  test_rows<8, float>(33, 20);
  test_rows<16, std::int64_t>(17, 1);
  test_rows<32, float>(11, 301);
  test_rows<256, float>(5, 700);
  test_rows<256, double>(3, 100);
  test_math<float>();
  test_math<double>();
  no_leaks();
}
