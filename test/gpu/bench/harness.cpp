// Timing of work on the device: see harness.h.
#include "harness.h"

#include <algorithm>
#include <chrono>

namespace bench {

namespace {

double seconds_of(nn::Workspace& ws, long count, const std::function<void()>& submit) {
  const auto start = std::chrono::steady_clock::now();
  for (long i = 0; i < count; ++i) submit();
  ws.synchronize();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

double time_of(nn::Workspace& ws, bool tiny, const std::function<void()>& submit) {
  if (tiny) return 1e6 * seconds_of(ws, 1, submit);
  constexpr double long_enough = 0.02;
  constexpr int runs = 15;
  seconds_of(ws, 3, submit);  // captures the graph, chooses algorithms
  long count = 1;
  while (seconds_of(ws, count, submit) < long_enough) count *= 2;
  std::vector<double> times;
  for (int run = 0; run < runs; ++run)
    times.push_back(1e6 * seconds_of(ws, count, submit) / static_cast<double>(count));
  std::sort(times.begin(), times.end());
  return times[runs / 2];
}

void require_near(const std::string& what, double actual, double expected, double tolerance) {
  if (std::abs(actual - expected) <= tolerance * std::max(1.0, std::abs(expected))) return;
  throw std::runtime_error(what + " is " + std::to_string(actual) + " on the device, expected " +
                           std::to_string(expected));
}

}  // namespace bench
