// What the benchmark programs share: registering what is timed, and refusing to time contenders that
// disagree.
#ifndef NN_BENCH_HARNESS_H
#define NN_BENCH_HARNESS_H

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "nn/random.h"

namespace bench {

/// Registers run() to be timed as `name`, e.g. "step/generated/64/1" for a batch of 64 on one thread.
template <class F>
void add(const std::string& name, double flops, const F& run) {
  const auto body = [run, flops](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(run());
    state.counters["flops"] = flops;
  };
  benchmark::RegisterBenchmark(name.c_str(), body)->UseRealTime()->Unit(benchmark::kMicrosecond);
}

/// Fills a tensor with normally distributed numbers.
template <class Tensor>
void fill(nn::Random& random, Tensor& tensor, float deviation) {
  for (float& entry : tensor) entry = random.normal(0.0f, deviation);
}

/// The largest difference of two tensors, relative to the largest entry.
template <class Tensor>
double difference(const Tensor& a, const Tensor& b) {
  double most = 0, largest = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    const double x = a.data()[i], y = b.data()[i], d = std::abs(x - y);
    if (!(d <= most)) most = d;  // a NaN stays
    largest = std::max(largest, std::abs(x));
  }
  return most / largest;
}

/// Ends the program unless `difference`, between two contenders' `what`, is rounding.
inline void require_rounding(const std::string& contenders, const char* what, double difference) {
  constexpr double rounding = 3e-5;
  if (difference <= rounding) return;
  std::fprintf(stderr, "%s: %s differs by %g\n", contenders.c_str(), what, difference);
  std::exit(1);
}

/// The end of every main: runs what was registered.
inline int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace bench

#endif  // NN_BENCH_HARNESS_H
