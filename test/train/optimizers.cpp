// SGD, momentum, Adam and AdamW do what their papers say, on any aggregate, and allocate in the first step
// only.
// RUN: %cxx %s %lib -o %t && %t
// RUN: %clang14 %s %lib -o %t && %t
// RUN: %clang19 %san -DSANITIZED %s %lib -o %t && %t
#include <nn/random.h>
#include <nn/train/optimizer.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "check.h"

#ifndef SANITIZED
static std::atomic<long> allocations{0};
// NOLINTBEGIN: every way to allocate is counted
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
// NOLINTEND
#endif

inline constexpr nn::Dim N{"N"};

template <class T>
struct Layer {
  nn::Tensor<T, 5, 3> w;
  nn::Tensor<T, 3> b;
};
template <class T>
struct Model {
  Layer<T> layers[2];
  nn::Tensor<int, 4> table;
  int heads = 2;
  T slope = 0;
  nn::Tensor<T, N, 2> rows{3};
};

namespace {

/// One weight, as the papers have it, in double.
struct Reference {
  double w, m = 0, v = 0;
  int t = 0;

  void sgd(double g, double rate) { w -= rate * g; }
  void momentum(double g, double rate, double mu) {
    v = mu * v - rate * g;
    w += v;
  }
  void adam(double g, const nn::AdamOptions& o) {
    ++t;
    w -= o.learning_rate * o.weight_decay * w;
    m = o.beta1 * m + (1 - o.beta1) * g;
    v = o.beta2 * v + (1 - o.beta2) * g * g;
    const double mean = m / (1 - std::pow(o.beta1, t)), square = v / (1 - std::pow(o.beta2, t));
    w -= o.learning_rate * mean / (std::sqrt(square) + o.epsilon);
  }
};

template <class M>
void fill(M& model, std::uint64_t seed) {
  nn::Random random(seed);
  nn::for_each_tensor(model, [&](auto& p) {
    for (auto& value : nn::train::elements(p)) {
      using Value = std::remove_reference_t<decltype(value)>;
      value = static_cast<Value>(std::is_integral_v<Value> ? 7 : random.normal());
    }
  });
}

template <class M>
std::vector<double> learnt(const M& model) {
  std::vector<double> all;
  nn::for_each_tensor(model, [&](const auto& p) {
    if constexpr (nn::train::is_learnt<std::remove_reference_t<decltype(p)>>)
      for (const auto value : nn::train::elements(p)) all.push_back(static_cast<double>(value));
  });
  return all;
}

/// Ten steps with gradients that change: each weight against the reference, integers untouched, no allocation
/// later.
template <class T, class Optimizer, class Step>
void follows(Optimizer optimizer, Step step, double tolerance) {
  Model<T> model, gradient;
  fill(model, 1);
  std::vector<Reference> expected;
  for (const double w : learnt(model)) expected.push_back({w});
  for (int i = 0; i < 10; ++i) {
    fill(gradient, static_cast<std::uint64_t>(100 + i));
    const auto g = learnt(gradient);
#ifndef SANITIZED
    const long before = allocations;
#endif
    optimizer.step(model, gradient);
#ifndef SANITIZED
    const long made = allocations - before;
    check(i == 0 || made == 0, "a later step allocates");
#endif
    for (std::size_t j = 0; j < g.size(); ++j) step(expected[j], g[j]);
  }
  const auto got = learnt(model);
  check(got.size() == expected.size());
  for (std::size_t j = 0; j < got.size(); ++j) near(got[j], expected[j].w, tolerance);
  check(model.table(3) == 7 && model.heads == 2);
}

template <class T>
void all_optimizers(double tolerance) {
  follows<T>(
      nn::Sgd<Model<T>>{{.learning_rate = 0.1}}, [](Reference& r, double g) { r.sgd(g, 0.1); }, tolerance);
  follows<T>(
      nn::Momentum<Model<T>>{{.learning_rate = 0.1, .momentum = 0.8}},
      [](Reference& r, double g) { r.momentum(g, 0.1, 0.8); }, tolerance);
  follows<T>(nn::Adam<Model<T>>{}, [](Reference& r, double g) { r.adam(g, {}); }, tolerance);
  const nn::AdamOptions own{.learning_rate = 0.02, .beta1 = 0.7, .beta2 = 0.95, .epsilon = 1e-3};
  follows<T>(nn::Adam<Model<T>>{own}, [&](Reference& r, double g) { r.adam(g, own); }, tolerance);
  const nn::AdamOptions decay{.weight_decay = 0.01};
  follows<T>(nn::AdamW<Model<T>>{}, [&](Reference& r, double g) { r.adam(g, decay); }, tolerance);
}

void first_adam_step_is_the_learning_rate() {
  nn::Tensor<double, 3> w{1, 2, 3};
  nn::Adam<nn::Tensor<double, 3>> adam;
  adam.step(w, {1e-3, -50, 0});
  near(w(0), 1 - 0.001 * 1e-3 / (1e-3 + 1e-8), 1e-15);
  near(w(1), 2 + 0.001 * 50 / (50 + 1e-8), 1e-15);
  check(w(2) == 3);
}

void threads_change_nothing() {
  using Big = nn::Tensor<float, 1000, 700>;
  Big alone, shared, gradient;
  nn::Adam<Big> one, two;
  nn::Workspace ws(2);
  for (int i = 0; i < 3; ++i) {
    fill(gradient, static_cast<std::uint64_t>(i));
    one.step(alone, gradient);
    two.step(shared, gradient, ws);
  }
  long different = 0;
  for (std::int64_t i = 0; i < alone.size(); ++i) different += alone.data()[i] != shared.data()[i] ? 1 : 0;
  check(different == 0);
}

void sizes_are_checked_first() {
  Model<float> model, gradient;
  fill(model, 1);
  gradient.rows = nn::Tensor<float, N, 2>(4);
  const auto before = learnt(model);
  nn::Adam<Model<float>> adam;
  throws<nn::Error>([&] { adam.step(model, gradient); }, "gradient of rows: 8 elements, the parameter has 6");
  check(learnt(model) == before && adam.steps == 0);
}

}  // namespace

int main() {
  all_optimizers<float>(2e-6);
  all_optimizers<double>(1e-14);
  first_adam_step_is_the_learning_rate();
  threads_change_nothing();
  sizes_are_checked_first();
}
