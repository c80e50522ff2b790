// Charts are well-formed SVG with a curve for each series, and gaps where a number can't be drawn.
// RUN: mkdir -p %t.d && %cxx %s %lib -o %t && %t %t.d
// RUN: %clang19 %san %s %lib -o %t && %t %t.d
// RUN: for f in %t.d/*.svg; do python3 -c "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])" $f || exit 1; done
// RUN: FileCheck %s < %t.d/plain.svg
// CHECK: <svg xmlns="http://www.w3.org/2000/svg" width="800" height="480"
// CHECK: >0.5</text>
// CHECK: >Loss &lt;of&gt; a &amp; b</text>
// CHECK: <path d="M{{[0-9.]+ [0-9.]+}}L{{[0-9.]+ [0-9.]+}}M{{[0-9.]+ [0-9.]+}}L{{[0-9.]+ [0-9.]+}}"
// CHECK: <circle
// CHECK: >validation</text>
#include <nn/error.h>
#include <nn/train/chart.h>

#include <cmath>
#include <limits>

#include "check.h"

using nn::train::Chart;
using nn::train::Curve;

namespace {

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

/// No coordinate may be outside the page or no number.
void is_inside(const std::string& svg) {
  check(svg.find("nan") == std::string::npos && svg.find("inf") == std::string::npos, svg);
  check(svg.find("=\"-") == std::string::npos, "a negative coordinate");
}

Chart with(std::vector<double> x, std::vector<double> y, bool log_y = false) {
  return {.title = "t",
          .x_label = "x",
          .y_label = "y",
          .curves = {{.name = "c", .x = x, .y = y}},
          .log_y = log_y};
}

}  // namespace

int main(int, char** arguments) {
  const std::string folder = arguments[1];
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(),
                   inf = std::numeric_limits<double>::infinity();
  Chart chart{.title = "Loss <of> a & b", .x_label = "step", .y_label = "loss", .curves = {}};
  chart.curves.push_back({.name = "training", .x = {0, 1, 2, 3, 4}, .y = {2, 1, nan, 0.5, 0.1}});
  chart.curves.push_back({.name = "validation", .x = {1, 2}, .y = {1.5, 1}, .dots = true});
  nn::train::write_svg(folder + "/plain.svg", chart);
  is_inside(nn::train::svg(chart));

  chart.log_y = true;
  chart.curves[0].y = {1000, 1, 0, -1, 0.001};
  nn::train::write_svg(folder + "/log.svg", chart);
  const std::string log = nn::train::svg(chart);
  is_inside(log);
  check(count(log, ">1000</text>") == 1 && count(log, ">0.001</text>") == 1);

  const Chart awkward[] = {{.title = "empty", .x_label = "", .y_label = "", .curves = {}},
                           with({}, {}),
                           with({1}, {0}),
                           with({1}, {1e300}),
                           with({1, 2}, {5, 5}),
                           with({-1e-9, 1e-9}, {-1e9, 1e9}),
                           with({nan, inf}, {1, 2}),
                           with({1, 2}, {nan, nan}),
                           with({1, 2}, {1, 1}, true),
                           with({1, 2}, {0, -1}, true),
                           with({1, 2}, {1e-300, 1e300}, true)};
  int number = 0;
  for (const Chart& c : awkward) {
    is_inside(nn::train::svg(c));
    nn::train::write_svg(folder + "/awkward" + std::to_string(number++) + ".svg", c);
  }
  throws<nn::Error>([&] { nn::train::svg(with({1, 2}, {1})); }, "curve \"c\" has 2 x and 1 y");
  throws<nn::Error>([&] { nn::train::write_svg(folder + "/none/such.svg", chart); }, "can't write");
}
