// Fibers: stacks that take turns on one thread of the machine. Known to AddressSanitizer.
#ifndef NN_EMULATION_EMULATOR_FIBER_H
#define NN_EMULATION_EMULATOR_FIBER_H

#include <cstddef>

#if !defined(__x86_64__) && !defined(NN_EMULATION_UCONTEXT)
#define NN_EMULATION_UCONTEXT
#endif

#ifdef NN_EMULATION_UCONTEXT
#include <ucontext.h>
#endif

namespace nn_emulation {

/// A stack and where it stopped; by default that of whoever switches away first.
struct Fiber {
#ifdef NN_EMULATION_UCONTEXT
  ucontext_t context = {};
#else
  void* stack_pointer = nullptr;
#endif
  const void* stack = nullptr;  ///< lowest address
  std::size_t stack_size = 0;
  unsigned thread = 0;  ///< of the block, that runs on it
};

/// A fiber that calls `entry`, which never returns, when it is first switched to. It lives as long as the
/// program.
Fiber* make_fiber(void (*entry)());

/// Stops `from`, which is running, and goes on with `to`.
void switch_fiber(Fiber& from, Fiber& to);

/// True if the address is in the guard page below a fiber's stack.
bool is_stack_guard(const void* address);

}  // namespace nn_emulation

#endif
