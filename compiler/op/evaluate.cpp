// Elementwise operators on numbers.
#include "op/evaluate.h"

#include <cmath>

#include "ir/diagnostic.h"

namespace nndiff::op {

namespace {

double sigmoid(double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}
double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}
double select(bool c, double a, double b) {
  return c ? a : b;
}
double zero(double) {
  return 0;
}
double one(double) {
  return 1;
}

}  // namespace

double evaluate(ir::Map map, std::span<const double> v) {
  using namespace std;  // the formulas name their functions without a namespace
  switch (map) {
#define NN_MAP1(name, doc, value, ...) \
  case ir::Map::name: {                \
    const double x = v[0];             \
    return value;                      \
  }
#define NN_MAP2(name, doc, value, ...) \
  case ir::Map::name: {                \
    const double a = v[0], b = v[1];   \
    return value;                      \
  }
#define NN_MAP3(name, doc, value, ...)         \
  case ir::Map::name: {                        \
    const double a = v[0], b = v[1], c = v[2]; \
    return value;                              \
  }
#define NN_COMPARE(name, doc, value) NN_MAP2(name, doc, value)
#include <nn/ops.def>
    default:
      break;  // the operators on integers: their types matter
  }
  ir::bug("unknown elementwise operator");
}

}  // namespace nndiff::op
