// Elementwise operators on numbers: instantiates the formulas of nn/ops.def with doubles.
#include "op/evaluate.h"

#include <nn/math.h>

#include "ir/diagnostic.h"

namespace nndiff::op {

namespace {

#define NN_FUNCTION1(name) using nn::math::name;
#define NN_FUNCTION2(name) using nn::math::name;
#include "op/functions.def"

double select(bool condition, double a, double b) {
  return condition ? a : b;
}
double zero(double) {
  return 0;
}
double one(double) {
  return 1;
}

}  // namespace

double evaluate(ir::Map map, std::span<const double> v) {
  using ir::Map;
  switch (map) {
#define NN_MAP1(name, doc, value, ...) \
  case Map::name: {                    \
    const double x = v[0];             \
    return value;                      \
  }
#define NN_MAP2(name, doc, value, ...) \
  case Map::name: {                    \
    const double a = v[0], b = v[1];   \
    return value;                      \
  }
#define NN_MAP3(name, doc, value, ...)         \
  case Map::name: {                            \
    const double a = v[0], b = v[1], c = v[2]; \
    return value;                              \
  }
#define NN_COMPARE(name, doc, value) NN_MAP2(name, doc, value)
#include <nn/ops.def>
    default:
      break;
  }
  ir::bug("no elementwise operator on numbers");
}

}  // namespace nndiff::op
