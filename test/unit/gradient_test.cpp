// Gradients of random IR programs agree with central differences, and simplification changes no value.
// RUN: %cxx %S/gradient_test.cpp %S/interpreter.cpp %S/random_ir.cpp %rooms -o %t && %t 3000
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "grad/differentiate.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "opt/simplify.h"
#include "random_ir.h"

using namespace nndiff;

namespace {

double value(const ir::Function& f, const std::vector<test::Array>& inputs, const test::Sizes& sizes) {
  return test::interpret(f, inputs, sizes)[0].data[0];
}

bool close(double a, double b, double tolerance) {
  if (!std::isfinite(a) || !std::isfinite(b)) return false;
  return std::abs(a - b) <= tolerance * (1 + std::max(std::abs(a), std::abs(b)));
}

// Fourth-order central difference; false where the function has a kink within the stencil: there the
// difference of the one-sided slopes does not shrink with the step.
bool difference(const test::RandomProgram& p, std::size_t input, std::size_t element, double& slope) {
  auto at = [&](double h) {
    auto inputs = p.inputs;
    inputs[input].data[element] += h;
    return value(p.f, inputs, p.sizes);
  };
  const double h = 1e-3, middle = at(0);
  const double p1 = at(h), m1 = at(-h), p2 = at(2 * h), m2 = at(-2 * h);
  const double near = (p1 - m1) / (2 * h), far = (p2 - m2) / (4 * h);
  const double bend = (p1 - 2 * middle + m1) / h, far_bend = (p2 - 2 * middle + m2) / (2 * h);
  slope = (4 * near - far) / 3;
  const double scale = 2e-5 * (1 + std::abs(near));
  return std::abs(near - far) < scale && std::abs(far_bend - 2 * bend) < scale;
}

int check(std::uint32_t seed) {
  const test::RandomProgram p = test::random_program(seed, 2 + static_cast<int>(seed % 12));
  ir::verify(p.f, "random");
  const double plain = value(p.f, p.inputs, p.sizes);
  if (!std::isfinite(plain)) return 0;
  const ir::Function stable = opt::stabilise(p.f);
  ir::verify(stable, "stabilise");
  const ir::Function raw = grad::differentiate(stable, grad::Mode::value_and_grad);
  ir::verify(raw, "differentiate");
  const ir::Function simple = opt::simplify(raw);
  ir::verify(simple, "simplify");
  const auto a = test::interpret(raw, p.inputs, p.sizes), b = test::interpret(simple, p.inputs, p.sizes);
  bool good = close(plain, a[0].data[0], 1e-6) && close(plain, b[0].data[0], 1e-6);
  if (!good)
    std::printf("value %.12g, stabilised %.12g, simplified %.12g\n", plain, a[0].data[0], b[0].data[0]);
  for (std::size_t i = 1; i < a.size(); ++i) {
    for (std::size_t k = 0; k < a[i].data.size(); ++k) {
      double slope;
      const bool smooth = difference(p, i - 1, k, slope);
      const double x = a[i].data[k], y = b[i].data[k];
      if (close(x, y, 1e-8) && (!smooth || close(x, slope, 2e-6))) continue;
      std::printf("leaf %zu[%zu]: adjoint %.12g, simplified %.12g, difference %.12g\n", i - 1, k, x, y,
                  slope);
      good = false;
    }
  }
  if (good) return 0;
  std::printf("seed %u is wrong:\n%s%s", seed, ir::print(p.f).c_str(), ir::print(simple).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned long programs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100;
  const unsigned long first = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  for (unsigned long seed = first; seed < first + programs; ++seed)
    if (check(static_cast<std::uint32_t>(seed))) return 1;
  std::printf("%lu programs\n", programs);
}
