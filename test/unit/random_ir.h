// Random straight-line IR programs for tests of the transforms.
#ifndef TEST_UNIT_RANDOM_IR_H
#define TEST_UNIT_RANDOM_IR_H
#include <random>

#include "interpreter.h"
#include "op/build.h"

namespace test {

/// A scalar-valued smooth function of a few tensors with sizes from {1, 2, 3, 5, N, M}, and fitting inputs.
/// Every leaf but the integer one is wanted. Only operations that are differentiable at the points drawn are
/// used.
struct RandomProgram {
  nndiff::ir::Function f;
  std::vector<Array> inputs;
  Sizes sizes;
  Calls calls = {};
};
RandomProgram random_program(std::uint32_t seed, int operations);

}  // namespace test

#endif
