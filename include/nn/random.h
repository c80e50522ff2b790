// Random numbers as pure functions of (seed, stream, counter): Philox4x32-10, uniform and normal on top of
// it.
#ifndef NN_RANDOM_H
#define NN_RANDOM_H

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "nn/host_device.h"

namespace nn {

/// Four 32-bit words, the unit in which Philox takes counters and gives numbers.
struct PhiloxBlock {
  std::uint32_t word[4];
  friend constexpr bool operator==(const PhiloxBlock&, const PhiloxBlock&) = default;
};

/// Philox4x32 with ten rounds: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3"
/// (2011).
NN_HOST_DEVICE constexpr PhiloxBlock philox4x32_10(PhiloxBlock counter, std::uint32_t key0,
                                                   std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * counter.word[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * counter.word[2];
    counter = {{static_cast<std::uint32_t>(product1 >> 32) ^ counter.word[1] ^ key0,
                static_cast<std::uint32_t>(product1),
                static_cast<std::uint32_t>(product0 >> 32) ^ counter.word[3] ^ key1,
                static_cast<std::uint32_t>(product0)}};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

/// A family of random sequences without state: every number is a function of seed, stream and counter alone,
/// so it is the same in any order, on any number of threads and on any device. Streams of one seed are
/// independent.
struct Philox {
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;

  /// The four random words at `counter`.
  NN_HOST_DEVICE constexpr PhiloxBlock block(std::uint64_t counter) const {
    return philox4x32_10({{low(counter), high(counter), low(stream), high(stream)}}, low(seed), high(seed));
  }
  /// 32 random bits: the first word of the block.
  NN_HOST_DEVICE constexpr std::uint32_t uint32(std::uint64_t counter) const {
    return block(counter).word[0];
  }

  /// Uniform in [0, 1): a multiple of 2^-24 for float (first word), of 2^-53 for double (first two words).
  template <class T>
  NN_HOST_DEVICE constexpr T uniform(std::uint64_t counter) const {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "uniform gives float or double");
    const PhiloxBlock bits = block(counter);
    if constexpr (std::is_same_v<T, float>) {
      return static_cast<float>(bits.word[0] >> 8) * 0x1p-24f;
    } else {
      return unit(bits.word[0], bits.word[1]);
    }
  }
  /// Standard normal by Box and Muller (1958): sqrt(-2 log u) cos(2 pi v), u in (0, 1] and v in [0, 1) of 53
  /// bits.
  template <class T>
  NN_HOST_DEVICE T normal(std::uint64_t counter) const {
    const PhiloxBlock bits = block(counter);
    const double u = 1 - unit(bits.word[0], bits.word[1]);
    const double v = unit(bits.word[2], bits.word[3]);
    return static_cast<T>(std::sqrt(-2 * std::log(u)) * std::cos(2 * 3.141592653589793238 * v));
  }
  /// Uniform in {0, …, bound - 1} without bias (Lemire 2019); bound must be positive. The rare rejections are
  /// redrawn from the block's later words, and then from streams that no one else uses.
  NN_HOST_DEVICE constexpr std::uint32_t below(std::uint32_t bound, std::uint64_t counter) const {
    const std::uint32_t reject = (0u - bound) % bound;
    for (Philox source = *this;; source.stream ^= redraw, source.stream += 1) {
      const PhiloxBlock bits = source.block(counter);
      for (const std::uint32_t word : bits.word) {
        const std::uint64_t product = std::uint64_t{word} * bound;
        if (static_cast<std::uint32_t>(product) >= reject) return static_cast<std::uint32_t>(product >> 32);
      }
    }
  }

 private:
  static constexpr std::uint64_t redraw = 0x9E3779B97F4A7C15u;
  NN_HOST_DEVICE static constexpr std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  NN_HOST_DEVICE static constexpr std::uint32_t high(std::uint64_t x) {
    return static_cast<std::uint32_t>(x >> 32);
  }
  NN_HOST_DEVICE static constexpr double unit(std::uint32_t a, std::uint32_t b) {
    return static_cast<double>((std::uint64_t{a} << 32 | b) >> 11) * 0x1p-53;
  }
};

/// Philox read in order: a small generator for code that just wants the next number. Copying it copies its
/// place. It is also a standard UniformRandomBitGenerator.
class Random {
 public:
  using result_type = std::uint32_t;
  constexpr explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : source_{seed, stream} {}

  constexpr std::uint32_t operator()() { return source_.uint32(next_++); }
  static constexpr std::uint32_t min() { return 0; }
  static constexpr std::uint32_t max() { return 0xFFFFFFFFu; }

  /// Uniform in [low, high).
  template <class T = double>
  constexpr T uniform(T low = 0, T high = 1) {
    return low + (high - low) * source_.uniform<T>(next_++);
  }
  /// Normal with the given mean and standard deviation.
  template <class T = double>
  T normal(T mean = 0, T deviation = 1) {
    return mean + deviation * source_.normal<T>(next_++);
  }
  /// Uniform in {0, …, bound - 1}; bound must be positive.
  constexpr std::uint32_t below(std::uint32_t bound) { return source_.below(bound, next_++); }

 private:
  Philox source_;
  std::uint64_t next_ = 0;
};

}  // namespace nn

#endif  // NN_RANDOM_H
