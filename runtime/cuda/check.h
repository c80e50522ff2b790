// Every call of CUDA is checked here; and owners of what CUDA hands out, so that no failure leaks.
#ifndef NN_RUNTIME_CUDA_CHECK_H
#define NN_RUNTIME_CUDA_CHECK_H

#include <cuda_runtime_api.h>

#include <cstddef>
#include <string>
#include <utility>

namespace nn::rt::cuda {

/// Throws nn::Error: what was tried, CUDA's reason, file and line.
[[noreturn]] void fail(cudaError_t error, const std::string& what, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE());

/// Throws unless a call succeeded.
inline void check(cudaError_t error, const char* what, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (error != cudaSuccess) [[unlikely]]
    fail(error, what, file, line);
}

/// "cuda:0".
std::string device_name(int index);

/// Makes a device the thread's current one for a scope.
class Current {
 public:
  explicit Current(int index);
  ~Current() { restore(); }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

 private:
  void restore() noexcept;
  int before_ = -1;  // -1: nothing to restore
};

/// Memory of the current device. Throws nn::Error with the bytes wanted and free.
class Memory {
 public:
  Memory() = default;
  Memory(int index, std::size_t bytes);
  /// Takes over what allocate gave.
  static Memory owning(int index, std::byte* data) { return Memory(index, data); }
  Memory(Memory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        bytes_(std::exchange(other.bytes_, 0)),
        index_(other.index_) {}
  Memory& operator=(Memory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(index_, other.index_);
    return *this;
  }
  ~Memory();

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  std::byte* release() { return std::exchange(data_, nullptr); }

 private:
  Memory(int index, std::byte* data) : data_(data), index_(index) {}
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  int index_ = 0;
};

/// Memory of the host that the device reads and writes directly.
class Pinned {
 public:
  Pinned() = default;
  explicit Pinned(std::size_t bytes);
  Pinned(Pinned&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Pinned& operator=(Pinned&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Pinned();

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace nn::rt::cuda

#endif  // NN_RUNTIME_CUDA_CHECK_H
