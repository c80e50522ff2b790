// The moving part of a workspace: its worker threads and their packing buffers.
#ifndef NN_RUNTIME_CPU_ENGINE_H
#define NN_RUNTIME_CPU_ENGINE_H

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <thread>

namespace nn::rt {

/// `bytes` of memory on a cache line boundary; huge blocks on a huge page boundary.
std::byte* allocate_lines(std::size_t bytes);
void free_lines(std::byte* data) noexcept;

/// A thread pool with one job at a time: its owner hands out numbered parts and works on part 0 itself.
class Engine {
 public:
  using Part = void (*)(void* context, int part);

  explicit Engine(int threads) : threads_(threads) {}
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// See rt::parallel.
  void run(int parts, Part f, void* context);

  /// One packing buffer for each of `parts` threads, of at least `bytes` each: part p's begins p * stride
  /// bytes in.
  struct Scratch {
    std::byte* data;
    std::size_t stride;
  };
  Scratch scratch(int parts, std::size_t bytes);

 private:
  // One worker and its mailbox, on cache lines of its own. Turns are counted: `given` by the owner; `taken`
  // by whoever takes the part, the worker or, where that is slow to wake up, the owner; `done` by the worker.
  struct alignas(64) Worker {
    std::atomic<std::uint32_t> given{0};
    std::atomic<std::uint32_t> taken{0};
    alignas(64) std::atomic<std::uint32_t> done{0};
    std::exception_ptr error;
    std::thread thread;

    bool take(std::uint32_t turn) {
      std::uint32_t before = turn - 1;
      return taken.compare_exchange_strong(before, turn, std::memory_order_acq_rel);
    }
  };

  void start_workers();
  void work(Worker& self, int part);
  void hand_out(int helpers);
  void take_back(int helpers);
  std::exception_ptr wait_for(int helpers);

  const int threads_;
  bool started_ = false;
  bool busy_ = false;  // a job is running: a nested one runs serially
  std::atomic<bool> ending_ = false;
  Part job_ = nullptr;
  void* context_ = nullptr;
  std::uint32_t float_mode_ = 0;
  std::deque<Worker> workers_;  // worker i runs part i + 1
  std::byte* scratch_ = nullptr;
  std::size_t scratch_bytes_ = 0;
};

}  // namespace nn::rt

#endif  // NN_RUNTIME_CPU_ENGINE_H
