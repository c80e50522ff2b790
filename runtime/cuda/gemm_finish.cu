// Bias, ReLU, GELU, masks and column sums of a product as kernels of their own.
#include "gemm_finish.h"

#include "context.h"
#include "nn/math.h"
#include "nn/rt/cuda_device.h"

namespace nn::rt::cuda {

namespace {

// nn::gelu_tanh's argument of tanh is u(x).
template <class T>
__device__ T gelu(T x) {
  const T u = T(0.79788456080286535588) * (x + T(0.044715) * x * x * x);
  return x * (1 + nn::math::tanh(u)) / 2;
}
template <class T>
__device__ T gelu_derivative(T x) {
  const T u = T(0.79788456080286535588) * (x + T(0.044715) * x * x * x);
  const T t = nn::math::tanh(u), du = T(0.79788456080286535588) * (1 + T(3 * 0.044715) * x * x);
  return (1 + t + x * (1 - t * t) * du) / 2;
}

// A warp takes 32 columns of a row, one word of the masks.
template <class T>
__global__ void finish_kernel(std::int64_t m, std::int64_t n, T factor, T* c, const T* bias, bool relu,
                              bool with_gelu, T* gelu_out, const T* gelu_in, std::uint32_t* mask_out,
                              const std::uint32_t* mask_in) {
  const std::int64_t words = (n + 31) / 32, row_words = mask_words(n);
  const std::int64_t warps = std::int64_t{gridDim.x} * (block_threads / 32);
  const int lane = static_cast<int>(threadIdx.x % 32);
  for (std::int64_t at = (std::int64_t{blockIdx.x} * block_threads + threadIdx.x) / 32; at < m * words;
       at += warps) {
    const std::int64_t row = at / words, word = at % words, column = word * 32 + lane;
    const bool inside = column < n;
    T x = 0;
    if (inside) {
      if (factor != 0) x = factor * c[row * n + column];
      if (bias) x += bias[column];
      if (relu && !(x > 0)) x = 0;
      if (gelu_out) gelu_out[row * n + column] = x;
      if (with_gelu) x = gelu(x);
      if (gelu_in) x *= gelu_derivative(gelu_in[row * n + column]);
      if (mask_in && !(mask_in[row * row_words + word] >> lane & 1)) x = 0;
      c[row * n + column] = x;
    }
    if (mask_out) {
      const unsigned bits = __ballot_sync(0xffffffffu, inside && x > 0);
      if (lane == 0) mask_out[row * row_words + word] = bits;
    }
  }
}

// A block takes 32 columns, and each of its warps every eighth row.
template <class T>
__global__ void sum_columns_kernel(std::int64_t m, std::int64_t n, const T* c, T* sums) {
  __shared__ double of_warp[block_threads];
  const int lane = static_cast<int>(threadIdx.x % 32), warp = static_cast<int>(threadIdx.x / 32);
  constexpr int warps = block_threads / 32;
  for (std::int64_t first = std::int64_t{blockIdx.x} * 32; first < n; first += std::int64_t{gridDim.x} * 32) {
    const std::int64_t column = first + lane;
    double sum = 0;
    if (column < n)
      for (std::int64_t row = warp; row < m; row += warps) sum += static_cast<double>(c[row * n + column]);
    __syncthreads();  // of_warp has been read
    of_warp[threadIdx.x] = sum;
    __syncthreads();
    if (warp != 0 || column >= n) continue;
    for (int other = 1; other < warps; ++other) sum += of_warp[other * 32 + lane];
    sums[column] = static_cast<T>(sum);
  }
}

}  // namespace

template <class T>
void finish(DeviceContext& context, std::int64_t m, std::int64_t n, T factor, T* c,
            const Products<T>& extra) {
  launch(context, "finish_product", finish_kernel<T>, rows(m * ((n + 31) / 32), 32), m, n, factor, c,
         extra.bias, extra.relu, extra.gelu, extra.gelu_out, extra.gelu_in, extra.mask_out, extra.mask_in);
}

template <class T>
void sum_columns(DeviceContext& context, std::int64_t m, std::int64_t n, const T* c, T* sums) {
  launch(context, "sum_columns", sum_columns_kernel<T>, rows(n, 8), m, n, c, sums);
}

#define NN_INSTANTIATE(T)                                                                         \
  template void finish<T>(DeviceContext&, std::int64_t, std::int64_t, T, T*, const Products<T>&); \
  template void sum_columns<T>(DeviceContext&, std::int64_t, std::int64_t, const T*, T*);
NN_INSTANTIATE(float)
NN_INSTANTIATE(double)
#undef NN_INSTANTIATE

}  // namespace nn::rt::cuda
