// Fits the line of model.cpp to ten points, prints the cost and its slope where they are known, draws cost
// curves.
#include <nn/train.h>

#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "model.nn.h"

namespace {

using Points = nn::Tensor<double, N>;

struct Data {
  Points x{.97, .016, .87, .70, .11, .023, .65, .27, .21, .087};
  Points y{2.0, .025, 1.4, 1.5, .19, .048, 1.4, .55, .40, .19};
};

struct CostAndSlope {
  double cost, slope;
};

CostAndSlope at(double w, const Data& data) {
  const auto result = nn::value_and_grad<&cost>(w, data.x, data.y);
  return {result.value, result.grad.w};
}

void print_row(const char* what, double w, const Data& data) {
  const auto [value, slope] = at(w, data);
  std::printf("%-24s %12.6f %14.6f %14.6f\n", what, w, value, slope);
}

/// Gradient descent from 0 until the slope is gone.
double descend(const Data& data) {
  constexpr double rate = 0.05, flat = 1e-10;
  double w = 0;
  for (int step = 0; step < 1000; ++step) {
    const double slope = at(w, data).slope;
    if (std::abs(slope) < flat) break;
    w -= rate * slope;
  }
  return w;
}

/// `count` points chosen by `batch`, different ones for different numbers.
Data pick(const Data& data, std::uint64_t seed, std::uint64_t batch, std::int64_t count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(data.x.size()));
  nn::train::shuffle(order, seed, batch);
  order.resize(static_cast<std::size_t>(count));
  Data chosen{Points(count), Points(count)};
  nn::train::gather(data.x, order, chosen.x);
  nn::train::gather(data.y, order, chosen.y);
  return chosen;
}

/// Cost per point as a function of w.
nn::train::Curve curve_of(const Data& data, const std::string& name, double opacity, double width) {
  nn::train::Curve curve{.name = name, .opacity = opacity, .width = width};
  for (int i = 0; i <= 100; ++i) {
    const double w = 0.04 * i;
    curve.x.push_back(w);
    curve.y.push_back(cost(w, data.x, data.y) / static_cast<double>(data.x.size()));
  }
  return curve;
}

void draw_curves(const Data& data, const std::string& path) {
  nn::train::Chart chart{.title = "Cost of a line on all points and on mini-batches of three",
                         .x_label = "w",
                         .y_label = "cost per point"};
  constexpr std::uint64_t seed = 7, batches = 8;
  for (std::uint64_t batch = 0; batch < batches; ++batch) {
    auto curve = curve_of(pick(data, seed, batch, 3), batch == 0 ? "three points" : "", 0.55, 1.2);
    curve.color = "#d55e00";
    chart.curves.push_back(std::move(curve));
  }
  auto all = curve_of(data, "all ten points", 1, 3);
  all.color = "#0072b2";
  chart.curves.push_back(std::move(all));
  nn::train::write_svg(path, chart);
}

void run(const std::string& path) {
  const Data data;
  std::printf("%-24s %12s %14s %14s\n", "", "w", "cost", "slope");
  print_row("start", 0, data);
  print_row("halfway", 1, data);
  print_row("gradient descent ends at", descend(data), data);
  draw_curves(data, path);
  std::printf("Wrote %s\n", path.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2) {
    std::fputs("usage: line [FILE.svg]\n", stderr);
    return 2;
  }
  try {
    run(argc == 2 ? argv[1] : "line.svg");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "line: %s\n", error.what());
    return 1;
  }
}
