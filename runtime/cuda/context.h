// A workspace's part on a GPU: a stream, an arena, the products' plans, and who records.
#ifndef NN_RUNTIME_CUDA_CONTEXT_H
#define NN_RUNTIME_CUDA_CONTEXT_H

#include <cstdint>
#include <memory>
#include <vector>

#include "check.h"
#include "nn/device.h"
#include "nn/rt/cuda_call.h"

namespace nn::rt {

namespace cuda {

class GemmPlans;  // gemm_plan.h

/// What a kernel tells the host about the first wrong label that a block has seen; in pinned memory.
struct WrongLabel {
  std::int64_t position;  ///< -1: none
  std::int64_t value;
};

/// One check_labels of one call, and what came of it.
struct LabelCheck {
  static constexpr int most_blocks = 64;

  const char* function = "";
  const char* argument = "";
  std::int64_t classes = 0, shift = 0;
  Pinned found;  ///< a WrongLabel for each block

  void allocate();
  WrongLabel* wrong() const { return reinterpret_cast<WrongLabel*>(found.data()); }
  /// Throws nn::Error if a label was wrong, and forgets it. All work must be done.
  void report() const;
};

class Stream {
 public:
  Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

}  // namespace cuda

struct DeviceContext {
  explicit DeviceContext(int device);
  ~DeviceContext();
  DeviceContext(const DeviceContext&) = delete;
  DeviceContext& operator=(const DeviceContext&) = delete;

  const int index;
  const cuda::Stream stream;
  cuda::Memory arena;
  cuda::Pinned value;                                     ///< where Call::value lands
  cuda::LabelCheck check_at_once;                         ///< of calls that wait for the answer
  std::vector<std::unique_ptr<cuda::LabelCheck>> checks;  ///< of those that Steps have recorded
  std::unique_ptr<cuda::GemmPlans> plans;
  Precision precision = Precision::float32;
  DeviceStep* recording = nullptr;  ///< the Step whose body runs now

  /// Waits for the stream, and throws for what went wrong on the device.
  void synchronize();
  /// Runs work on the stream, or notes it in the Step that records.
  void submit(const cuda::Work& work);
  std::byte* reserve(std::size_t bytes);
};

namespace cuda {

/// The context whose Step records on this thread, or none: eager copies and frees have to know. As CUDA's
/// current device it belongs to the thread, and the Step's body is the scope of it.
DeviceContext*& recording_here();

/// A copy as work: `from` and `to` as cudaMemcpyDefault takes them.
void submit_copy(DeviceContext& context, std::byte* to, const std::byte* from, std::size_t bytes);
/// Zeroes as work.
void submit_zero(DeviceContext& context, void* to, std::size_t bytes);

/// rt::cuda::launch for what has no Call.
template <class... P, class... A>
void launch(DeviceContext& context, const char* name, void (*kernel)(P...), Grid grid,
            const A&... arguments) {
  if (grid.blocks == 0) return;
  context.submit(detail::Kernel<P...>(kernel, grid, static_cast<P>(arguments)...).work(name));
}

/// Work whose bytes are a plain struct without gaps.
template <class T>
Work work_of(const char* name, void (*run)(DeviceContext&, const Work&), const T& bytes) {
  static_assert(std::has_unique_object_representations_v<T>, "gaps would be compared too");
  return {name, run, reinterpret_cast<const std::byte*>(&bytes), sizeof bytes};
}
template <class T>
T bytes_of(const Work& work) {
  T bytes;
  std::memcpy(&bytes, work.bytes, sizeof bytes);
  return bytes;
}

}  // namespace cuda

}  // namespace nn::rt

#endif  // NN_RUNTIME_CUDA_CONTEXT_H
