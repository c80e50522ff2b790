// Inputs for functions under test: the same for the IR and for the native program.
#ifndef TEST_SUPPORT_MADE_UP_H
#define TEST_SUPPORT_MADE_UP_H
#include <cstdint>

namespace made_up {

constexpr int rounds = 24;
constexpr std::int64_t named_size = 5;     // of vectors, spans and tensors
constexpr std::int64_t unknown_size = 64;  // behind pointers

/// A sequence of small numbers.
class Numbers {
 public:
  explicit Numbers(int seed) : state_(static_cast<std::uint64_t>(seed) * 7919 + 12345) {}
  /// From -2 to 2, exact as a float.
  double real() { return static_cast<double>(next() % 4096) / 1024.0 - 2.0; }
  /// From 0 to 6.
  std::int64_t integer() { return static_cast<std::int64_t>(next() % 7); }

 private:
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return state_ >> 33;
  }
  std::uint64_t state_;
};

}  // namespace made_up

#endif
