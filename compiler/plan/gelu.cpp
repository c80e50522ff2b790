// GELU is recognised by its values: a derivative has been rewritten beyond any pattern. Only operators
// without kinks count, so that what agrees with it at many points is the same function.
#include "plan/gelu.h"

#include <algorithm>
#include <cmath>

#include "op/evaluate.h"
#include "plan/lower.h"

namespace nndiff::plan {

namespace {

constexpr double scale = 0.79788456080286535588, cubic = 0.044715;
// Constants may be rounded to float, or given with as many digits.
constexpr double tolerance = 1e-6;
constexpr double points[] = {-9.7, -6.1, -4.3, -3.4, -2.9, -2.3, -1.9, -1.4, -1.1, -0.8, -0.5, -0.23,
                             0.0,  0.04, 0.31, 0.62, 0.9,  1.3,  1.6,  2.1,  2.6,  3.2,  4.7,  8.9};

double gelu(double x) {
  return x * (1 + std::tanh(scale * (x + cubic * x * x * x))) / 2;
}
double gelu_derivative(double x) {
  const double t = std::tanh(scale * (x + cubic * x * x * x));
  return (1 + t) / 2 + x * (1 - t * t) * scale * (1 + 3 * cubic * x * x) / 2;
}

bool is_smooth(ir::Map map) {
  using ir::Map;
  constexpr Map smooth[] = {Map::add,    Map::sub,  Map::mul,     Map::div, Map::fma, Map::neg,
                            Map::square, Map::tanh, Map::sigmoid, Map::exp, Map::pow};
  return std::find(std::begin(smooth), std::end(smooth), map) != std::end(smooth);
}

// The value of `node` where some nodes have the values `known`; NaN where it depends on anything else.
double value_of(const Kernel& k, int node, std::map<int, double>& known) {
  if (const auto it = known.find(node); it != known.end()) return it->second;
  const Node& n = k.nodes[static_cast<std::size_t>(node)];
  double value = std::nan("");
  if (n.kind == Node::Kind::constant) value = n.number;
  if (n.kind == Node::Kind::map && n.elem == ir::Elem::f32 && is_smooth(n.map)) {
    std::vector<double> operands;
    for (int o : n.operands) operands.push_back(value_of(k, o, known));
    value = op::evaluate(n.map, operands);
  }
  return known[node] = value;
}

bool near(double value, double expected) {
  return std::abs(value - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

}  // namespace

bool is_gelu(const Kernel& k, int node, int x) {
  return std::all_of(std::begin(points), std::end(points), [&](double at) {
    std::map<int, double> known = {{x, at}};
    return near(value_of(k, node, known), gelu(at));
  });
}

bool is_gelu_derivative(const Kernel& k, int node, int dy, int x) {
  return std::all_of(std::begin(points), std::end(points), [&](double at) {
    return std::all_of(std::begin(points), std::end(points), [&](double factor) {
      std::map<int, double> known = {{x, at}, {dy, factor}};
      return near(value_of(k, node, known), factor * gelu_derivative(at));
    });
  });
}

}  // namespace nndiff::plan
