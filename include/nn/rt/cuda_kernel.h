// What generated kernels are written with: elements and rows shared out over threads, packs of elements that are
// one memory access, and sums over rows in two stages.
#ifndef NN_RT_CUDA_KERNEL_H
#define NN_RT_CUDA_KERNEL_H

#include <cstdint>

#include "nn/rt/cuda_device.h"

namespace nn::rt::cuda {

/// Threads of a block of every generated kernel.
inline constexpr int block_threads = 256;

/// Reductions over rows leave at most this many partial results, one a block.
inline constexpr int max_parts = 256;

/// `width` elements that are read and written at once: 16 bytes of float or double where all is aligned.
template <class T, int width>
struct alignas(sizeof(T) * width) Pack {
  T element[width];
  __device__ T& operator[](int i) { return element[i]; }
  __device__ const T& operator[](int i) const { return element[i]; }
};

template <int width, class T>
__device__ inline Pack<T, width> load(const T* from) {
  return *reinterpret_cast<const Pack<T, width>*>(from);
}
template <int width, class T>
__device__ inline void store(T* to, const Pack<T, width>& pack) {
  *reinterpret_cast<Pack<T, width>*>(to) = pack;
}

/// A grid-stride loop over packs of elements: where this thread begins, and how far it goes each time.
template <int width, class I>
__device__ inline I first_element() {
  return width * (static_cast<I>(blockIdx.x) * block_threads + static_cast<I>(threadIdx.x));
}
template <int width, class I>
__device__ inline I element_stride() {
  return static_cast<I>(width) * static_cast<I>(gridDim.x) * block_threads;
}

/// A grid-stride loop over rows with `lanes` threads each.
template <int lanes, class I>
__device__ inline I first_row() {
  return static_cast<I>(blockIdx.x) * (block_threads / lanes) + static_cast<I>(threadIdx.x / lanes);
}
template <int lanes, class I>
__device__ inline I row_stride() {
  return static_cast<I>(gridDim.x) * (block_threads / lanes);
}

/// How many of `count` elements a lane meets at most, when lanes take packs of `width` in turn.
template <int lanes, int width>
constexpr int elements_of_lane(int count) {
  return (count + lanes * width - 1) / (lanes * width) * width;
}

/// How two partial results become one.
struct Sum {
  template <class T>
  __device__ static T join(T a, T b) {
    return a + b;
  }
  template <class T>
  __device__ static T nothing() {
    return T(0);
  }
};
struct Max {
  template <class T>
  __device__ static T join(T a, T b) {
    return larger(a, b);
  }
  template <class T>
  __device__ static T nothing() {
    return lowest<T>();
  }
};
struct Min {
  template <class T>
  __device__ static T join(T a, T b) {
    return smaller(a, b);
  }
  template <class T>
  __device__ static T nothing() {
    return highest<T>();
  }
};

/// First stage, for columns: every group of `lanes` threads has reduced its rows, lane by lane, to `own`, of which
/// element s·width + u belongs to column (s·lanes + lane)·width + u. Joins the block's groups, in order, into row
/// blockIdx.x of `parts`. All threads of the block have to call it.
template <class How, int lanes, int width, int elements, class T>
__device__ inline void leave_columns(const T (&own)[elements], int columns, T* parts) {
  __shared__ T of_threads[block_threads];
  const int lane = static_cast<int>(threadIdx.x) % lanes;
#pragma unroll
  for (int e = 0; e < elements; ++e) {
    __syncthreads();
    of_threads[threadIdx.x] = own[e];
    __syncthreads();
    const int column = (e / width * lanes + lane) * width + e % width;
    if (static_cast<int>(threadIdx.x) >= lanes || column >= columns) continue;
    T total = of_threads[lane];
    for (int group = 1; group < block_threads / lanes; ++group)
      total = How::join(total, of_threads[group * lanes + lane]);
    parts[static_cast<std::int64_t>(blockIdx.x) * columns + column] = total;
  }
}

/// Second stage, for columns: `part_count` rows of `columns` partial results become `out`, by the blocks with numbers
/// from `first_block`, 32 columns at a time. All threads of a block have to call it.
template <class How, class T>
__device__ inline void join_columns(const T* parts, int part_count, std::int64_t columns, T* out, int first_block) {
  constexpr int width = 32, height = block_threads / width;
  __shared__ T of_threads[height][width];
  const int x = static_cast<int>(threadIdx.x) % width, y = static_cast<int>(threadIdx.x) / width;
  const std::int64_t stride = static_cast<std::int64_t>(gridDim.x - first_block) * width;
  for (std::int64_t begin = static_cast<std::int64_t>(blockIdx.x - first_block) * width; begin < columns;
       begin += stride) {
    T own = How::template nothing<T>();
    if (begin + x < columns)
      for (int part = y; part < part_count; part += height)
        own = How::join(own, parts[part * columns + begin + x]);
    of_threads[y][x] = own;
    __syncthreads();
    if (y == 0 && begin + x < columns) {
      for (int i = 1; i < height; ++i) own = How::join(own, of_threads[i][x]);
      out[begin + x] = own;
    }
    __syncthreads();
  }
}

/// Second stage, for a single number: `part_count` partial results as one, for every thread of the block, all of
/// which have to call it.
template <class How, class T>
__device__ inline T join_parts(const T* parts, int part_count) {
  __shared__ T of_threads[block_threads];
  T own = How::template nothing<T>();
  for (int part = static_cast<int>(threadIdx.x); part < part_count; part += block_threads)
    own = How::join(own, parts[part]);
  __syncthreads();
  of_threads[threadIdx.x] = own;
  __syncthreads();
  for (int half = block_threads / 2; half > 0; half /= 2) {
    if (static_cast<int>(threadIdx.x) < half)
      of_threads[threadIdx.x] = How::join(of_threads[threadIdx.x], of_threads[threadIdx.x + half]);
    __syncthreads();
  }
  const T total = of_threads[0];
  __syncthreads();
  return total;
}

/// What the threads of a block hold as one number, for all of them.
template <class How, class T>
__device__ inline T join_block(T own) {
  __shared__ T of_threads[block_threads];
  __syncthreads();
  of_threads[threadIdx.x] = own;
  __syncthreads();
  for (int half = block_threads / 2; half > 0; half /= 2) {
    if (static_cast<int>(threadIdx.x) < half)
      of_threads[threadIdx.x] = How::join(of_threads[threadIdx.x], of_threads[threadIdx.x + half]);
    __syncthreads();
  }
  const T total = of_threads[0];
  __syncthreads();
  return total;
}

/// What the `lanes` threads of a row hold as one number, for all of them; in the order of a tree, the same each
/// time.
template <class How, int lanes, class T>
__device__ inline T join_lanes(T own) {
  if constexpr (lanes == block_threads) {
    return join_block<How>(own);
  } else {
    const unsigned group = static_cast<unsigned>(threadIdx.x) % 32 / lanes * lanes;
    const unsigned mask = lanes == 32 ? ~0U : ((1U << lanes) - 1) << group;
    for (int apart = lanes / 2; apart > 0; apart /= 2)
      own = How::join(own, __shfl_xor_sync(mask, own, apart));
    return own;
  }
}

/// Lets the threads of a row see what they have written to memory.
template <int lanes>
__device__ inline void sync_lanes() {
  if constexpr (lanes == block_threads) {
    __syncthreads();
  } else if constexpr (lanes > 1) {
    const unsigned group = static_cast<unsigned>(threadIdx.x) % 32 / lanes * lanes;
    __syncwarp(lanes == 32 ? ~0U : ((1U << lanes) - 1) << group);
  }
}

/// Calls f.operator()<width, I>() with the width 1 unless all is aligned, and the narrowest index that counts
/// `elements`.
template <int width, class F>
void specialised(bool aligned, std::int64_t elements, F&& f) {
  const bool narrow = elements <= INT32_MAX / 2;
  if (width > 1 && aligned)
    narrow ? f.template operator()<width, std::int32_t>() : f.template operator()<width, std::int64_t>();
  else
    narrow ? f.template operator()<1, std::int32_t>() : f.template operator()<1, std::int64_t>();
}

/// True where 16 bytes can be accessed at once from each of the addresses.
template <class... P>
bool are_aligned(const P*... addresses) {
  return ((reinterpret_cast<std::uintptr_t>(addresses) % 16 == 0) && ...);
}

}  // namespace nn::rt::cuda

#endif  // NN_RT_CUDA_KERNEL_H
