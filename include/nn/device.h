// Where tensors and workspaces live: the host, or a device that a table of functions stands for.
#ifndef NN_DEVICE_H
#define NN_DEVICE_H

#include <cstddef>
#include <string>

#include "nn/error.h"

namespace nn {

/// How float products are computed on a device: as they are, or with operands rounded to TF32 or bf16
/// (sums are float32 in each).
enum class Precision : unsigned char { float32, tf32, bf16 };

namespace rt {

struct DeviceContext;  // a workspace's part on a device
struct DeviceStep;     // what an nn::Step has recorded
struct Update;         // one step of an optimiser (nn/rt/update.h)

/// What a kind of device can do. The library for the device has one of these; nothing else needs to be
/// linked. Functions throw nn::Error unless they are noexcept. `index` counts the devices of the kind.
struct DeviceApi {
  const char* kind;  ///< "cuda"

  /// Memory of a device, at least 256-byte aligned. `bytes` is not 0.
  std::byte* (*allocate)(int index, std::size_t bytes);
  void (*release)(int index, std::byte* memory) noexcept;
  void (*zero)(int index, std::byte* memory, std::size_t bytes);
  /// Copies; all work submitted before is done first, and the copy is done on return (while a Step records,
  /// a copy within devices becomes part of it, and one to the host is an error).
  void (*to_device)(int index, std::byte* to, const std::byte* from, std::size_t bytes);
  void (*to_host)(int index, std::byte* to, const std::byte* from, std::size_t bytes);
  void (*within)(int index, std::byte* to, const std::byte* from, std::size_t bytes);
  /// The index of the device that `pointer` belongs to; -1 where it is memory of the host.
  int (*index_of)(const void* pointer);

  DeviceContext* (*open)(int index);
  void (*close)(DeviceContext* context) noexcept;
  /// Waits for all work of a context and reports errors found on the device.
  void (*synchronize)(DeviceContext& context);
  void (*set_precision)(DeviceContext& context, Precision precision);
  /// Copies from the host without waiting; `from` may be overwritten on return unless it is pinned memory.
  void (*upload)(DeviceContext& context, std::byte* to, const std::byte* from, std::size_t bytes);
  void (*update)(DeviceContext& context, const Update& update);

  /// Whether a Step records what is asked of the context.
  bool (*is_recording)(const DeviceContext& context);

  /// Steps: begin, the body, then end (or abort, if the body threw); step_value copies the last value.
  DeviceStep* (*open_step)(DeviceContext& context);
  void (*close_step)(DeviceStep* step) noexcept;
  void (*begin_step)(DeviceStep& step);
  void (*end_step)(DeviceStep& step);
  void (*abort_step)(DeviceStep& step) noexcept;
  void (*step_value)(DeviceStep& step, void* value, std::size_t bytes);
};

}  // namespace rt

/// A place for tensors: `nn::Device()` is the host, `nn::cuda()` (nn/cuda.h) a GPU. A small value.
class Device {
 public:
  constexpr Device() = default;
  /// For the libraries of devices.
  constexpr Device(const rt::DeviceApi& api, int index) : api_(&api), index_(index) {}

  constexpr bool is_host() const { return api_ == nullptr; }
  constexpr int index() const { return index_; }
  /// "cuda:0", or "the host".
  std::string name() const {
    return is_host() ? "the host" : std::string(api_->kind) + ":" + std::to_string(index_);
  }

  friend constexpr bool operator==(const Device&, const Device&) = default;

  /// For the library's own functions: what the device can do; none for the host.
  constexpr const rt::DeviceApi* api() const { return api_; }

 private:
  const rt::DeviceApi* api_ = nullptr;
  int index_ = 0;
};

namespace detail {

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_not_on_host(const Device& device) {
  throw Error("nn: this tensor lives on " + device.name() +
              ", where single elements can't be reached; copy it with nn::to(nn::Device(), x) first");
}

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_not_on_device() {
  throw Error("nn: this tensor lives on the host; copy it with nn::to(device, x) first");
}

/// Copies between any two places. `bytes` may be 0.
inline void copy_bytes(const Device& to_device, void* to, const Device& from_device, const void* from,
                       std::size_t bytes) {
  if (bytes == 0) return;
  auto* const target = static_cast<std::byte*>(to);
  const auto* const source = static_cast<const std::byte*>(from);
  if (to_device.is_host()) return from_device.api()->to_host(from_device.index(), target, source, bytes);
  if (from_device.is_host()) return to_device.api()->to_device(to_device.index(), target, source, bytes);
  to_device.api()->within(to_device.index(), target, source, bytes);
}

}  // namespace detail

}  // namespace nn

#endif  // NN_DEVICE_H
