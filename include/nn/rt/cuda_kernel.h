// What generated kernels are written with: elements and rows shared out over threads, packs of elements that
// are one memory access, and sums over rows in two stages.
#ifndef NN_RT_CUDA_KERNEL_H
#define NN_RT_CUDA_KERNEL_H

#include <cstdint>

#include "nn/rt/cuda.h"

/// Before a loop with a fixed number of turns: its variables may be registers.
#if defined(NN_CUDA_EMULATION)
#define NN_CUDA_UNROLL
#else
#define NN_CUDA_UNROLL _Pragma("unroll")
#endif

namespace nn::rt::cuda {

/// Threads of a block, which are the lanes of a row that has a block to itself.
inline constexpr int block_lanes = static_cast<int>(block_threads);

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
  return width * (static_cast<I>(blockIdx.x) * block_lanes + static_cast<I>(threadIdx.x));
}
template <int width, class I>
__device__ inline I element_stride() {
  return static_cast<I>(width) * static_cast<I>(gridDim.x) * block_lanes;
}

/// A grid-stride loop over the rounds of a loop.
__device__ inline std::int64_t first_round() {
  return first_element<1, std::int64_t>();
}
__device__ inline std::int64_t round_stride() {
  return element_stride<1, std::int64_t>();
}

/// A grid-stride loop over rows with `lanes` threads each.
template <int lanes, class I>
__device__ inline I first_row() {
  return static_cast<I>(blockIdx.x) * (block_lanes / lanes) + static_cast<I>(threadIdx.x / lanes);
}
template <int lanes, class I>
__device__ inline I row_stride() {
  return static_cast<I>(gridDim.x) * (block_lanes / lanes);
}

/// How many of `count` elements a lane meets at most, when lanes take packs of `width` in turn.
template <int lanes, int width>
NN_HOST_DEVICE constexpr int elements_of_lane(int count) {
  return (count + lanes * width - 1) / (lanes * width) * width;
}

/// How two partial results become one, and what the result of reducing nothing is.
struct Sum : detail::Sum {
  template <class T>
  __device__ static T nothing() {
    return T(0);
  }
};
struct Max : detail::Max {
  template <class T>
  __device__ static T nothing() {
    return lowest<T>;
  }
};
struct Min : detail::Min {
  template <class T>
  __device__ static T nothing() {
    return highest<T>;
  }
};

/// What the `lanes` threads of a row hold as one number, for all of them; all have to call it.
template <class How, int lanes, class T>
__device__ inline T join_lanes(T own) {
  return detail::join<lanes>(own, How{});
}

/// An index that the program has computed: stops the kernel where it is not in [0, classes). The
/// next synchronisation fails.
template <class I>
__device__ inline I checked_index(I index, std::int64_t classes) {
  if (index < 0 || index >= classes) __trap();
  return index;
}

/// Where `count` elements of an array of `extent` begin: stops the kernel where they don't lie inside.
template <class I>
__device__ inline I checked_block(I index, std::int64_t count, std::int64_t extent) {
  if (index < 0 || index > extent - count) __trap();
  return index;
}

/// First stage, for columns: every group of `lanes` threads has reduced its rows, lane by lane, to `own`, of
/// which element s·width + u belongs to column (s·lanes + lane)·width + u. Joins the block's groups, in
/// order, into row blockIdx.x of `parts`. All threads of the block have to call it.
template <class How, int lanes, int width, int elements, class T>
__device__ inline void leave_columns(const T (&own)[elements], int columns, T* parts) {
  __shared__ T of_threads[block_lanes];
  const int lane = static_cast<int>(threadIdx.x) % lanes;
  NN_CUDA_UNROLL
  for (int e = 0; e < elements; ++e) {
    __syncthreads();
    of_threads[threadIdx.x] = own[e];
    __syncthreads();
    const int column = (e / width * lanes + lane) * width + e % width;
    if (static_cast<int>(threadIdx.x) >= lanes || column >= columns) continue;
    T total = of_threads[lane];
    for (int group = 1; group < block_lanes / lanes; ++group)
      total = How{}(total, of_threads[group * lanes + lane]);
    parts[static_cast<std::int64_t>(blockIdx.x) * columns + column] = total;
  }
}

/// Second stage, for columns: `part_count` rows of `columns` partial results become `out`, by the blocks with
/// numbers from `first_block`, 32 columns at a time. All threads of a block have to call it.
template <class How, class T>
__device__ inline void join_columns(const T* parts, int part_count, std::int64_t columns, T* out,
                                    int first_block) {
  constexpr int width = 32, height = block_lanes / width;
  __shared__ T of_threads[height][width];
  const int x = static_cast<int>(threadIdx.x) % width, y = static_cast<int>(threadIdx.x) / width;
  const std::int64_t stride = static_cast<std::int64_t>(gridDim.x - first_block) * width;
  for (std::int64_t begin = static_cast<std::int64_t>(blockIdx.x - first_block) * width; begin < columns;
       begin += stride) {
    T own = How::template nothing<T>();
    if (begin + x < columns)
      for (int part = y; part < part_count; part += height)
        own = How{}(own, parts[part * columns + begin + x]);
    of_threads[y][x] = own;
    __syncthreads();
    if (y == 0 && begin + x < columns) {
      for (int i = 1; i < height; ++i) own = How{}(own, of_threads[i][x]);
      out[begin + x] = own;
    }
    __syncthreads();
  }
}

/// Second stage, for a single number: `part_count` partial results as one, for every thread of the block, all
/// of which have to call it.
template <class How, class T>
__device__ inline T join_parts(const T* parts, int part_count) {
  T own = How::template nothing<T>();
  for (int part = static_cast<int>(threadIdx.x); part < part_count; part += block_lanes)
    own = How{}(own, parts[part]);
  return join_lanes<How, block_lanes>(own);
}

/// The grid of a first stage: its blocks are parts.
inline Grid in_parts(Grid grid) {
  if (grid.blocks > static_cast<unsigned>(max_parts)) grid.blocks = static_cast<unsigned>(max_parts);
  return grid;
}

/// The grid of a second stage: the first block for single numbers, if any, the others for up to `columns`
/// columns.
inline Grid joining(std::int64_t columns, bool numbers) {
  const std::int64_t blocks = (columns + 31) / 32 + (numbers ? 1 : 0);
  return {static_cast<unsigned>(blocks < 1024 ? blocks : 1024)};
}

/// For statements that one thread carries out.
inline constexpr Grid one_thread{1, 1};

/// What such statements call.
template <class T>
__device__ inline void copy_n(const T* from, std::int64_t count, T* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = from[i];
}
template <class T>
__device__ inline void fill_n(T* to, std::int64_t count, T value) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = value;
}
template <class T>
__device__ inline void swap(T& a, T& b) {
  const T old = a;
  a = b;
  b = old;
}

/// An array that such statements make longer, in memory for `most` elements. What it had keeps its values;
/// new elements are zero.
template <class T>
struct Growing {
  T* data;
  std::int64_t* size;
  std::int64_t most;

  __device__ void grow(std::int64_t count) const {
    if (count > most) __trap();
    for (; *size < count; ++*size) data[*size] = 0;
  }
  __device__ void clear() const { *size = 0; }
  __device__ void assign(const Growing& other) const {
    clear();
    grow(*other.size);
    copy_n(other.data, *size, data);
  }
  __device__ T& operator[](std::int64_t i) const { return data[i]; }
};

/// `count`, or 0 where that is negative.
template <class T>
std::int64_t not_negative(T count) {
  return count > T(0) ? static_cast<std::int64_t>(count) : 0;
}

namespace detail {

template <class T>
__global__ void __launch_bounds__(block_lanes) add_first(const T* from, const std::int64_t* count, T* to) {
  for (std::int64_t i = first_round(); i < *count; i += round_stride()) to[i] += from[i];
}
template <class T>
__global__ void __launch_bounds__(block_lanes) copy_elements(const T* from, std::int64_t count, T* to) {
  for (std::int64_t i = first_round(); i < count; i += round_stride()) to[i] = from[i];
}
template <class T>
__global__ void __launch_bounds__(block_lanes) fill_elements(T* to, std::int64_t count, T value) {
  for (std::int64_t i = first_round(); i < count; i += round_stride()) to[i] = value;
}
template <class T>
__global__ void __launch_bounds__(block_lanes) add_elements(const T* from, std::int64_t count, T* to) {
  for (std::int64_t i = first_round(); i < count; i += round_stride()) to[i] += from[i];
}

}  // namespace detail

/// Copies `count` elements, or sets them, or adds them to those that are there.
template <class T>
void copy(Call& call, const T* from, std::int64_t count, T* to) {
  launch(call, "copy", detail::copy_elements<T>, elements(count), from, count, to);
}
template <class T>
void fill(Call& call, T* to, std::int64_t count, T value) {
  launch(call, "fill", detail::fill_elements<T>, elements(count), to, count, value);
}
template <class T>
void add(Call& call, const T* from, std::int64_t count, T* to) {
  launch(call, "add", detail::add_elements<T>, elements(count), from, count, to);
}

/// Adds the `count` elements of an array that has grown, at most `most`.
template <class T>
void add_grown(Call& call, const T* from, const std::int64_t* count, std::int64_t most, T* to) {
  launch(call, "add", detail::add_first<T>, elements(most), from, count, to);
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

}  // namespace nn::rt::cuda

#endif  // NN_RT_CUDA_KERNEL_H
