// CUDA kernels of random programs, as planned in every mode, run through the emulation and return what an
// interpreter of the IR does.
// RUN: %cxx -O0 -g0 %s %S/../plan/emitted.cpp %S/../unit/interpreter.cpp %S/../unit/random_ir.cpp -I%S/../unit -I%S/../plan %rooms -o %t.gen
// RUN: %t.gen 8 > %t.cu && %emulated -O0 -g0 -Wno-unused-function %san %t.cu %cuda_runtime -o %t && %t
// RUN: %t.gen 12 1000 > %t.cu && %emulated -O0 -g0 -Wno-unused-function %t.cu %cuda_runtime -o %t && env NN_EMULATION_SEED=7 %t
#include <cstdio>
#include <cstdlib>

#include "emitted.h"

namespace {

const char* const head = R"(// Generated.
#include <nn/cuda.h>
#include <nn/rt/cuda_kernel.h>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <vector>

const char* name = "";
int failures = 0;
nn::Workspace ws{nn::cuda()};
namespace cuda = nn::rt::cuda;
using nn::rt::Trans;

// Elements on the device.
template <class T>
struct OnDevice {
  nn::Tensor<T, nn::Dim{"N"}> elements;
  T* data() { return elements.device_data(); }
  const T* data() const { return elements.device_data(); }
};
template <class T>
OnDevice<T> on_device(const std::vector<T>& v) {
  nn::Tensor<T, nn::Dim{"N"}> host(v.size());
  std::copy(v.begin(), v.end(), host.begin());
  return {nn::to(ws.device(), host)};
}

template <class T>
std::vector<T> numbers(std::size_t n, std::uint64_t& state) {
  std::vector<T> v(n);
  for (T& x : v) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const double number = static_cast<double>(state >> 40) / 16777216.0 * 3 - 1.5;
    x = static_cast<T>(std::is_integral_v<T> ? number > 0 : number);
  }
  return v;
}

template <class T>
void check(const char* output, const std::vector<T>& v, double expected, double expected_magnitude) {
  double sum = 0, magnitude = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    sum += static_cast<double>(v[i]) * (1 + static_cast<double>(i % 7) / 7);
    magnitude += std::abs(static_cast<double>(v[i]));
  }
  const double tolerance = (sizeof(T) == 4 ? 1e-3 : 1e-9) * (1 + expected_magnitude);
  const bool same = std::isnan(expected) || std::isinf(expected) ? !std::isfinite(sum)
                                                                 : std::abs(sum - expected) <= tolerance;
  if (same) return;
  std::printf("%s: %s sums to %.12g (%.6g), not %.12g (%.6g)\n", name, output, sum, magnitude, expected,
              expected_magnitude);
  ++failures;
}

template <class T>
void check(const char* output, const OnDevice<T>& v, double expected, double expected_magnitude) {
  const nn::Tensor<T, nn::Dim{"N"}> host = nn::to(nn::Device(), v.elements);
  check(output, std::vector<T>(host.begin(), host.end()), expected, expected_magnitude);
}

)";

}  // namespace

int main(int argc, char** argv) {
  using nndiff::plan::Recompute;
  const unsigned long programs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20;
  const unsigned long first = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  std::printf("%s", head);
  std::string calls;
  for (unsigned long seed = first; seed < first + programs; ++seed) {
    const test::RandomProgram p =
        test::random_program(static_cast<std::uint32_t>(seed), 2 + static_cast<int>(seed % 14));
    const test::Sizes sizes[] = {p.sizes, {{"N", 0}, {"M", 2}}, {{"N", 70}, {"M", 37}}};
    int number = 0;
    const nndiff::plan::Options modes[] = {
        {}, {.recompute = Recompute::all}, {.recompute = Recompute::none}, {.budget = 64}};
    for (const nndiff::plan::Options& options : modes) {
      test::Variant variant;
      variant.options = options;
      variant.options.target = nndiff::plan::Target::cuda;
      variant.sizes = sizes[(seed + static_cast<unsigned long>(number)) % 3];
      variant.fixed = (seed / 3) % 2 == 0;
      variant.vjp = (seed / 6) % 3 == 0;
      variant.elem = (seed / 2) % 4 == 0 ? nndiff::ir::Elem::f32 : nndiff::ir::Elem::f64;
      const std::string name = "p" + std::to_string(seed) + "_" + std::to_string(number++);
      const nndiff::ir::Function f = test::derivative(p, variant, name);
      if (f.ops.empty()) continue;
      std::printf("%s\n", test::checked_core(f, variant).c_str());
      calls += "  check_" + name + "();\n";
    }
  }
  std::printf("int main() {\n%s  std::printf(\"%%d wrong\\n\", failures);\n  return failures != 0;\n}\n",
              calls.c_str());
}
