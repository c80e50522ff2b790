// Line charts as SVG: several curves over common axes with ticks, labels and a legend.
#ifndef NN_TRAIN_CHART_H
#define NN_TRAIN_CHART_H

#include <string>
#include <vector>

namespace nn::train {

/// One curve. Points that are not finite (or not positive on a logarithmic axis) interrupt it.
struct Curve {
  std::string name = {};  ///< in the legend; none if empty
  std::vector<double> x = {}, y = {};
  bool line = true;   ///< connect the points
  bool dots = false;  ///< mark the points
  double opacity = 1;
  double width = 2;
  std::string color = {};  ///< as SVG has it, "#0072b2"; chosen unless given
};

struct Chart {
  std::string title = {}, x_label = {}, y_label = {};
  std::vector<Curve> curves = {};
  bool log_y = false;
  int width = 800, height = 480;
};

/// The chart as the text of an SVG file. Throws nn::Error if a curve has not as many x as y.
std::string svg(const Chart& chart);
/// Writes it to a file, as a whole or not at all. Throws nn::Error if that fails.
void write_svg(const std::string& path, const Chart& chart);

}  // namespace nn::train

#endif  // NN_TRAIN_CHART_H
