// Errors of CUDA as sentences, and owners of its memory.
#include "check.h"

#include <cstring>

#include "nn/error.h"

namespace nn::rt::cuda {

void fail(cudaError_t error, const std::string& what, const char* file, int line) {
  static_cast<void>(cudaGetLastError());  // an error that can be recovered from is forgotten
  const char* slash = std::strrchr(file, '/');
  throw Error("nn: " + what + ": " + cudaGetErrorString(error) + " (" + cudaGetErrorName(error) + ", " +
              (slash ? slash + 1 : file) + ":" + std::to_string(line) + ")");
}

std::string device_name(int index) {
  return "cuda:" + std::to_string(index);
}

Current::Current(int index) {
  int now = 0;
  check(cudaGetDevice(&now), "finding the current device");
  if (now == index) return;
  check(cudaSetDevice(index), "changing the current device");
  before_ = now;
}

void Current::restore() noexcept {
  if (before_ >= 0) static_cast<void>(cudaSetDevice(before_));
}

Memory::Memory(int index, std::size_t bytes) : bytes_(bytes), index_(index) {
  void* data = nullptr;
  const cudaError_t error = cudaMalloc(&data, bytes);
  if (error == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());
    std::size_t free = 0, total = 0;
    const bool known = cudaMemGetInfo(&free, &total) == cudaSuccess;
    throw Error("nn: out of memory on " + device_name(index) + ": " + std::to_string(bytes) +
                " bytes wanted" + (known ? ", " + std::to_string(free) + " free" : ""));
  }
  if (error != cudaSuccess)
    fail(error, "allocating " + std::to_string(bytes) + " bytes on " + device_name(index));
  data_ = static_cast<std::byte*>(data);
}

Memory::~Memory() {
  if (data_) static_cast<void>(cudaFree(data_));
}

Pinned::Pinned(std::size_t bytes) : bytes_(bytes) {
  void* data = nullptr;
  const cudaError_t error = cudaMallocHost(&data, bytes);
  if (error != cudaSuccess) fail(error, "allocating " + std::to_string(bytes) + " bytes of pinned memory");
  data_ = static_cast<std::byte*>(data);
}

Pinned::~Pinned() {
  if (data_) static_cast<void>(cudaFreeHost(data_));
}

}  // namespace nn::rt::cuda
