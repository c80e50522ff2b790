// The memory and the threads of one caller of generated code: an arena that only grows and a thread pool of
// its own, or a stream and an arena on a device.
#ifndef NN_WORKSPACE_H
#define NN_WORKSPACE_H

#include <cstddef>
#include <vector>

#include "nn/device.h"

namespace nn {

namespace rt {
class Engine;        // the worker threads and the packing buffers (runtime/cpu/engine.h)
struct GemmBackend;  // the library behind rt::gemm (runtime/cpu/gemm_backend.h)
}  // namespace rt

/// What a generated function needs besides its arguments. Use one per calling thread: a workspace may move
/// from thread to thread, but two calls may not use it at the same time. Workspaces are independent of each
/// other.
class Workspace {
 public:
  /// `threads` counts the calling thread; 0 means as many as the hardware runs at once. Workers start with
  /// the first parallel call. Throws nn::Error if `threads` is negative or the environment variable NN_GEMM
  /// (openblas, onednn, builtin; the default is chosen when nn is built) names a backend that this build
  /// doesn't have.
  explicit Workspace(int threads = 0);
  /// For calls on a device, whose tensors have to be there. Nothing is allocated there before the first call.
  explicit Workspace(const Device& device, int threads = 0);
  Workspace(Workspace&& other) noexcept;
  Workspace& operator=(Workspace&& other) noexcept;
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace();

  /// The arena, at least `bytes` long and 64-byte aligned. Growing loses its contents; it never shrinks.
  /// Throws nn::Error in a workspace of a device: code that nn-diff wrote for the host runs on the host.
  std::byte* reserve(std::size_t bytes) {
    if (bytes > capacity_) grow(bytes);
    return data_;
  }

  /// Bytes in the arena now.
  std::size_t capacity() const { return capacity_; }

  /// Room number `number`, memory beside the arena that stays when the call ends: at least `bytes` long,
  /// 64-byte aligned, with its first `keep` bytes as they were. It never shrinks, and doubles at least when
  /// it grows. Throws nn::Error in a workspace of a device.
  std::byte* room(int number, std::size_t bytes, std::size_t keep) {
    const auto index = static_cast<std::size_t>(number);
    if (index >= rooms_.size() || bytes > rooms_[index].bytes) grow_room(index, bytes, keep);
    return rooms_[index].data;
  }
  /// Bytes in it now, and in all rooms.
  std::size_t room_size(int number) const { return rooms_[static_cast<std::size_t>(number)].bytes; }
  std::size_t rooms_size() const {
    std::size_t bytes = 0;
    for (const Room& room : rooms_) bytes += room.bytes;
    return bytes;
  }

  /// Threads that a parallel call may use, the caller included.
  int threads() const { return threads_; }

  /// Where calls with this workspace run.
  const Device& device() const { return device_; }
  /// Waits until the device has done all that was asked of it, and throws nn::Error for what went wrong
  /// there. Returns at once on the host.
  void synchronize();
  /// How float products are computed on a device; Precision::float32 unless said otherwise. The host ignores
  /// it.
  void set_precision(Precision precision);

  /// Name of the library that rt::gemm calls: "openblas", "onednn" or "builtin".
  const char* gemm_name() const;

  /// For the runtime itself: the thread pool, created on first use, and the matrix product library.
  rt::Engine& engine() { return engine_ ? *engine_ : start_engine(); }
  const rt::GemmBackend& gemm_backend() const { return *gemm_; }
  /// The device's part. Throws nn::Error on the host.
  rt::DeviceContext& context();
  /// The value of the last call, for nn::Step on the host.
  double last_value = 0;

 private:
  struct Room {
    std::byte* data = nullptr;
    std::size_t bytes = 0;
  };
  void grow(std::size_t bytes);
  void grow_room(std::size_t index, std::size_t bytes, std::size_t keep);
  void refuse_on_device() const;
  rt::Engine& start_engine();
  void release();

  std::byte* data_ = nullptr;
  std::size_t capacity_ = 0;
  std::vector<Room> rooms_;
  rt::Engine* engine_ = nullptr;
  Device device_;
  rt::DeviceContext* context_ = nullptr;
  const rt::GemmBackend* gemm_;
  int threads_;
};

}  // namespace nn

#endif  // NN_WORKSPACE_H
