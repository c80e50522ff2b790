// The scheduler of a block's threads: who runs next, barriers, and what went wrong when nobody can.
#include "block.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "fiber.h"
#include "warps.h"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;
const int warpSize = 32;

namespace nn_emulation {
namespace {

// The threads of a block that wait at __syncthreads.
struct Barrier {
  unsigned waiting = 0;
  unsigned first = 0;  // thread that came first
  Site site = {};
  int votes = 0, result = 0;
};

// The grid that runs, the block of it that runs, and the fibers that are reused from block to block. A thread
// needs a fiber of its own only while it waits: one fiber runs all threads of a kernel without barriers.
struct Execution {
  const KernelCall* call = nullptr;
  const char* name = nullptr;
  Random* random = nullptr;
  std::unique_ptr<char, decltype(&std::free)> shared{nullptr, std::free};

  unsigned size = 0;             // threads of a block
  std::vector<uint3> index;      // of each thread
  std::vector<Fiber*> fiber_of;  // that each waiting thread will go on with
  std::vector<unsigned> order;   // in which threads start
  unsigned started = 0, exited = 0;
  std::vector<unsigned> ready;  // threads that may go on
  Barrier barrier;
  Warps warps;

  unsigned current = 0;
  Fiber host;
  Fiber* fiber = nullptr;  // that runs
  std::vector<Fiber*> idle;
  long switches = 0;
};

Execution& execution() {
  static Execution& one = *new Execution;
  return one;
}
Execution& e = execution();  // NOLINT: read at each switch

void become(unsigned thread) {
  e.current = thread;
  threadIdx = e.index[thread];
}

void go_to(Fiber* to) {
  Fiber* from = e.fiber;
  e.fiber = to;
  ++e.switches;
  switch_fiber(*from, *to);
}

std::string text(uint3 v) {
  return "(" + std::to_string(v.x) + ", " + std::to_string(v.y) + ", " + std::to_string(v.z) + ")";
}
std::string text(Site site) {
  const char* slash = std::strrchr(site.file, '/');
  return std::string(slash ? slash + 1 : site.file) + ":" + std::to_string(site.line);
}
std::string thread_text(unsigned thread) {
  return "thread " + text(e.index[thread]);
}

[[noreturn]] void die_in_kernel(const std::string& what) {
  die("kernel '" + std::string(e.name) + "', block " + text(blockIdx) + ": " + what);
}

[[noreturn]] void die_of_exit(unsigned exited) {
  die_in_kernel(thread_text(exited) + " exited while " + thread_text(e.barrier.first) +
                " waits at __syncthreads (" + text(e.barrier.site) + ")");
}

[[noreturn]] void die_of_deadlock() {
  std::string what = "no thread can go on:";
  if (e.barrier.waiting > 0)
    what += " " + thread_text(e.barrier.first) + " and " + std::to_string(e.barrier.waiting - 1) +
            " more wait at __syncthreads (" + text(e.barrier.site) + ");";
  die_in_kernel(what + e.warps.describe());
}

void resume(unsigned thread) {
  e.ready.push_back(thread);
}

void thread_exits(unsigned thread) {
  ++e.exited;
  if (e.barrier.waiting > 0) die_of_exit(thread);
  e.warps.exit(thread, resume);
}

// What every fiber does: start threads, and when all have started let one that may go on do so.
void run_threads() {
  for (;;) {
    while (e.started < e.size) {
      const unsigned thread = e.order[e.started++];
      become(thread);
      e.call->run();
      thread_exits(e.current);
    }
    e.idle.push_back(e.fiber);
    if (!e.ready.empty()) {
      const unsigned next = e.ready.back();
      e.ready.pop_back();
      go_to(e.fiber_of[next]);
    } else if (e.exited == e.size) {
      go_to(&e.host);
    } else {
      die_of_deadlock();
    }
  }
}

Fiber* idle_fiber() {
  if (e.idle.empty()) return make_fiber(run_threads);
  Fiber* fiber = e.idle.back();
  e.idle.pop_back();
  return fiber;
}

// The current thread waits; returns when it is its turn again.
void wait() {
  const unsigned own = e.current;
  e.fiber_of[own] = e.fiber;
  if (e.started < e.size) {
    go_to(idle_fiber());
  } else if (e.ready.empty()) {
    die_of_deadlock();
  } else {
    const unsigned next = e.ready.back();
    e.ready.pop_back();
    if (next != own) go_to(e.fiber_of[next]);
  }
  become(own);
}

void begin_block(uint3 index) {
  blockIdx = index;
  e.started = e.exited = 0;
  e.barrier = {};
  e.warps.begin(e.size);
  e.random->shuffle(e.order);
  // What a kernel reads before writing it is NaN or -1.
  if (e.call->shared_bytes > 0) std::memset(e.shared.get(), 0xff, e.call->shared_bytes);
}

void run_block(uint3 index) {
  begin_block(index);
  e.fiber = &e.host;
  go_to(idle_fiber());
}

void begin_grid(const KernelCall& call) {
  e.call = &call;
  gridDim = call.grid;
  blockDim = call.block;
  e.size = call.block.x * call.block.y * call.block.z;
  e.index.clear();
  e.order.clear();
  e.ready.clear();
  e.fiber_of.resize(e.size);
  for (unsigned i = 0; i < e.size; ++i) {
    e.index.push_back({i % call.block.x, i / call.block.x % call.block.y, i / call.block.x / call.block.y});
    e.order.push_back(i);
  }
  void* shared = nullptr;  // of exactly that size, so that AddressSanitizer sees its end
  if (call.shared_bytes > 0 && posix_memalign(&shared, 128, call.shared_bytes) != 0) die("no memory left");
  e.shared.reset(static_cast<char*>(shared));
}

std::uint64_t common_divisor(std::uint64_t a, std::uint64_t b) {
  return b == 0 ? a : common_divisor(b, a % b);
}

}  // namespace

void run_grid(const KernelCall& call, const std::string& name, Random& random) {
  e.name = name.c_str();
  e.random = &random;
  begin_grid(call);
  const std::uint64_t blocks = std::uint64_t{call.grid.x} * call.grid.y * call.grid.z;
  // i -> step * i + first visits every block once if the step and their number have no common divisor.
  const auto bound = static_cast<std::uint32_t>(std::min<std::uint64_t>(blocks, 0xffffffffu));
  std::uint64_t step = 1 + random.below(bound), b = random.below(bound);
  while (common_divisor(step, blocks) != 1) ++step;
  for (std::uint64_t i = 0; i < blocks; ++i, b = (b + step) % blocks)
    run_block({static_cast<unsigned>(b % call.grid.x), static_cast<unsigned>(b / call.grid.x % call.grid.y),
               static_cast<unsigned>(b / call.grid.x / call.grid.y)});
  e.shared.reset();
  e.name = nullptr;
}

const char* running_kernel() {
  return e.name;
}
long switches() {
  return e.switches;
}

void die(const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "nn_emulation: %s\n", what.c_str());
  std::abort();
}

int block_barrier(Site site, Vote vote, int value) {
  Barrier& barrier = e.barrier;
  if (e.exited > 0)
    die_in_kernel(std::to_string(e.exited) + " threads exited, but " + thread_text(e.current) +
                  " waits at __syncthreads (" + text(site) + ")");
  if (barrier.waiting == 0) {
    barrier.first = e.current;
    barrier.site = site;
    barrier.votes = 0;
  } else if (barrier.site.line != site.line ||
             (barrier.site.file != site.file && std::strcmp(barrier.site.file, site.file) != 0)) {
    die_in_kernel("divergent barriers: " + thread_text(barrier.first) + " waits at " + text(barrier.site) +
                  ", " + thread_text(e.current) + " at " + text(site));
  }
  barrier.votes += value != 0;
  e.fiber_of[e.current] = e.fiber;
  if (++barrier.waiting == e.size) {
    const int all = static_cast<int>(e.size);
    const int votes = barrier.votes;
    barrier.result = vote == Vote::count ? votes : vote == Vote::all ? votes == all : votes > 0;
    barrier.waiting = 0;
    e.ready = e.order;  // none else is ready
    e.random->shuffle(e.ready);
  }
  wait();
  return barrier.result;
}

void* dynamic_shared() {
  return e.shared.get();
}

int lane() {
  return static_cast<int>(e.current % 32);
}
unsigned active_lanes() {
  return e.warps.active(e.current / 32);
}

std::uint64_t warp_exchange(WarpOp op, Site site, unsigned mask, std::uint64_t value, int source) {
  const std::string problem = e.warps.arrive(e.current, op, mask, value, source, resume);
  if (!problem.empty()) die_in_kernel(thread_text(e.current) + " at " + text(site) + " " + problem);
  if (!e.warps.has_result(e.current)) wait();
  return e.warps.take_result(e.current);
}

}  // namespace nn_emulation
