// What generated kernels call: sums, maxima and minima over the threads that share a row or a block, and
// nn::math.
#ifndef NN_RT_CUDA_DEVICE_H
#define NN_RT_CUDA_DEVICE_H

#include <cuda_runtime.h>

#include <cstdint>

#include "nn/host_device.h"
#include "nn/math.h"
#include "nn/random.h"
#include "nn/rt/extremes.h"

namespace nn::rt::cuda {

namespace detail {

struct Sum {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a + b;
  }
};
struct Max {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return larger(a, b);
  }
};
struct Min {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return smaller(a, b);
  }
};

/// The bits of the lanes that share a row with this one.
template <int lanes>
__device__ inline unsigned lanes_mask() {
  if constexpr (lanes == 32) {
    return 0xffffffffu;
  } else {
    return ((1u << lanes) - 1) << (threadIdx.x % 32 / lanes * lanes);
  }
}

/// All of a group of up to 32 lanes get the result: each step joins both halves in the same way, so bitwise
/// the same one.
template <int lanes, class T, class F>
__device__ inline T join_lanes(T x, const F& f) {
  const unsigned mask = lanes_mask<lanes>();
  for (int step = lanes / 2; step > 0; step /= 2) x = f(x, __shfl_xor_sync(mask, x, step));
  return x;
}

/// All threads of a block of 256 get the result.
template <class T, class F>
__device__ inline T join_block(T x, const F& f) {
  __shared__ T of_warp[8];
  x = join_lanes<32>(x, f);
  __syncthreads();  // what of_warp held before has been read
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = x;
  __syncthreads();
  T result = of_warp[0];
  for (int warp = 1; warp < 8; ++warp) result = f(result, of_warp[warp]);
  return result;
}

template <int lanes, class T, class F>
__device__ inline T join(T x, const F& f) {
  static_assert(lanes == 256 || (lanes <= 32 && (lanes & (lanes - 1)) == 0), "1, 2, 4, 8, 16, 32 or 256");
  if constexpr (lanes == 1) {
    return x;
  } else if constexpr (lanes == 256) {
    return join_block(x, f);
  } else {
    return join_lanes<lanes>(x, f);
  }
}

}  // namespace detail

/// The sum, largest and smallest x of the `lanes` threads that share a row, in all of them; all of them have
/// to call. NaN wins as in larger() and smaller().
template <int lanes, class T>
__device__ inline T sum_of_lanes(T x) {
  return detail::join<lanes>(x, detail::Sum{});
}
template <int lanes, class T>
__device__ inline T max_of_lanes(T x) {
  return detail::join<lanes>(x, detail::Max{});
}
template <int lanes, class T>
__device__ inline T min_of_lanes(T x) {
  return detail::join<lanes>(x, detail::Min{});
}

/// The same over all threads of a block of 256.
template <class T>
__device__ inline T block_sum(T x) {
  return sum_of_lanes<256>(x);
}
template <class T>
__device__ inline T block_max(T x) {
  return max_of_lanes<256>(x);
}
template <class T>
__device__ inline T block_min(T x) {
  return min_of_lanes<256>(x);
}

/// Waits until all threads that share a row are here; what they wrote before can be read after.
template <int lanes>
__device__ inline void sync_lanes() {
  if constexpr (lanes == 256) {
    __syncthreads();
  } else if constexpr (lanes > 1) {
    __syncwarp(detail::lanes_mask<lanes>());
  }
}

/// The place of a label among the classes; a wrong one, which check_labels reports later, stays inside.
template <class I>
__device__ inline std::int64_t label_index(I label, std::int64_t classes, std::int64_t shift = 0) {
  const std::int64_t index = static_cast<std::int64_t>(label) + shift;
  return index < 0 ? 0 : index < classes ? index : classes - 1;
}

}  // namespace nn::rt::cuda

#endif  // NN_RT_CUDA_DEVICE_H
