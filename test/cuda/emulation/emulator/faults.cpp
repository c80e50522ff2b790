// The handler of segmentation faults.
#include "faults.h"

#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "block.h"
#include "fiber.h"

namespace nn_emulation {
namespace {

const Memory* watched = nullptr;
struct sigaction before;

// How far an address is from an allocation.
std::size_t distance(const Allocation& allocation, const char* address) {
  if (address < allocation.base) return static_cast<std::size_t>(allocation.base - address);
  const char* end = allocation.base + allocation.size;
  return address < end ? 0 : static_cast<std::size_t>(address - end);
}

struct Nearest {
  const Allocation* allocation = nullptr;
  std::size_t distance = guard_bytes + 1;
  bool freed = false;
};

void consider(Nearest& nearest, const Allocation& allocation, const char* address, bool freed) {
  const std::size_t far = distance(allocation, address);
  if (far < nearest.distance) nearest = {&allocation, far, freed};
}

void say(const Allocation& allocation, const char* address, bool freed) {
  const char* kernel = running_kernel();
  std::fprintf(stderr, "nn_emulation: ");
  if (kernel)
    std::fprintf(stderr, "kernel '%s' accessed ", kernel);
  else
    std::fprintf(stderr, "%s touched ", watched->open > 0 ? "a copy or library call" : "host code");
  std::fprintf(stderr, "%s%s memory: byte %ld of %zu\n", freed ? "freed " : "",
               allocation.kind == Kind::device ? "device" : "pinned",
               static_cast<long>(address - allocation.base), allocation.size);
}

// A fault is synchronous and ends the program, so the handler may look at everything.
void on_fault(int signal, siginfo_t* info, void*) {
  const char* address = static_cast<const char*>(info->si_addr);
  Nearest nearest;
  for (const auto& [base, allocation] : watched->live) consider(nearest, allocation, address, false);
  for (const Allocation& allocation : watched->freed) consider(nearest, allocation, address, true);
  if (nearest.allocation) {
    say(*nearest.allocation, address, nearest.freed);
    std::abort();
  }
  if (is_stack_guard(address)) {
    std::fprintf(stderr, "nn_emulation: kernel '%s' needs more stack than a fiber has\n", running_kernel());
    std::abort();
  }
  sigaction(signal, &before, nullptr);  // not ours: it happens again, under the handler that was there
}

}  // namespace

void catch_faults(const Memory& memory) {
  if (watched) return;
  watched = &memory;
  static char stack[64 * 1024];
  stack_t other = {};
  if (sigaltstack(nullptr, &other) == 0 && (other.ss_flags & SS_DISABLE) != 0) {
    other = {};
    other.ss_sp = stack;
    other.ss_size = sizeof stack;
    sigaltstack(&other, nullptr);
  }
  struct sigaction action = {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &action, &before);
}

}  // namespace nn_emulation
