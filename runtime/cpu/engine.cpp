// Worker threads: started with the first parallel job, waiting briefly in a spin and then asleep.
#include "engine.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <system_error>

#include "nn/rt/float_mode.h"
#include "nn/rt/parallel.h"

namespace nn::rt {

namespace {

void pause_briefly() {
#if defined(__SSE2__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `word` is no longer `old`. The gaps between the jobs of one training step are shorter than
// waking a sleeping thread takes, so it is worth spinning for about that long, and no longer: others may need
// the core.
void wait_for_change(const std::atomic<std::uint32_t>& word, std::uint32_t old) {
  constexpr auto patience = std::chrono::microseconds(50);
  const auto start = std::chrono::steady_clock::now();
  do {
    for (int i = 0; i < 64; ++i) {
      if (word.load(std::memory_order_acquire) != old) return;
      pause_briefly();
    }
  } while (std::chrono::steady_clock::now() - start < patience);
  while (word.load(std::memory_order_acquire) == old) word.wait(old, std::memory_order_acquire);
}

// Runs one part and returns what it threw.
std::exception_ptr run_part(Engine::Part f, void* context, int part) {
  try {
    f(context, part);
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

Engine::~Engine() {
  ending_.store(true, std::memory_order_relaxed);
  hand_out(static_cast<int>(workers_.size()));
  for (Worker& w : workers_) w.thread.join();
  free_lines(scratch_);
}

void Engine::start_workers() {
  started_ = true;
  for (int i = 1; i < threads_; ++i) {
    Worker& w = workers_.emplace_back();
    try {
      w.thread = std::thread([this, &w, i] { work(w, i); });
    } catch (const std::system_error&) {  // the system has no more threads: the owner does the rest
      workers_.pop_back();
      return;
    }
  }
}

void Engine::work(Worker& self, int part) {
  for (std::uint32_t turn = 0;;) {
    wait_for_change(self.given, turn);
    turn = self.given.load(std::memory_order_acquire);
    if (ending_.load(std::memory_order_relaxed)) return;
    if (!self.take(turn)) continue;  // the owner was faster
    set_float_mode(float_mode_);
    self.error = run_part(job_, context_, part);
    self.done.store(turn, std::memory_order_release);
    self.done.notify_one();
  }
}

void Engine::hand_out(int helpers) {
  for (int i = 0; i < helpers; ++i) {
    workers_[i].given.fetch_add(1, std::memory_order_release);
    workers_[i].given.notify_one();
  }
}

// The owner, having nothing else to do, runs the parts that no worker has begun: on a busy machine a worker
// may not get a core for a long time. Which thread runs a part makes no difference to its result.
void Engine::take_back(int helpers) {
  for (int i = 0; i < helpers; ++i) {
    Worker& w = workers_[i];
    const std::uint32_t turn = w.given.load(std::memory_order_relaxed);
    if (!w.take(turn)) continue;
    w.error = run_part(job_, context_, i + 1);
    w.done.store(turn, std::memory_order_relaxed);
  }
}

// Returns the first error among the helpers' parts.
std::exception_ptr Engine::wait_for(int helpers) {
  std::exception_ptr error;
  for (int i = 0; i < helpers; ++i) {
    Worker& w = workers_[i];
    const std::uint32_t turn = w.given.load(std::memory_order_relaxed);
    for (std::uint32_t done; (done = w.done.load(std::memory_order_acquire)) != turn;)
      wait_for_change(w.done, done);
    if (!error) error = w.error;
    w.error = nullptr;
  }
  return error;
}

void Engine::run(int parts, Part f, void* context) {
  if (parts <= 1 || busy_) {
    for (int p = 0; p < parts; ++p) f(context, p);
    return;
  }
  if (!started_) start_workers();
  const int helpers = std::min(parts - 1, static_cast<int>(workers_.size()));
  job_ = f;
  context_ = context;
  float_mode_ = rt::float_mode();
  busy_ = true;
  hand_out(helpers);
  std::exception_ptr error = run_part(f, context, 0), last_error;
  take_back(helpers);
  for (int p = helpers + 1; p < parts && !last_error; ++p) last_error = run_part(f, context, p);
  const std::exception_ptr helpers_error = wait_for(helpers);
  busy_ = false;
  if (!error) error = helpers_error ? helpers_error : last_error;
  if (error) std::rethrow_exception(error);
}

Engine::Scratch Engine::scratch(int parts, std::size_t bytes) {
  const std::size_t stride = (bytes + 4095) / 4096 * 4096 + 64;  // not all buffers on the same cache sets
  if (stride * parts > scratch_bytes_) {
    free_lines(scratch_);
    scratch_ = nullptr;
    scratch_bytes_ = 0;
    scratch_ = allocate_lines(stride * parts);
    scratch_bytes_ = stride * parts;
  }
  return {scratch_, stride};
}

void parallel(Workspace& ws, int parts, void (*f)(void* context, int part), void* context) {
  ws.engine().run(parts, f, context);
}

int parts_of_much(int most, std::int64_t n, std::int64_t work_per_row) {
  const double work = static_cast<double>(n) * static_cast<double>(std::max<std::int64_t>(work_per_row, 1));
  const double by_work = work / static_cast<double>(worth_a_thread);
  const std::int64_t parts = by_work < most ? static_cast<std::int64_t>(by_work) : most;
  return static_cast<int>(std::max<std::int64_t>(std::min(parts, n), 1));
}

}  // namespace nn::rt
