// Gradients of random programs with loops, branches and memory agree with central differences, whatever is
// kept.
// RUN: %cxx %S/regions_test.cpp %S/interpreter.cpp %S/random_ir.cpp %S/random_regions.cpp %rooms -o %t && %t 800
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "grad/differentiate.h"
#include "ir/linear.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "random_regions.h"

using namespace nndiff;

namespace {

constexpr grad::Recompute modes[] = {grad::Recompute::automatic, grad::Recompute::all, grad::Recompute::none};

bool close(double a, double b, double tolerance) {
  if (!std::isfinite(a) || !std::isfinite(b)) return false;
  return std::abs(a - b) <= tolerance * (1 + std::max(std::abs(a), std::abs(b)));
}

// Fourth-order central difference; false where a decision flips within the stencil.
bool difference(const test::RandomProgram& p, std::size_t input, std::size_t element, double& slope) {
  auto at = [&](double h) {
    auto inputs = p.inputs;
    inputs[input].data[element] += h;
    return test::interpret(p.f, inputs, p.sizes, p.calls)[0].data[0];
  };
  const double h = 1e-3, middle = at(0);
  const double p1 = at(h), m1 = at(-h), p2 = at(2 * h), m2 = at(-2 * h);
  const double near = (p1 - m1) / (2 * h), far = (p2 - m2) / (4 * h);
  const double bend = (p1 - 2 * middle + m1) / h, far_bend = (p2 - 2 * middle + m2) / (2 * h);
  slope = (4 * near - far) / 3;
  const double scale = 2e-5 * (1 + std::abs(near));
  return std::abs(near - far) < scale && std::abs(far_bend - 2 * bend) < scale;
}

struct Totals {
  long compared = 0, skipped = 0;
  double work = 0;  // the largest cost of a gradient in evaluations of the function
};

// The gradient of output `out` against differences; prints what differs.
bool agrees(const test::RandomProgram& p, const ir::Output& output, const test::Array& gradient,
            Totals& totals) {
  const auto input = static_cast<std::size_t>(output.leaf);
  bool good = true;
  for (std::size_t k = 0; k < p.inputs[input].data.size(); ++k) {
    double slope;
    if (!difference(p, input, k, slope)) {
      ++totals.skipped;
      continue;
    }
    ++totals.compared;
    // The gradient behind a pointer reaches as far as it was touched.
    const double x = k < gradient.data.size() ? gradient.data[k] : 0;
    if (close(x, slope, 4e-6)) continue;
    std::printf("%s[%zu]: adjoint %.12g, difference %.12g\n", p.f.params[input].name.c_str(), k, x, slope);
    good = false;
  }
  return good;
}

// With an upstream gradient of 2 everything is twice what it was.
bool scales(const test::RandomProgram& p, const test::Run& once) {
  const ir::Function f = grad::differentiate(p.f, grad::Mode::vjp);
  ir::verify(f, "vjp");
  ir::verify_linear(f, "vjp");
  auto inputs = p.inputs;
  inputs.push_back({{}, {2}});
  const test::Run twice = test::execute(f, inputs, p.sizes, p.calls);
  bool good = true;
  for (std::size_t i = 2; i < once.outputs.size(); ++i)
    for (std::size_t k = 0; k < once.outputs[i].data.size(); ++k)
      good = good && close(twice.outputs[i].data[k], 2 * once.outputs[i].data[k], 1e-12);
  if (!good) std::printf("the gradient does not scale with the upstream one\n");
  return good;
}

// What differentiate makes can be differentiated again: the derivatives of the first one. Where it calls an
// adjoint that has none it is refused.
bool again(const test::RandomProgram& p, const ir::Function& gradient, Totals& totals) {
  test::RandomProgram first = p;
  first.f = gradient;
  first.f.outputs.clear();
  first.f.body.yields = {gradient.body.yields[2]};
  ir::Function second;
  try {
    second = grad::differentiate(first.f, grad::Mode::value_and_grad);
  } catch (const ir::Refusal& refusal) {
    return refusal.diagnostic.message.starts_with("second derivatives need the derivative of 'called::");
  }
  ir::verify(second, "differentiate again");
  ir::verify_linear(second, "differentiate again");
  const test::Run run = test::execute(second, p.inputs, p.sizes, p.calls);
  bool good = true;
  for (std::size_t i = 1; i < run.outputs.size(); ++i)
    good = agrees(first, second.outputs[i], run.outputs[i], totals) && good;
  return good;
}

int check(std::uint32_t seed, Totals& totals) {
  const test::RandomProgram p = test::random_regions(seed, 4 + static_cast<int>(seed % 24));
  ir::Function gradient;
  try {
    ir::verify(p.f, "random");
    ir::verify_linear(p.f, "random");
    const test::Run plain = test::execute(p.f, p.inputs, p.sizes, p.calls);
    bool good = true;
    for (grad::Recompute mode : modes) {
      gradient = grad::differentiate(p.f, grad::Mode::value_and_grad, mode);
      ir::verify(gradient, "differentiate");
      ir::verify_linear(gradient, "differentiate");
      const test::Run run = test::execute(gradient, p.inputs, p.sizes, p.calls);
      good = good && close(plain.outputs[0].data[0], run.outputs[0].data[0], 1e-12);
      for (std::size_t k = 0; k < plain.outputs[1].data.size(); ++k)
        good = good && close(plain.outputs[1].data[k], run.outputs[1].data[k], 1e-12);
      for (std::size_t i = 2; i < run.outputs.size(); ++i)
        good = agrees(p, gradient.outputs[i], run.outputs[i], totals) && good;
      totals.work =
          std::max(totals.work, static_cast<double>(run.work) / static_cast<double>(plain.work + 50));
      if (mode == grad::Recompute::automatic) good = good && scales(p, run);
      if (mode == grad::Recompute::automatic && seed % 4 == 0) good = good && again(p, gradient, totals);
      good = good && run.work <= 8 * (plain.work + 50);
      if (!good) break;
    }
    if (good) return 0;
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
  std::printf("seed %u is wrong:\n%s%s", seed, ir::print(p.f).c_str(), ir::print(gradient).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned long programs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100;
  const unsigned long first = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  Totals totals;
  for (unsigned long seed = first; seed < first + programs; ++seed)
    if (check(static_cast<std::uint32_t>(seed), totals)) return 1;
  std::printf("%lu programs, %ld derivatives compared, %ld at kinks, at most %.1f times the work\n", programs,
              totals.compared, totals.skipped, totals.work);
}
