// Line charts as SVG: see include/nn/train/chart.h.
#include "nn/train/chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "nn/error.h"
#include "nn/train/file.h"

namespace nn::train {

namespace {

/// Colours that people with any kind of colour vision tell apart (Okabe and Ito 2008), without the yellow.
constexpr const char* palette[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                   "#e69f00", "#56b4e9", "#000000"};

std::string print(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}
std::string pixels(double value) {
  return print("%.1f", value);
}

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 32 ? ' ' : c;
    }
  }
  return out;
}

/// One axis: the range of values it shows, where they are on the page, and where the ticks are.
struct Axis {
  double low = 0, high = 1;
  double from = 0, to = 1;  // pixels
  bool logarithmic = false;
  std::vector<double> ticks;

  bool shows(double value) const { return std::isfinite(value) && (!logarithmic || value > 0); }
  double at(double value) const {
    const double t = logarithmic ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                                 : (value - low) / (high - low);
    return from + t * (to - from);
  }
};

/// The largest of 1, 2 and 5 times a power of ten that divides `range` into at least `count` steps.
double tick_step(double range, int count) {
  const double rough = range / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {5.0, 2.0}) {
    if (factor * power <= rough) return factor * power;
  }
  return power;
}

Axis linear_axis(double low, double high, int count) {
  if (low > high) low = 0, high = 1;  // no points at all
  if (low == high) {
    const double margin = low == 0 ? 1 : std::abs(low) / 10;
    low -= margin;
    high += margin;
  }
  const double step = tick_step(high - low, count);
  Axis axis;
  axis.low = std::floor(low / step + 1e-9) * step;
  axis.high = std::ceil(high / step - 1e-9) * step;
  const int steps = static_cast<int>(std::lround((axis.high - axis.low) / step));
  for (int i = 0; i <= steps; ++i) {
    const double tick = axis.low + i * step;
    axis.ticks.push_back(std::abs(tick) < step / 1e6 ? 0 : tick);
  }
  return axis;
}

Axis log_axis(double low, double high) {
  if (low > high) low = 1, high = 10;
  Axis axis;
  axis.logarithmic = true;
  axis.low = std::pow(10, std::floor(std::log10(low) + 1e-9));
  axis.high = std::pow(10, std::ceil(std::log10(high) - 1e-9));
  if (axis.high <= axis.low) axis.high = 10 * axis.low;
  const int decades = static_cast<int>(std::lround(std::log10(axis.high) - std::log10(axis.low)));
  const int every = std::max(1, decades / 6);
  for (int i = 0; i <= decades; i += every) {
    const double power = std::pow(10, std::log10(axis.low) + i);
    axis.ticks.push_back(power);
    if (decades > 2) continue;
    for (const double factor : {2.0, 5.0}) {
      if (factor * power < axis.high) axis.ticks.push_back(factor * power);
    }
  }
  return axis;
}

/// The least and greatest finite value of all curves; on a logarithmic axis only of the positive ones.
void extend(const std::vector<double>& values, bool positive, double& low, double& high) {
  for (const double value : values) {
    if (!std::isfinite(value) || (positive && value <= 0)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
}

constexpr double left = 72, top = 48, bottom = 60, right = 24;

struct Axes {
  Axis x, y;
};

Axes axes_of(const Chart& chart, double legend_width) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double x_low = infinity, x_high = -infinity, y_low = infinity, y_high = -infinity;
  for (const Curve& curve : chart.curves) {
    extend(curve.x, false, x_low, x_high);
    extend(curve.y, chart.log_y, y_low, y_high);
  }
  Axes axes{linear_axis(x_low, x_high, 5),
            chart.log_y ? log_axis(y_low, y_high) : linear_axis(y_low, y_high, 4)};
  axes.x.from = left;
  axes.x.to = chart.width - right - legend_width;
  axes.y.from = chart.height - bottom;
  axes.y.to = top;
  return axes;
}

std::string text(double x, double y, const char* anchor, const std::string& content, const char* more = "") {
  return "<text x=\"" + pixels(x) + "\" y=\"" + pixels(y) + "\" text-anchor=\"" + anchor + "\"" + more + ">" +
         escape(content) + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2, const char* style) {
  return "<line x1=\"" + pixels(x1) + "\" y1=\"" + pixels(y1) + "\" x2=\"" + pixels(x2) + "\" y2=\"" +
         pixels(y2) + "\" " + style + "/>\n";
}

std::string draw_axes(const Chart& chart, const Axes& axes) {
  const char* grid = "stroke=\"#e0e0e0\"";
  const char* frame = "stroke=\"#404040\"";
  const auto& [x, y] = axes;
  std::string out;
  for (const double tick : x.ticks) {
    out += line(x.at(tick), y.from, x.at(tick), y.to, grid) +
           line(x.at(tick), y.from, x.at(tick), y.from + 5, frame);
    out += text(x.at(tick), y.from + 20, "middle", print("%.6g", tick));
  }
  for (const double tick : y.ticks) {
    out += line(x.from, y.at(tick), x.to, y.at(tick), grid) +
           line(x.from - 5, y.at(tick), x.from, y.at(tick), frame);
    out += text(x.from - 9, y.at(tick) + 4.5, "end", print("%.6g", tick));
  }
  out += line(x.from, y.from, x.to, y.from, frame) + line(x.from, y.from, x.from, y.to, frame);
  const double middle_x = (x.from + x.to) / 2, middle_y = (y.from + y.to) / 2;
  out += text(middle_x, top - 20, "middle", chart.title, " font-size=\"17\" font-weight=\"bold\"");
  out += text(middle_x, chart.height - 14, "middle", chart.x_label);
  const std::string turn = " transform=\"rotate(-90 18 " + pixels(middle_y) + ")\"";
  return out + text(18, middle_y, "middle", chart.y_label, turn.c_str());
}

std::string color_of(const Chart& chart, std::size_t index) {
  const std::string& own = chart.curves[index].color;
  return own.empty() ? palette[index % std::size(palette)] : escape(own);
}

std::string draw_curve(const Curve& curve, const std::string& color, const Axes& axes) {
  std::string path, dots;
  bool pen_down = false;
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    const bool shown = axes.x.shows(curve.x[i]) && axes.y.shows(curve.y[i]);
    if (shown) {
      const std::string px = pixels(axes.x.at(curve.x[i])), py = pixels(axes.y.at(curve.y[i]));
      path += (pen_down ? "L" : "M") + px + " " + py;
      if (curve.dots)
        dots += "<circle cx=\"" + px + "\" cy=\"" + py + "\" r=\"3.5\" fill=\"" + color + "\"/>\n";
    }
    pen_down = shown;
  }
  std::string out;
  if (curve.line && !path.empty()) {
    out += "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + color + "\" stroke-width=\"" +
           print("%g", curve.width) + "\" stroke-linejoin=\"round\" stroke-opacity=\"" +
           print("%g", curve.opacity) + "\"/>\n";
  }
  return out + dots;
}

/// Room for the longest name, at a generous width of a letter; 0 without names.
double legend_width_of(const Chart& chart) {
  std::size_t longest = 0;
  for (const Curve& curve : chart.curves) longest = std::max(longest, curve.name.size());
  return longest == 0 ? 0 : 48 + 7.5 * static_cast<double>(longest);
}

std::string draw_legend(const Chart& chart, const Axes& axes) {
  std::string out;
  double y = top + 10;
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    const Curve& curve = chart.curves[i];
    if (curve.name.empty()) continue;
    const std::string color = color_of(chart, i);
    const double x = axes.x.to + 14;
    if (curve.line) {
      const std::string style = "stroke=\"" + color + "\" stroke-width=\"3\"";
      out += line(x, y, x + 22, y, style.c_str());
    }
    if (curve.dots) {
      out += "<circle cx=\"" + pixels(x + 11) + "\" cy=\"" + pixels(y) + "\" r=\"3.5\" fill=\"" + color +
             "\"/>\n";
    }
    out += text(x + 29, y + 4.5, "start", curve.name);
    y += 21;
  }
  return out;
}

}  // namespace

std::string svg(const Chart& chart) {
  for (const Curve& curve : chart.curves) {
    if (curve.x.size() != curve.y.size()) {
      throw Error("chart: curve \"" + curve.name + "\" has " + std::to_string(curve.x.size()) + " x and " +
                  std::to_string(curve.y.size()) + " y");
    }
  }
  const Axes axes = axes_of(chart, legend_width_of(chart));
  const std::string size = std::to_string(chart.width) + " " + std::to_string(chart.height);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + std::to_string(chart.width) +
                    "\" height=\"" + std::to_string(chart.height) + "\" viewBox=\"0 0 " + size +
                    "\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#202020\">\n" +
                    "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
  out += draw_axes(chart, axes);
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    out += draw_curve(chart.curves[i], color_of(chart, i), axes);
  }
  return out + draw_legend(chart, axes) + "</svg>\n";
}

void write_svg(const std::string& path, const Chart& chart) {
  write_file(path, svg(chart));
}

}  // namespace nn::train
