// The warps of a block: lanes that wait for each other at shuffles, votes and __syncwarp.
#ifndef NN_EMULATION_EMULATOR_WARPS_H
#define NN_EMULATION_EMULATOR_WARPS_H

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "../device/warp.h"

namespace nn_emulation {

/// Lanes of one mask that wait for the rest of it.
struct WarpCall {
  unsigned mask = 0, arrived = 0;
  WarpOp op = WarpOp::sync;
  std::array<std::uint64_t, 32> value;
  std::array<int, 32> source;
};

/// The warps of a block. Threads are numbered as in CUDA: lane i of warp w is thread 32 w + i.
class Warps {
 public:
  /// Starts a block of so many threads.
  void begin(unsigned threads);

  /// A thread comes to a call. If it is the last that the call waits for, everyone gets a result, and
  /// `resume` is told of the others. Returns what is wrong with the call, or "".
  std::string arrive(unsigned thread, WarpOp op, unsigned mask, std::uint64_t value, int source,
                     void (*resume)(unsigned));

  /// A thread has exited: calls that only waited for it are done.
  void exit(unsigned thread, void (*resume)(unsigned));

  bool has_result(unsigned thread) const { return done_[thread]; }
  std::uint64_t take_result(unsigned thread) {
    done_[thread] = false;
    return result_[thread];
  }

  /// The lanes of a warp that have not exited.
  unsigned active(unsigned warp) const { return active_[warp]; }

  /// Who waits for whom.
  std::string describe() const;

 private:
  std::string complete(unsigned warp, WarpCall& call, unsigned last, void (*resume)(unsigned));

  std::vector<unsigned> active_;
  std::vector<std::vector<WarpCall>> waiting_;  // of each warp
  std::vector<std::uint64_t> result_;           // of each thread
  std::vector<char> done_;
};

}  // namespace nn_emulation

#endif
