// What the GPU's benchmarks share: timing work on the device, and the rows of the tables that are printed.
#ifndef NN_GPU_BENCH_HARNESS_H
#define NN_GPU_BENCH_HARNESS_H

#include <nn/cuda.h>
#include <nn/random.h>
#include <nn/train.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// A training step: its time, and that of its matrix products alone, in the same run.
struct StepRow {
  std::string name;
  double step, products;  // µs
};

/// A kernel that moves `bytes`.
struct BandwidthRow {
  std::string name;
  double bytes, time;  // µs
};

struct Report {
  bool tiny;  ///< smallest sizes and a single measurement: to see that everything runs
  std::vector<StepRow> steps;
  std::vector<BandwidthRow> kernels;  ///< the first one is the plain copy
};

/// The time of one submit() in µs, which asks the workspace's device for work: the median of several runs,
/// each long enough to measure.
double time_of(nn::Workspace& ws, bool tiny, const std::function<void()>& submit);

/// Throws unless the two numbers agree to `tolerance` relative to the second.
void require_near(const std::string& what, double actual, double expected, double tolerance);

/// Fills the tensors of a model or a batch with normally distributed numbers.
template <class A>
void fill(A& all, float deviation) {
  nn::Random random(1);
  nn::for_each_tensor(all, [&](auto& tensor) {
    for (auto& entry : tensor) entry = random.normal(0.0f, deviation);
  });
}

/// Throws unless the gradients, one here and one on the device, agree to rounding of float sums.
template <class A>
void require_near_gradients(const std::string& what, const A& on_device, const A& expected) {
  nn::for_each_tensor(nn::to(nn::Device(), on_device), expected, [&](const auto& a, const auto& e) {
    double wrong = 0, largest = 0;
    for (std::int64_t i = 0; i < e.size(); ++i) {
      const double difference = std::abs(static_cast<double>(a.data()[i]) - e.data()[i]);
      if (!(difference <= wrong)) wrong = difference;  // a NaN stays
      largest = std::max(largest, std::abs(static_cast<double>(e.data()[i])));
    }
    require_near(what + ", largest difference of a gradient", wrong / largest, 0, 1e-4);
  });
}

/// The benchmarks.
void c1(Report& report);
void wide(Report& report);
void deep(Report& report);
void bandwidth(Report& report);

}  // namespace bench

#endif  // NN_GPU_BENCH_HARNESS_H
