// What generated CUDA calls on the host: kernels launched and products multiplied on a workspace's stream, in
// a form that an nn::Step can record.
#ifndef NN_RT_CUDA_CALL_H
#define NN_RT_CUDA_CALL_H

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "nn/host_device.h"
#include "nn/rt/gemm.h"
#include "nn/rt/index.h"
#include "nn/workspace.h"

namespace nn::rt::cuda {

/// Threads in every block.
inline constexpr unsigned block_threads = 256;

/// A one-dimensional grid of blocks.
struct Grid {
  unsigned blocks = 0, threads = block_threads;
};

namespace detail {
inline constexpr std::int64_t most_blocks =
    2048;  // far more than run at once; the loops stride over the rest

inline Grid blocks_for(std::int64_t count, std::int64_t per_block) {
  if (count <= 0) return {};
  const std::int64_t blocks = (count - 1) / per_block + 1;
  return {static_cast<unsigned>(blocks < most_blocks ? blocks : most_blocks), block_threads};
}
}  // namespace detail

/// For a grid-stride loop over `count` elements of which a thread takes `per_thread` at once. Depends on the
/// sizes only; no blocks for no elements.
inline Grid elements(std::int64_t count, int per_thread = 1) {
  return detail::blocks_for(count, std::int64_t{block_threads} * per_thread);
}

/// For a grid-stride loop over `count` rows with `lanes` (1, 2, 4, 8, 16, 32 or 256) threads to each.
inline Grid rows(std::int64_t count, int lanes) {
  return detail::blocks_for(count, static_cast<int>(block_threads) / lanes);
}

/// How many chunks a sum over `count` rows of `work_per_row` elements is cut into, each a partial result of
/// its own: 1 to 256. Depends on the sizes only, so the sum is bitwise the same each time.
inline int chunks(std::int64_t count, std::int64_t work_per_row) {
  constexpr std::int64_t worth_a_block = 4096, most = 256;
  const std::int64_t row = work_per_row > 0 ? work_per_row : 1;
  const std::int64_t rows_per_chunk = row >= worth_a_block ? 1 : worth_a_block / row;
  const std::int64_t count_wanted = count / rows_per_chunk;
  return static_cast<int>(count_wanted < 1 ? 1 : count_wanted < most ? count_wanted : most);
}

/// First row of a chunk when `count` rows are shared out evenly; chunk == chunk_count gives `count`.
NN_HOST_DEVICE inline std::int64_t chunk_begin(std::int64_t count, int chunk_count, int chunk) {
  return count / chunk_count * chunk + count % chunk_count * chunk / chunk_count;
}

/// Whether vectors of 16 bytes can be loaded from each of the pointers.
template <class... T>
bool are_aligned(const T*... pointers) {
  return ((reinterpret_cast<std::uintptr_t>(pointers) % 16 == 0) && ...);
}

/// Something to do on the stream, described by bytes that tell it from anything else: what an nn::Step
/// compares.
struct Work {
  const char* name;
  void (*run)(DeviceContext& context, const Work& work);
  const std::byte* bytes;
  std::size_t size;
};

/// One call of a generated function on the device of a workspace. Makes the device the thread's current one
/// and restores the one before. Throws nn::Error if the workspace is on the host.
class Call {
 public:
  explicit Call(Workspace& ws);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  /// The arena in device memory, at least `bytes` long and 256-byte aligned. Growing loses its contents.
  std::byte* reserve(std::size_t bytes);
  cudaStream_t stream() const;
  DeviceContext& context() const { return context_; }

  /// Runs `work` on the stream, or notes it while a Step records. Throws what it throws.
  void submit(const Work& work);

  /// A number on the device, when the work so far is done; while a Step records it, NaN (0 for integers).
  template <class T>
  T value(const T* device_scalar) {
    static_assert(std::is_arithmetic_v<T>);
    T result = std::numeric_limits<T>::has_quiet_NaN ? std::numeric_limits<T>::quiet_NaN() : T(0);
    read(device_scalar, &result, sizeof result);
    return result;
  }

 private:
  void read(const void* device_scalar, void* result, std::size_t bytes);

  DeviceContext& context_;
  int before_ = 0;
};

/// The stream of a context, and what Works call when they launched a kernel: throws nn::Error if that failed.
cudaStream_t stream_of(DeviceContext& context);
void check_launch(cudaError_t error, const char* name, Grid grid);

namespace detail {

/// A kernel with its grid and arguments as one run of bytes without gaps that are not zero.
template <class... P>
class Kernel {
  static_assert((std::is_trivially_copyable_v<P> && ...), "a kernel's arguments are plain data");

 public:
  using Function = void (*)(P...);

  Kernel(Function kernel, Grid grid, const P&... arguments) {
    std::memset(bytes_, 0, sizeof bytes_);
    put(0, kernel);
    put(sizeof kernel, grid);
    std::size_t at = sizeof kernel + sizeof grid;
    ((put(at, arguments), at += sizeof arguments), ...);
  }

  Work work(const char* name) const { return {name, &run, bytes_, size}; }

 private:
  static constexpr std::size_t size = sizeof(Function) + sizeof(Grid) + (sizeof(P) + ... + 0);

  template <class T>
  void put(std::size_t at, const T& value) {
    std::memcpy(bytes_ + at, &value, sizeof value);
  }
  template <class T>
  static T take(const std::byte*& from) {
    alignas(T) std::byte copy[sizeof(T)];
    std::memcpy(copy, std::exchange(from, from + sizeof(T)), sizeof(T));
    return *reinterpret_cast<T*>(copy);
  }

  /// The arguments in a braced list, which is evaluated from left to right.
  struct Launch {
    cudaError_t error;
    Launch(const cudaLaunchConfig_t& config, Function kernel, P... arguments)
        : error(cudaLaunchKernelEx(&config, kernel, arguments...)) {}
  };

  static void run(DeviceContext& context, const Work& work) {
    const std::byte* from = work.bytes;
    const Function kernel = take<Function>(from);
    const Grid grid = take<Grid>(from);
    cudaLaunchConfig_t config = {};
    config.gridDim = dim3(grid.blocks);
    config.blockDim = dim3(grid.threads);
    config.stream = stream_of(context);
    check_launch(Launch{config, kernel, take<P>(from)...}.error, work.name, grid);
  }

  std::byte bytes_[size];
};

}  // namespace detail

/// Launches a kernel on the call's stream; no blocks launch nothing. `name` is what errors call it.
template <class... P, class... A>
void launch(Call& call, const char* name, void (*kernel)(P...), Grid grid, const A&... arguments) {
  static_assert(sizeof...(P) == sizeof...(A), "as many arguments as the kernel has parameters");
  if (grid.blocks == 0) return;
  const detail::Kernel<P...> launched(kernel, grid, static_cast<P>(arguments)...);
  call.submit(launched.work(name));
}

/// What may be done with a product on its way to memory.
template <class T>
struct Products {
  T beta = 0;               ///< this times the old C is added to the product
  const T* bias = nullptr;  ///< [n], added to each row
  bool relu = false;        ///< then max(C, 0)
  bool gelu = false;        ///< or the approximation of GELU by tanh (nn::gelu_tanh)
  T* gelu_out = nullptr;    ///< [m, n], what that is taken of; 16-byte aligned. Only with gelu.
  /// One bit for each element, set where C > 0: bit j of row i is bit i · 32 · mask_words(n) + j. 16-byte
  /// aligned. Only with relu.
  std::uint32_t* mask_out = nullptr;
  const std::uint32_t* mask_in = nullptr;  ///< C becomes 0 where the bit is not set
  const T* gelu_in =
      nullptr;  ///< [m, n], C is multiplied by the derivative of that GELU there; 16-byte aligned
  T* column_sums = nullptr;  ///< [n], the sum over all rows of what C has become
};

/// 32-bit words of a mask of n columns in one row: rows start at multiples of 128 bits.
NN_HOST_DEVICE inline std::int64_t mask_words(std::int64_t n) {
  return (n + 127) / 128 * 4;
}

/// C = op(A)·op(B), all row-major without gaps as in rt::gemm: op(A) is [m,k], op(B) is [k,n], C is [m,n];
/// then what `extra` asks for, in the order of its members. T is float (in the workspace's precision) or
/// double. Any size may be 0. The same call gives the same bits each time.
template <class T>
void gemm(Call& call, Trans ta, Trans tb, std::int64_t m, std::int64_t n, std::int64_t k, const T* a,
          const T* b, T* c, const Products<T>& extra = {});

extern template void gemm<float>(Call&, Trans, Trans, std::int64_t, std::int64_t, std::int64_t, const float*,
                                 const float*, float*, const Products<float>&);
extern template void gemm<double>(Call&, Trans, Trans, std::int64_t, std::int64_t, std::int64_t,
                                  const double*, const double*, double*, const Products<double>&);

/// Class indices, each of which plus `shift` has to be from 0 to classes − 1. Waits for the answer and throws
/// nn::Error naming the argument, the position and the value; while a Step records, the error comes from
/// step.value() or ws.synchronize(), so kernels that follow use label_index(). I is std::int32_t or
/// std::int64_t.
template <class I>
void check_labels(Call& call, const char* function, const char* argument, const I* labels, std::int64_t count,
                  std::int64_t classes, std::int64_t shift = 0);

extern template void check_labels<std::int32_t>(Call&, const char*, const char*, const std::int32_t*,
                                                std::int64_t, std::int64_t, std::int64_t);
extern template void check_labels<std::int64_t>(Call&, const char*, const char*, const std::int64_t*,
                                                std::int64_t, std::int64_t, std::int64_t);

}  // namespace nn::rt::cuda

#endif  // NN_RT_CUDA_CALL_H
