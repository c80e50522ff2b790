// Drawing digits: strokes under random affine and elastic distortion, of random thickness, with noise.
#include "drawing.h"

#include <nn/random.h>
#include <nn/train/idx.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "glyphs.h"

namespace digits {

namespace {

constexpr double pi = 3.141592653589793238;

/// A smooth random displacement of the plane: normal numbers at the knots of a grid, a cubic B-spline between
/// them.
class Elastic {
 public:
  Elastic(nn::Random& random, double deviation) {
    for (Point& knot : knots_) knot = {random.normal(0.0, deviation), random.normal(0.0, deviation)};
  }
  Point moved(Point p) const {
    const double u = std::clamp(p.x, 0.0, 0.999) * cells, v = std::clamp(p.y, 0.0, 0.999) * cells;
    const int column = static_cast<int>(u), row = static_cast<int>(v);
    Point shift{0, 0};
    for (int j = 0; j < 4; ++j) {
      for (int i = 0; i < 4; ++i) {
        const double weight = spline(u - column, i) * spline(v - row, j);
        const Point& knot = knots_[(row + j) * knots_a_row + column + i];
        shift.x += weight * knot.x;
        shift.y += weight * knot.y;
      }
    }
    return {p.x + shift.x, p.y + shift.y};
  }

 private:
  static constexpr int cells = 3, knots_a_row = cells + 3;

  static double spline(double t, int knot) {
    switch (knot) {
      case 0:
        return (1 - t) * (1 - t) * (1 - t) / 6;
      case 1:
        return (3 * t * t * t - 6 * t * t + 4) / 6;
      case 2:
        return (-3 * t * t * t + 3 * t * t + 3 * t + 1) / 6;
      default:
        return t * t * t / 6;
    }
  }
  Point knots_[knots_a_row * knots_a_row];
};

/// A random map from the unit square into the image, in pixels.
class Affine {
 public:
  explicit Affine(nn::Random& random) {
    const double angle = random.normal(0.0, 0.14), shear = random.normal(-0.12, 0.22);
    const double height = random.uniform(16.0, 22.0), width = height * random.uniform(0.6, 1.05);
    const double c = std::cos(angle), s = std::sin(angle);
    xx_ = c * width;
    xy_ = (c * shear - s) * height;
    yx_ = s * width;
    yy_ = (s * shear + c) * height;
    x_ = side / 2.0 + random.normal(0.0, 0.9);
    y_ = side / 2.0 + random.normal(0.0, 0.9);
  }
  Point operator()(Point p) const {
    const double x = p.x - 0.5, y = p.y - 0.5;
    return {x_ + xx_ * x + xy_ * y, y_ + yx_ * x + yy_ * y};
  }

 private:
  double xx_, xy_, yx_, yy_, x_, y_;
};

double distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  const double t = length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0;
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/// Darkens the pixels near one straight piece of a stroke; `soft` pixels from ink to paper.
void ink(Point a, Point b, double radius, double soft, double* image) {
  const double reach = radius + soft;
  const int left = std::max(0, static_cast<int>(std::floor(std::min(a.x, b.x) - reach)));
  const int right = std::min(side - 1, static_cast<int>(std::ceil(std::max(a.x, b.x) + reach)));
  const int top = std::max(0, static_cast<int>(std::floor(std::min(a.y, b.y) - reach)));
  const int bottom = std::min(side - 1, static_cast<int>(std::ceil(std::max(a.y, b.y) + reach)));
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      const double d = distance({x + 0.5, y + 0.5}, a, b);
      double& pixel = image[y * side + x];
      pixel = std::max(pixel, std::clamp(0.5 + (radius - d) / soft, 0.0, 1.0));
    }
  }
}

void draw_glyph(const Glyph& glyph, nn::Random& random, double* image) {
  const Elastic elastic(random, 0.10);
  const Affine affine(random);
  const double radius = random.uniform(0.7, 1.7), soft = random.uniform(0.7, 1.5);
  const double wobble = random.uniform(0.0, 0.35), phase = random.uniform(0.0, 2 * pi);
  for (Stroke stroke : glyph) {
    for (Point& p : stroke) p = {p.x + random.normal(0.0, 0.022), p.y + random.normal(0.0, 0.022)};
    Stroke chain = smooth(stroke, 6);
    for (Point& p : chain) p = affine(elastic.moved(p));
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
      const double pressure = 1 + wobble * std::sin(phase + 0.25 * static_cast<double>(i));
      ink(chain[i], chain[i + 1], radius * pressure, soft, image);
    }
  }
}

}  // namespace

SetFiles files_in(const std::string& folder) {
  const std::string in = folder + "/";
  return {in + "train-images-idx3-ubyte", in + "train-labels-idx1-ubyte", in + "t10k-images-idx3-ubyte",
          in + "t10k-labels-idx1-ubyte"};
}

int draw(std::uint64_t seed, std::uint64_t number, std::uint8_t* image) {
  nn::Random random(seed, number);
  const int digit = static_cast<int>(random.below(10));
  const std::vector<Glyph>& ways = glyphs_of(digit);
  double ink_of[side * side] = {};
  draw_glyph(ways[random.below(static_cast<std::uint32_t>(ways.size()))], random, ink_of);
  const double darkness = random.uniform(0.7, 1.0), noise = random.uniform(0.0, 0.10);
  for (int i = 0; i < side * side; ++i) {
    const double value = darkness * ink_of[i] + noise * random.normal();
    image[i] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
  }
  return digit;
}

void draw_set(const std::string& folder, std::uint64_t seed, int train, int test) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw nn::Error(folder + ": can't make the folder: " + failure.message());
  const auto write = [&](int first, int count, const std::string& image_path, const std::string& label_path) {
    const auto n = static_cast<std::uint32_t>(count);
    nn::train::Idx images{{n, side, side}, std::vector<std::uint8_t>(std::size_t{n} * side * side)};
    nn::train::Idx labels{{n}, std::vector<std::uint8_t>(n)};
    for (std::uint32_t i = 0; i < n; ++i) {
      const auto number = static_cast<std::uint64_t>(first) + i;
      labels.bytes[i] =
          static_cast<std::uint8_t>(draw(seed, number, &images.bytes[std::size_t{i} * side * side]));
    }
    nn::train::write_idx(image_path, images);
    nn::train::write_idx(label_path, labels);
  };
  const SetFiles files = files_in(folder);
  write(0, train, files.train_images, files.train_labels);
  write(train, test, files.test_images, files.test_labels);
}

}  // namespace digits
