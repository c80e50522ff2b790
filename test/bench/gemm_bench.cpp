// The backends of rt::gemm side by side: single products, and all products of a training step of the
// 784-512-512-10 network. The thread count is the environment variable NN_BENCH_THREADS, or 1.
//   env -u OPENBLAS_CORETYPE bench-gemm --benchmark_enable_random_interleaving --benchmark_repetitions=9
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "fma_peak.h"
#include "nn/runtime.h"

namespace {

using nn::rt::Trans;
using std::int64_t;

struct Shape {
  int64_t m, n, k;
  Trans ta = Trans::no, tb = Trans::no;

  double flops() const {
    return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  }
  std::string text() const {
    const char* letters = "NT";
    return std::to_string(m) + "," + std::to_string(n) + "," + std::to_string(k) + "/" +
           letters[static_cast<int>(ta)] + letters[static_cast<int>(tb)];
  }
};

// The products of a step: forward, weight gradients, input gradients of all layers but the first.
std::vector<Shape> step(int64_t batch) {
  std::vector<Shape> products;
  const int64_t sizes[] = {784, 512, 512, 10};
  for (int layer = 0; layer < 3; ++layer) {
    const int64_t in = sizes[layer], out = sizes[layer + 1];
    products.push_back({batch, out, in});
    products.push_back({in, out, batch, Trans::yes, Trans::no});
    if (layer > 0) products.push_back({batch, in, out, Trans::no, Trans::yes});
  }
  return products;
}

std::vector<Shape> all_transposes(int64_t m, int64_t n, int64_t k) {
  return {{m, n, k}, {m, n, k, Trans::yes, Trans::no}, {m, n, k, Trans::no, Trans::yes}};
}

template <class T>
void run(benchmark::State& state, nn::Workspace& ws, const std::vector<Shape>& products) {
  int64_t a = 0, b = 0, c = 0;
  double flops = 0;
  for (const Shape& s : products) {
    a = std::max(a, s.m * s.k), b = std::max(b, s.k * s.n), c = std::max(c, s.m * s.n);
    flops += s.flops();
  }
  const std::vector<T> left(a, T(0.5)), right(b, T(0.25));
  std::vector<T> result(c);
  for (auto _ : state) {
    for (const Shape& s : products)
      nn::rt::gemm(ws, s.ta, s.tb, s.m, s.n, s.k, left.data(), right.data(), result.data());
    benchmark::ClobberMemory();
  }
  state.counters["GFLOP/s"] = benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

template <class T>
void add(const std::string& name, const std::shared_ptr<nn::Workspace>& ws,
         const std::vector<Shape>& products) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { run<T>(state, *ws, products); })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

// What the core can do, for scale.
void peak(benchmark::State& state) {
  double flops = 0;
  for (auto _ : state) flops += bench::run_fma_loop();
  state.counters["GFLOP/s"] = benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsRate);
}
BENCHMARK(peak)->UseRealTime();

// A workspace whose products go to the named library, or null if this build doesn't have it.
std::shared_ptr<nn::Workspace> workspace(const char* library, int threads) {
  setenv("NN_GEMM", library, 1);
  try {
    return std::make_shared<nn::Workspace>(threads);
  } catch (const nn::Error&) {
    return nullptr;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const char* asked = std::getenv("NN_BENCH_THREADS");
  const int threads = asked ? std::atoi(asked) : 1;
  for (const char* library : {"builtin", "openblas", "onednn"}) {
    const std::shared_ptr<nn::Workspace> ws = workspace(library, threads);
    if (!ws) continue;
    const std::string name = std::string("/") + library;
    for (int64_t batch : {1, 64, 256}) {
      add<float>("step/" + std::to_string(batch) + name, ws, step(batch));
      for (const Shape& s : step(batch)) add<float>(s.text() + name, ws, {s});
    }
    for (const Shape& size : {Shape{128, 512, 784}, Shape{1024, 1024, 1024}, Shape{32, 32, 32},
                              Shape{8, 8, 8}, Shape{2048, 3072, 768}})
      for (const Shape& s : all_transposes(size.m, size.n, size.k)) add<float>(s.text() + name, ws, {s});
    add<double>("double/step/64" + name, ws, step(64));
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
