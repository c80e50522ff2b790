// C12: the cost of a single sigmoid unit over its weight has several minima, where its derivative is zero and changes
// its sign, and the curve is drawn.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
// RUN: nn-diff %t/model.cpp -o %t/model && %cxx -I%t %t/driver.cpp %t/model.nn.cpp %lib -o %t/minima && %t/minima %t/curve.svg
// RUN: python3 -c "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])" %t/curve.svg
// RUN: FileCheck %s --input-file=%t/curve.svg
// CHECK: <path
// CHECK-COUNT-2: <circle
// CHECK: >minima</text>
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

NN_DIFF(w1)
double cost(double w1, const nn::Tensor<double, N>& x1, const nn::Tensor<double, N>& x2,
            const nn::Tensor<double, N>& y) {
  return nn::mean(nn::square(y - nn::sigmoid(w1 * x1 + x2)));
}
#endif
//--- driver.cpp
#include <nn/train/chart.h>

#include "gradcheck.h"
#include "model.nn.h"

namespace {

// Steps down at -10 and 10, up at 0 and 20: the cost is low around -5 and around 15.
const double x1[] = {1, 1, 1, 1}, x2[] = {10, 0, -10, -20}, y[] = {1, 0, 1, 0};

nn::Tensor<double, N> column(const double (&values)[4]) {
  nn::Tensor<double, N> t(4);
  for (int i = 0; i < 4; ++i) t(i) = values[i];
  return t;
}

struct Point {
  double value, slope;
};

Point at(double w) {
  static const nn::Tensor<double, N> a = column(x1), b = column(x2), t = column(y);
  const auto r = nn::value_and_grad<&cost>(w, a, b, t);
  near(r.value, cost(w, a, b, t), 1e-14);
  return {r.value, r.grad.w1};
}

// Where the slope is zero between two places where it is negative and positive.
double bottom(double low, double high) {
  for (int i = 0; i < 80; ++i) {
    const double middle = (low + high) / 2;
    (at(middle).slope < 0 ? low : high) = middle;
  }
  return low;
}

}  // namespace

int main(int argc, char** argv) {
  nn::train::Curve curve{.name = "C(w1)"}, minima{.name = "minima", .line = false, .dots = true};
  double before = 0;
  for (double w = -20; w <= 30; w += 0.25) {
    const Point here = at(w);
    if (!curve.x.empty() && before < 0 && here.slope >= 0) {
      minima.x.push_back(bottom(w - 0.25, w));
      minima.y.push_back(at(minima.x.back()).value);
    }
    before = here.slope;
    curve.x.push_back(w);
    curve.y.push_back(here.value);
  }
  check(minima.x.size() == 2);
  const double places[] = {-5, 15};
  for (std::size_t i = 0; i < 2; ++i) {
    const double w = minima.x[i];
    near(w, places[i], 0.05);
    near(at(w).slope, 0, 1e-12);
    check(at(w - 0.5).value > at(w).value && at(w + 0.5).value > at(w).value);
    check(at(w - 0.5).slope < 0 && at(w + 0.5).slope > 0);
  }
  // Between them the cost is higher: gradient descent from there finds one or the other.
  check(at(5).value > at(minima.x[0]).value + 0.2 && at(5).value > at(minima.x[1]).value + 0.2);
  double w = 4;
  for (int step = 0; step < 20000; ++step) w -= 20 * at(w).slope;
  near(w, minima.x[0], 1e-6);
  if (argc > 1)
    nn::train::write_svg(
        argv[1],
        {.title = "Cost of a sigmoid unit", .x_label = "w1", .y_label = "C", .curves = {curve, minima}});
}
