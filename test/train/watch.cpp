// Training that goes wrong is said: a loss or gradient that is NaN or infinite, where first, and gradients of
// zero.
// RUN: %cxx %s %lib -o %t && %t
// RUN: %clang14 %O3 %s %lib -o %t && %t
#include <nn/train/watch.h>

#include <limits>

#include "check.h"

struct Model {
  nn::Tensor<float, 70> w1;
  nn::Tensor<int, 2> table;
  nn::Tensor<double, 4, 2> w2;
};

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::string trouble(double loss, const Model& gradient) {
  return nn::train::find_trouble(loss, gradient);
}

void is(const std::string& said, const std::string& expected) {
  check(said == expected, "said: " + said);
}

void every_kind() {
  Model g;
  is(trouble(1, g), "all gradients are zero: nothing is learnt");
  g.w2.fill(1e-300);
  is(trouble(1, g), "the gradient of w1 is zero everywhere: it is not learnt");
  g.w1(69) = -1e-40f;  // subnormal, but not zero
  is(trouble(1, g), "");
  is(trouble(nan, g), "the loss is nan");
  g.w2(3, 1) = -infinity;
  is(trouble(1, g), "the gradient of w2 has -inf at element 7");
  g.w1(68) = static_cast<float>(nan);
  is(trouble(1, g), "the gradient of w1 has nan at element 68");
  is(trouble(infinity, g), "the loss is inf, and the gradient of w1 has nan at element 68");
}

void once_and_at_its_step() {
  Model good, zero;
  good.w1.fill(1), good.w2.fill(1);
  nn::train::Watch watch({.every = 4});
  for (int step = 1; step <= 5; ++step) is(watch.look(1, good), "");
  for (int step = 6; step <= 8; ++step) is(watch.look(1, zero), "");  // between two looks
  is(watch.look(1, zero), "step 9: all gradients are zero: nothing is learnt");
  for (int step = 10; step <= 20; ++step) is(watch.look(nan, zero), "");
  nn::train::Watch another({.every = 100});
  is(another.look(1, good), "");
  is(another.look(nan, good), "step 2: the loss is nan");  // the loss is looked at in every step
}

}  // namespace

int main() {
  every_kind();
  once_and_at_its_step();
}
