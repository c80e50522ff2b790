// Device and pinned memory: each allocation in pages of its own, out of the host's reach while no device work
// runs.
#ifndef NN_EMULATION_EMULATOR_MEMORY_H
#define NN_EMULATION_EMULATOR_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace nn_emulation {

/// What is unreachable before and behind each allocation.
inline constexpr std::size_t guard_bytes = std::size_t{1} << 20;

enum class Kind { device, pinned };

struct Allocation {
  char* base = nullptr;
  std::size_t size = 0;    ///< asked for
  std::size_t mapped = 0;  ///< whole pages
  int device = 0;
  Kind kind = Kind::device;

  bool contains(const void* pointer) const { return pointer >= base && pointer <= base + size; }
};

struct Memory {
  std::map<const char*, Allocation> live;
  std::deque<Allocation> freed;  ///< kept unreachable for a while, so that late accesses are found
  std::size_t used = 0;          ///< bytes of device memory on all devices
  int open = 0;                  ///< how many DeviceAccess there are
};

/// Memory filled with 0xff (NaN, -1). Null if the system has none left.
void* allocate(Memory& memory, Kind kind, std::size_t bytes, int device);

/// Frees what `allocate` returned; false if the pointer is no such thing.
bool release(Memory& memory, void* pointer, Kind kind);

/// The allocation that a pointer points into or just behind, or null.
const Allocation* find(const Memory& memory, const void* pointer);

/// Dies if something was written between the end of an allocation and the end of its last page; `who` may
/// have done it.
void check_guards(const Memory& memory, const std::string& who);

/// While one exists, device memory may be accessed.
class DeviceAccess {
 public:
  explicit DeviceAccess(Memory& memory);
  ~DeviceAccess();
  DeviceAccess(const DeviceAccess&) = delete;
  DeviceAccess& operator=(const DeviceAccess&) = delete;

 private:
  Memory& memory_;
};

}  // namespace nn_emulation

#endif
