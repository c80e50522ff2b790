// Workspace: the arena's memory, and who owns what.
#include "nn/workspace.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <thread>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "engine.h"
#include "gemm_backend.h"
#include "nn/error.h"

namespace nn {

namespace {

int thread_count(int threads) {
  if (threads < 0)
    throw Error("nn::Workspace: threads is " + std::to_string(threads) + ", must not be negative");
  if (threads > 0) return threads;
  const unsigned hardware = std::thread::hardware_concurrency();
  return hardware > 0 ? static_cast<int>(hardware) : 1;
}

}  // namespace

namespace rt {

namespace {
constexpr std::size_t line = 64, huge_page = std::size_t{1} << 21;
}

std::byte* allocate_lines(std::size_t bytes) {
  const std::size_t alignment = bytes >= 2 * huge_page ? huge_page : line;
  if (bytes > SIZE_MAX - alignment) throw std::bad_alloc();
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  void* data = std::aligned_alloc(alignment, whole);
  if (!data) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
  if (alignment == huge_page) madvise(data, whole, MADV_HUGEPAGE);  // only a hint: fewer TLB misses
#endif
  return static_cast<std::byte*>(data);
}

void free_lines(std::byte* data) noexcept {
  std::free(data);
}

}  // namespace rt

Workspace::Workspace(int threads) : gemm_(&rt::chosen_gemm_backend()), threads_(thread_count(threads)) {}

Workspace::Workspace(const Device& device, int threads) : Workspace(threads) {
  device_ = device;
  if (!device.is_host()) context_ = device.api()->open(device.index());
}

Workspace::Workspace(Workspace&& other) noexcept
    : last_value(other.last_value),
      data_(std::exchange(other.data_, nullptr)),
      capacity_(std::exchange(other.capacity_, 0)),
      rooms_(std::exchange(other.rooms_, {})),
      engine_(std::exchange(other.engine_, nullptr)),
      device_(other.device_),
      context_(std::exchange(other.context_, nullptr)),
      gemm_(other.gemm_),
      threads_(other.threads_) {}

Workspace& Workspace::operator=(Workspace&& other) noexcept {
  if (this == &other) return *this;
  release();
  data_ = std::exchange(other.data_, nullptr);
  capacity_ = std::exchange(other.capacity_, 0);
  rooms_ = std::exchange(other.rooms_, {});
  engine_ = std::exchange(other.engine_, nullptr);
  device_ = other.device_;
  context_ = std::exchange(other.context_, nullptr);
  last_value = other.last_value;
  gemm_ = other.gemm_;
  threads_ = other.threads_;
  return *this;
}

Workspace::~Workspace() {
  release();
}

const char* Workspace::gemm_name() const {
  return gemm_->name;
}

void Workspace::synchronize() {
  if (!device_.is_host()) device_.api()->synchronize(context());
}

void Workspace::set_precision(Precision precision) {
  if (!device_.is_host()) device_.api()->set_precision(context(), precision);
}

rt::DeviceContext& Workspace::context() {
  if (!context_)
    throw Error(device_.is_host()
                    ? "nn: this call needs a workspace on a device, nn::Workspace ws{nn::cuda()}"
                    : "nn: this workspace was moved from");
  return *context_;
}

void Workspace::refuse_on_device() const {
  if (!device_.is_host())
    throw Error("nn: the workspace is on " + device_.name() +
                ", but this function was generated for the host only; run nn-diff with --emit=cpp,cuda");
}

void Workspace::grow(std::size_t bytes) {
  refuse_on_device();
  rt::free_lines(std::exchange(data_, nullptr));
  capacity_ = 0;
  data_ = rt::allocate_lines(bytes);
  capacity_ = bytes;
}

void Workspace::grow_room(std::size_t index, std::size_t bytes, std::size_t keep) {
  refuse_on_device();
  if (index >= rooms_.size()) rooms_.resize(index + 1);
  Room& room = rooms_[index];
  if (bytes <= room.bytes) return;
  const std::size_t wanted = std::max({bytes, 2 * room.bytes, std::size_t{64}});
  std::byte* data = rt::allocate_lines(wanted);
  if (keep > 0) std::memcpy(data, room.data, std::min(keep, room.bytes));
  rt::free_lines(room.data);
  room = {data, wanted};
}

rt::Engine& Workspace::start_engine() {
  engine_ = new rt::Engine(threads_);
  return *engine_;
}

void Workspace::release() {
  delete engine_;
  if (context_) device_.api()->close(context_);
  context_ = nullptr;
  rt::free_lines(data_);
  for (const Room& room : rooms_) rt::free_lines(room.data);
  rooms_.clear();
  engine_ = nullptr;
  data_ = nullptr;
  capacity_ = 0;
}

}  // namespace nn
