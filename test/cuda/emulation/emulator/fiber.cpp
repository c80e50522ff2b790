// Switching stacks: a few instructions on x86-64, ucontext elsewhere.
#include "fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

// Weak: there only if the program is linked with AddressSanitizer.
extern "C" {
__attribute__((weak)) void __sanitizer_start_switch_fiber(void** save, const void* bottom, std::size_t size);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void* save, const void** bottom,
                                                           std::size_t* size);
}

#ifndef NN_EMULATION_UCONTEXT
// Saves what a called function must preserve, exchanges the stack pointers, and restores it.
extern "C" void nn_emulation_switch(void** save, void* load);
asm(R"(
  .text
  .globl nn_emulation_switch
  .type nn_emulation_switch, @function
nn_emulation_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
  .size nn_emulation_switch, .-nn_emulation_switch
)");
#endif

namespace nn_emulation {
namespace {

constexpr std::size_t stack_bytes = 256 * 1024;

// Who was running before the last switch, and how the fiber that it goes to begins.
Fiber* previous = nullptr;
void (*entry_of_new)() = nullptr;

std::vector<const char*>& stacks() {
  static auto& all = *new std::vector<const char*>;
  return all;
}

// Told on arrival; AddressSanitizer knows the bounds of the stack we come from.
void arrived(void* save) {
  if (!__sanitizer_finish_switch_fiber) return;
  const void* bottom = nullptr;
  std::size_t size = 0;
  __sanitizer_finish_switch_fiber(save, &bottom, &size);
  previous->stack = bottom;
  previous->stack_size = size;
}

void begin() {
  arrived(nullptr);
  entry_of_new();
  std::abort();
}

char* map_stack() {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* memory =
      mmap(nullptr, stack_bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0) {
    std::perror("nn_emulation: a stack");
    std::abort();
  }
  stacks().push_back(static_cast<const char*>(memory));
  return static_cast<char*>(memory) + page;
}

}  // namespace

Fiber* make_fiber(void (*entry)()) {
  auto* fiber = new Fiber;
  char* low = map_stack();
  entry_of_new = entry;  // all fibers begin alike
  fiber->stack = low;
  fiber->stack_size = stack_bytes;
#ifdef NN_EMULATION_UCONTEXT
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = low;
  fiber->context.uc_stack.ss_size = stack_bytes;
  makecontext(&fiber->context, begin, 0);
#else
  // Stacks a power of two apart would all compete for the same lines of the cache.
  const std::size_t colour = stacks().size() % 61 * 128;
  auto* top = reinterpret_cast<void**>(low + stack_bytes - colour);
  *--top = nullptr;                         // where `begin` would return to; aligns its frame
  *--top = reinterpret_cast<void*>(begin);  // where the first switch returns to
  for (int saved = 0; saved < 6; ++saved) *--top = nullptr;
  fiber->stack_pointer = top;
#endif
  return fiber;
}

void switch_fiber(Fiber& from, Fiber& to) {
  void* save = nullptr;
  previous = &from;
  if (__sanitizer_start_switch_fiber) __sanitizer_start_switch_fiber(&save, to.stack, to.stack_size);
#ifdef NN_EMULATION_UCONTEXT
  swapcontext(&from.context, &to.context);
#else
  nn_emulation_switch(&from.stack_pointer, to.stack_pointer);
#endif
  arrived(save);
}

bool is_stack_guard(const void* address) {
  const auto page = sysconf(_SC_PAGESIZE);
  const char* byte = static_cast<const char*>(address);
  for (const char* stack : stacks())
    if (byte >= stack && byte < stack + page) return true;
  return false;
}

}  // namespace nn_emulation
