// Tangents of random programs agree with their gradients and with differences, those of gradients with
// differences of gradients; and they cost a small multiple of the program.
// RUN: %cxx %S/forward_test.cpp %S/interpreter.cpp %S/random_ir.cpp %S/random_regions.cpp %rooms -o %t && %t 1500
#include "grad/forward.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "grad/differentiate.h"
#include "ir/linear.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "opt/own.h"
#include "opt/simplify.h"
#include "random_regions.h"

using namespace nndiff;

namespace {

using Arrays = std::vector<test::Array>;

bool close(double a, double b, double tolerance) {
  if (!std::isfinite(a) || !std::isfinite(b)) return false;
  return std::abs(a - b) <= tolerance * (1 + std::max(std::abs(a), std::abs(b)));
}

ir::Function forward(const ir::Function& f) {
  const ir::Function out = opt::own(grad::push_forward(f));
  ir::verify(out, "push_forward");
  ir::verify_linear(out, "push_forward");
  return out;
}

// A direction for each wanted leaf, in order.
Arrays draw(const test::RandomProgram& p, std::mt19937& random) {
  std::uniform_real_distribution<double> uniform(-1, 1);
  Arrays out;
  std::size_t i = 0;
  for (const ir::Leaf* leaf : ir::leaves(p.f)) {
    if (leaf->wanted) {
      out.push_back(p.inputs[i]);
      for (double& x : out.back().data) x = uniform(random);
    }
    ++i;
  }
  return out;
}

Arrays joined(Arrays first, const Arrays& rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

Arrays moved(const test::RandomProgram& p, const Arrays& direction, double h) {
  Arrays out = p.inputs;
  std::size_t i = 0, next = 0;
  for (const ir::Leaf* leaf : ir::leaves(p.f)) {
    if (leaf->wanted) {
      for (std::size_t k = 0; k < out[i].data.size(); ++k) out[i].data[k] += h * direction[next].data[k];
      ++next;
    }
    ++i;
  }
  return out;
}

// Gradients behind pointers reach as far as they were touched.
double product(const test::Array& a, const test::Array& b) {
  double sum = 0;
  for (std::size_t k = 0; k < std::min(a.data.size(), b.data.size()); ++k) sum += a.data[k] * b.data[k];
  return sum;
}

Arrays outputs(const ir::Function& f, const test::Run& run, ir::Output::Role role, int from = 0) {
  Arrays out;
  for (std::size_t i = 0; i < f.outputs.size(); ++i)
    if (f.outputs[i].role == role && f.outputs[i].leaf >= from) out.push_back(run.outputs[i]);
  return out;
}

// Central differences of order four of what `at` gives; nothing where a decision flips within the stencil.
std::optional<double> difference(auto at) {
  const double h = 1e-3, middle = at(0.0);
  const double p1 = at(h), m1 = at(-h), p2 = at(2 * h), m2 = at(-2 * h);
  const double near = (p1 - m1) / (2 * h), far = (p2 - m2) / (4 * h);
  const double bend = (p1 - 2 * middle + m1) / h, far_bend = (p2 - 2 * middle + m2) / (2 * h);
  const double scale = 2e-5 * (1 + std::abs(near));
  if (!(std::abs(near - far) < scale && std::abs(far_bend - 2 * bend) < scale)) return std::nullopt;
  return (4 * near - far) / 3;
}

struct Totals {
  long compared = 0, skipped = 0, second = 0;
  double work = 0, second_work = 0;
};

double ratio(const test::Run& a, const test::Run& b) {
  return static_cast<double>(a.work) / static_cast<double>(b.work + 50);
}

// The tangent in a direction is the gradient's product with it, and the slope along it.
bool check_first(const test::RandomProgram& p, const ir::Function& gradient, std::mt19937& random,
                 Totals& totals) {
  const Arrays v = draw(p, random);
  const ir::Function jvp = forward(p.f);
  const test::Run plain = test::execute(p.f, p.inputs, p.sizes);
  const test::Run run = test::execute(jvp, joined(p.inputs, v), p.sizes);
  const test::Run reverse = test::execute(gradient, p.inputs, p.sizes);
  const Arrays grads = outputs(gradient, reverse, ir::Output::Role::gradient);
  double expected = 0;
  for (std::size_t i = 0; i < grads.size(); ++i) expected += product(grads[i], v[i]);
  const double tangent = outputs(jvp, run, ir::Output::Role::tangent, -1)[0].data[0];
  bool good =
      close(run.outputs[0].data[0], plain.outputs[0].data[0], 1e-12) && close(tangent, expected, 1e-9);
  const auto slope =
      difference([&](double h) { return test::interpret(p.f, moved(p, v, h), p.sizes)[0].data[0]; });
  if (slope) good = good && close(tangent, *slope, 1e-5);
  ++(slope ? totals.compared : totals.skipped);
  totals.work = std::max(totals.work, ratio(run, plain));
  good = good && ratio(run, plain) <= 8;
  if (!good) std::printf("tangent %.12g, by the gradient %.12g\n", tangent, expected);
  if (!good && slope) std::printf("difference %.12g\n", *slope);
  return good;
}

// The Hessian is symmetric, and its product with a direction is the slope of the gradient along it.
bool check_second(const test::RandomProgram& p, const ir::Function& gradient, std::mt19937& random,
                  Totals& totals) {
  const Arrays v = draw(p, random), w = draw(p, random);
  const ir::Function hvp = forward(gradient);
  const int leaves = static_cast<int>(p.inputs.size());
  const auto products = [&](const Arrays& direction, test::Run& run) {
    run = test::execute(hvp, joined(p.inputs, direction), p.sizes);
    return outputs(hvp, run, ir::Output::Role::gradient, leaves);
  };
  const auto total = [](const Arrays& a, const Arrays& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += product(a[i], b[i]);
    return sum;
  };
  test::Run run;
  const double one = total(products(v, run), w), other = total(products(w, run), v);
  bool good = close(one, other, 1e-8);
  const auto slope = difference([&](double h) {
    const test::Run at = test::execute(gradient, moved(p, v, h), p.sizes);
    return total(outputs(gradient, at, ir::Output::Role::gradient), w);
  });
  if (slope) good = good && close(one, *slope, 1e-5);
  totals.second += slope.has_value();
  const test::Run plain = test::execute(gradient, p.inputs, p.sizes);
  totals.second_work = std::max(totals.second_work, ratio(run, plain));
  good = good && ratio(run, plain) <= 8;
  if (!good) std::printf("products %.12g and %.12g\n", one, other);
  if (!good && slope) std::printf("difference %.12g\n", *slope);
  return good;
}

int check(std::uint32_t seed, Totals& totals) {
  const test::RandomProgram p = seed % 3 == 0
                                    ? test::random_program(seed, 2 + static_cast<int>(seed % 12))
                                    : test::random_regions(seed, 4 + static_cast<int>(seed % 24), false);
  if (!std::isfinite(test::interpret(p.f, p.inputs, p.sizes)[0].data[0])) return 0;
  std::mt19937 random(seed);
  ir::Function gradient;
  try {
    gradient = grad::differentiate(p.f, grad::Mode::value_and_grad);
    if (check_first(p, gradient, random, totals) && check_second(p, gradient, random, totals)) return 0;
  } catch (const ir::Refusal& refusal) {
    std::printf("refused: %s\n", refusal.diagnostic.message.c_str());
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
  std::printf("seed %u is wrong:\n%s%s", seed, ir::print(p.f).c_str(),
              ir::print(grad::push_forward(p.f)).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned long programs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100;
  const unsigned long first = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  Totals totals;
  for (unsigned long seed = first; seed < first + programs; ++seed)
    if (check(static_cast<std::uint32_t>(seed), totals)) return 1;
  std::printf(
      "%lu programs: %ld tangents and %ld second derivatives compared with differences, %ld at kinks; "
      "at most %.1f times the program's and %.1f times the gradient's work\n",
      programs, totals.compared, totals.second, totals.skipped, totals.work, totals.second_work);
}
