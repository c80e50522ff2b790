// Gradients by finite differences in float64, with the error they may have, and random points to take them
// at.
#ifndef NN_TEST_GRADCHECK_H
#define NN_TEST_GRADCHECK_H

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <vector>

#include "check.h"

/// A small seeded generator (SplitMix64), the same numbers everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// Uniform in [low, high).
  double uniform(double low = -1, double high = 1) {
    return low + (high - low) * static_cast<double>(bits() >> 11) * 0x1p-53;
  }
  /// Uniform in 0, 1, …, count − 1.
  std::int64_t index(std::int64_t count) {
    return static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(count));
  }
  /// Fills anything with data() and size().
  template <class Container>
  void fill(Container& values, double low = -1, double high = 1) {
    auto* data = values.data();
    const auto size = static_cast<std::int64_t>(values.size());
    for (std::int64_t i = 0; i < size; ++i) data[i] = static_cast<decltype(data[i] + 0)>(uniform(low, high));
  }

 private:
  std::uint64_t state_;
};

/// A derivative and an estimate of its error.
struct Slope {
  double value, error;
};

/// d f / d x at the current x, where f() reads x: central differences over shrinking steps, extrapolated to
/// step 0 (Richardson, as arranged by Ridders); the entry of the table that agrees best with its neighbours
/// is taken, so a kink inside the larger steps does no harm. x is put back.
template <class F>
Slope numeric_slope(F&& f, double& x) {
  constexpr int levels = 10;
  constexpr double shrink = 3;
  const double at = x;
  double step = 0.02 * std::fmax(1.0, std::abs(at));
  std::array<double, levels> previous{}, current{};
  Slope best{0, std::numeric_limits<double>::infinity()};
  for (int level = 0; level < levels; ++level, step /= shrink) {
    volatile double above = at + step, below = at - step;  // as rounded, so their distance is exact
    x = above;
    const double high = f();
    x = below;
    const double low = f();
    current[0] = (high - low) / (above - below);
    double power = 1;
    for (int order = 1; order <= level; ++order) {
      power *= shrink * shrink;
      current[order] = current[order - 1] + (current[order - 1] - previous[order - 1]) / (power - 1);
      const double error = std::fmax(std::abs(current[order] - current[order - 1]),
                                     std::abs(current[order] - previous[order - 1]));
      if (error < best.error) best = {current[order], error};
    }
    previous = current;
  }
  x = at;
  return best;
}

/// Checks gradient[i] against the slope of f() in x[i] for i < size, to tolerance · max(1, |slope|). f reads
/// x through this pointer's memory.
template <class F, class G>
bool gradient_near(F&& f, double* x, const G* gradient, std::int64_t size, double tolerance = 1e-7,
                   const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  bool ok = true;
  for (std::int64_t i = 0; i < size; ++i) {
    const Slope slope = numeric_slope(f, x[i]);
    const bool element = near(static_cast<double>(gradient[i]), slope.value, tolerance, file, line);
    if (!element)
      std::fprintf(stderr, "  in derivative %lld of %lld (numeric to %.1g)\n", static_cast<long long>(i),
                   static_cast<long long>(size), slope.error);
    ok = ok && element;
  }
  return ok;
}

/// The same for anything with data() and size(): gradient_near([&] { return loss(model, x); }, model.w,
/// grad.model.w).
template <class F, class X, class G>
bool gradient_near(F&& f, X& x, const G& gradient, double tolerance = 1e-7,
                   const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (!check(static_cast<std::int64_t>(x.size()) == static_cast<std::int64_t>(gradient.size()),
             "(sizes differ)", file, line))
    return false;
  return gradient_near(f, x.data(), gradient.data(), static_cast<std::int64_t>(x.size()), tolerance, file,
                       line);
}

#endif
