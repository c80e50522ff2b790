// Compares what a generated derivative returns with dual numbers.
#ifndef TEST_RANDOM_CHECK_H
#define TEST_RANDOM_CHECK_H
#include <nn/workspace.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "dual.h"

class Checker {
 public:
  nn::Workspace ws;
  int n = 0;  // the extent of pointers at present

  double number() { return static_cast<double>(random() >> 40) / 8388608.0 * 1.5 - 1.5; }
  int whole() { return static_cast<int>(random() >> 40) % 4; }
  std::vector<double> numbers(int count) {
    std::vector<double> v(static_cast<std::size_t>(count));
    for (double& x : v) x = number();
    return v;
  }
  Dual seed(double value) {
    Dual x(value);
    x.d[static_cast<std::size_t>(next_++)] = 1;
    return x;
  }
  std::vector<Dual> seeds(const std::vector<double>& values) {
    std::vector<Dual> v;
    for (double x : values) v.push_back(seed(x));
    return v;
  }

  /// Runs a check two times with the same inputs: the second must find nothing of the first.
  void twice(void (*check)(Checker&)) {
    const std::uint64_t state = state_;
    check(*this);
    state_ = state;
    check(*this);
  }

  void begin(const char* name) {
    name_ = name;
    at_ = 0;
  }
  void end() {
    next_ = 0;
    ++checks_;
  }
  void value(double got, const Dual& expected) {
    expected_ = expected;
    compare("value", 0, got, expected.v);
  }
  void gradient(const char* of, double got) {
    compare(of, 0, got, expected_.d[static_cast<std::size_t>(at_++)]);
  }
  void gradients(const char* of, const double* got, std::size_t count, double base) {
    for (std::size_t i = 0; i < count; ++i)
      compare(of, i, got[i] - base, expected_.d[static_cast<std::size_t>(at_++)]);
  }
  /// What a call left in an argument.
  void left(const char* of, const double* got, const std::vector<Dual>& expected) {
    for (std::size_t i = 0; i < expected.size(); ++i) compare(of, i, got[i], expected[i].v);
  }
  int report() const {
    std::printf("%d checks, %d failures\n", checks_, failures_);
    return failures_ != 0;
  }

 private:
  std::uint64_t random() { return state_ = state_ * 6364136223846793005u + 1442695040888963407u; }

  void compare(const char* what, std::size_t i, double got, double expected) {
    const bool both_wild = !std::isfinite(got) && !std::isfinite(expected);
    if (both_wild || std::abs(got - expected) <= 1e-10 * (1 + std::abs(expected))) return;
    if (name_ != shown_)
      std::printf("%s (n = %d): %s[%zu] is %.17g, not %.17g\n", name_, n, what, i, got, expected);
    shown_ = name_;
    ++failures_;
  }

  std::uint64_t state_ = 42;
  int next_ = 0, at_ = 0, checks_ = 0, failures_ = 0;
  Dual expected_;
  const char* name_ = "";
  const char* shown_ = nullptr;
};

#endif
