// Mapping, guarding and protecting the emulated device's memory.
#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "block.h"
#include "faults.h"

// Weak: there only if the program is linked with AddressSanitizer.
extern "C" {
__attribute__((weak)) void __asan_poison_memory_region(const volatile void* address, std::size_t size);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void* address, std::size_t size);
}

namespace nn_emulation {
namespace {

constexpr std::size_t freed_kept = 1024;

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

void protect(const Allocation& allocation, int protection) {
  if (mprotect(allocation.base, allocation.mapped, protection) != 0) die("mprotect failed");
}

void unmap(const Allocation& allocation) {
  munmap(allocation.base - guard_bytes, allocation.mapped + 2 * guard_bytes);
}

// The bytes behind an allocation, in its last page, are out of bounds to AddressSanitizer too. Looked at
// after every kernel, hence by words.
__attribute__((no_sanitize("address"))) const char* first_written_behind(const Allocation& allocation) {
  const char* byte = allocation.base + allocation.size;
  const char* end = allocation.base + allocation.mapped;
  for (; byte < end; ++byte) {
    const bool at_word = reinterpret_cast<std::uintptr_t>(byte) % sizeof(std::uint64_t) == 0;
    while (at_word && byte < end && *reinterpret_cast<const std::uint64_t*>(byte) == ~std::uint64_t{0})
      byte += sizeof(std::uint64_t);
    if (byte < end && *byte != '\xff') return byte;
  }
  return nullptr;
}

void forget_oldest(Memory& memory) {
  if (memory.freed.size() < freed_kept) return;
  unmap(memory.freed.front());
  memory.freed.pop_front();
}

}  // namespace

void* allocate(Memory& memory, Kind kind, std::size_t bytes, int device) {
  const std::size_t page = page_size(), mapped = (bytes + page - 1) / page * page;
  void* memory_of_pages =
      mmap(nullptr, mapped + 2 * guard_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory_of_pages == MAP_FAILED) return nullptr;
  const Allocation allocation{static_cast<char*>(memory_of_pages) + guard_bytes, bytes, mapped, device, kind};
  catch_faults(memory);
  protect(allocation, PROT_READ | PROT_WRITE);
  std::memset(allocation.base, 0xff, mapped);
  if (__asan_poison_memory_region) __asan_poison_memory_region(allocation.base + bytes, mapped - bytes);
  if (kind == Kind::device) {
    memory.used += bytes;
    if (memory.open == 0) protect(allocation, PROT_NONE);
  }
  memory.live[allocation.base] = allocation;
  return allocation.base;
}

bool release(Memory& memory, void* pointer, Kind kind) {
  const auto found = memory.live.find(static_cast<char*>(pointer));
  if (found == memory.live.end() || found->second.kind != kind) return false;
  {
    const DeviceAccess access(memory);
    check_guards(memory, "work before a free");
  }
  const Allocation allocation = found->second;
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(allocation.base, allocation.mapped);
  if (kind == Kind::device) memory.used -= allocation.size;
  madvise(allocation.base, allocation.mapped, MADV_DONTNEED);
  protect(allocation, PROT_NONE);
  forget_oldest(memory);
  memory.freed.push_back(allocation);
  memory.live.erase(found);
  return true;
}

const Allocation* find(const Memory& memory, const void* pointer) {
  auto after = memory.live.upper_bound(static_cast<const char*>(pointer));
  if (after == memory.live.begin()) return nullptr;
  const Allocation& before = std::prev(after)->second;
  return before.contains(pointer) ? &before : nullptr;
}

void check_guards(const Memory& memory, const std::string& who) {
  for (const auto& [base, allocation] : memory.live) {
    const char* written = first_written_behind(allocation);
    if (written == nullptr) continue;
    die(who + " wrote " + std::to_string(written - base - allocation.size) + " bytes behind the end of " +
        (allocation.kind == Kind::device ? "device" : "pinned") + " memory of " +
        std::to_string(allocation.size) + " bytes");
  }
}

DeviceAccess::DeviceAccess(Memory& memory) : memory_(memory) {
  if (memory.open++ > 0) return;
  for (const auto& [base, allocation] : memory.live)
    if (allocation.kind == Kind::device) protect(allocation, PROT_READ | PROT_WRITE);
}

DeviceAccess::~DeviceAccess() {
  if (--memory_.open > 0) return;
  for (const auto& [base, allocation] : memory_.live)
    if (allocation.kind == Kind::device) protect(allocation, PROT_NONE);
}

}  // namespace nn_emulation
