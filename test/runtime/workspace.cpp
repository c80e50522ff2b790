// A workspace's arena is aligned and only grows, nothing is allocated once a size has been seen, workspaces
// move, and what can't be is refused.
// RUN: %cxx %s %lib -o %t && env NN_GEMM=builtin %t && %t
// RUN: %cxx %san %s %root/runtime/cpu/*.cpp -pthread -o %t && env ASAN_OPTIONS=allocator_may_return_null=1 %t
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

#include "check.h"
#include "nn/runtime.h"

std::atomic<long> allocations{0};

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  ++allocations;
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (bytes + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

using nn::rt::Trans;
using std::int64_t;

void arena_grows_and_is_aligned() {
  nn::Workspace ws(1);
  check(ws.capacity() == 0);
  std::size_t last = 0;
  for (std::size_t bytes : {1, 64, 1000, 100'000, 99'999, 5'000'000, 5, 9'000'001}) {
    std::byte* data = ws.reserve(bytes);
    check(reinterpret_cast<std::uintptr_t>(data) % 64 == 0 && data != nullptr, "aligned");
    check(ws.capacity() >= bytes && ws.capacity() >= last, "grows only");
    data[0] = data[bytes - 1] = std::byte{1};
    check(ws.reserve(bytes) == data, "stays where it is");
    last = ws.capacity();
  }
  throws<std::bad_alloc>([&] { ws.reserve(SIZE_MAX); }, "");
  throws<std::bad_alloc>([&] { ws.reserve(SIZE_MAX / 2); }, "");
  check(ws.reserve(100) != nullptr, "usable after running out of memory");
}

// A step like a network's: arena, products of all kinds, parallel loops.
void step(nn::Workspace& ws, int64_t n, std::vector<float>& x) {
  float* y = reinterpret_cast<float*>(ws.reserve(n * 300 * sizeof(float)));
  for (int flags = 0; flags < 4; ++flags)
    for (int64_t m : {int64_t{1}, n})
      for (int64_t k : {1, 300})
        nn::rt::gemm(ws, Trans(flags & 1), Trans(flags >> 1), m, 300, k, x.data(), x.data(), y);
  nn::rt::rows(ws, n, 1'000'000, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] += 1;
  });
}

void nothing_is_allocated_twice() {
  std::vector<float> x(300 * 300, 1.0f);
  for (int threads : {1, 3}) {
    nn::Workspace ws(threads);
    step(ws, 200, x);
    const long before = allocations;
    for (int round = 0; round < 3; ++round) step(ws, 200, x), step(ws, 100, x);
    const long later = allocations - before;
    check(later == 0, "allocations after the first step: " + std::to_string(later));
  }
}

void workspaces_move() {
  std::vector<float> x(300 * 300, 1.0f);
  nn::Workspace a(2);
  step(a, 50, x);
  const std::byte* arena = a.reserve(1);
  nn::Workspace b = std::move(a);
  check(b.reserve(1) == arena && b.threads() == 2);
  step(b, 50, x);
  step(a, 20, x);  // an empty workspace of the same kind is left
  nn::Workspace c(3);
  step(c, 50, x);
  c = std::move(b);
  check(c.reserve(1) == arena && c.threads() == 2);
  step(c, 60, x);
}

int main() {
  arena_grows_and_is_aligned();
  nothing_is_allocated_twice();
  workspaces_move();
  check(nn::Workspace().threads() >= 1);
  throws<nn::Error>([] { nn::Workspace ws(-1); }, "threads is -1");
  setenv("NN_GEMM", "magic", 1);
  throws<nn::Error>([] { nn::Workspace ws; }, "NN_GEMM is \"magic\", this build has ");
  setenv("NN_GEMM", "builtin", 1);
  check(nn::Workspace().gemm_name() == std::string("builtin"));
}
