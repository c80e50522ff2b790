// The random choices of the emulation: the same seed makes the same ones.
#ifndef NN_EMULATION_EMULATOR_RANDOM_H
#define NN_EMULATION_EMULATOR_RANDOM_H

#include <cstdint>
#include <utility>

namespace nn_emulation {

/// A xorshift generator; with seed 0 it always chooses the first.
struct Random {
  std::uint64_t state = 1;

  /// A number below n, which is at least 1.
  std::uint32_t below(std::uint32_t n) {
    if (state == 0) return 0;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<std::uint32_t>(((state >> 32) * n) >> 32);
  }

  /// Shuffles a vector, or leaves it with seed 0.
  template <class Items>
  void shuffle(Items& items) {
    if (state == 0) return;
    for (auto n = static_cast<std::uint32_t>(items.size()); n > 1; --n)
      std::swap(items[n - 1], items[below(n)]);
  }
};

}  // namespace nn_emulation

#endif
