// Images in the terminal: see display.h.
#include "display.h"

#include <algorithm>

#include "drawing.h"

namespace digits {

namespace {

constexpr int margin = 2;  // empty in most images
constexpr int width = side - 2 * margin;
constexpr int gap = 3;
constexpr float half_dark = 0.4f;

/// Two rows of pixels as one line of text.
std::string two_rows(const float* pixels, int row) {
  std::string text;
  for (int x = margin; x < side - margin; ++x) {
    const bool upper = pixels[row * side + x] > half_dark;
    const bool lower = pixels[(row + 1) * side + x] > half_dark;
    text += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
  }
  return text;
}

}  // namespace

std::string side_by_side(const std::vector<Picture>& pictures, int columns) {
  const int fit = (columns + gap) / (width + gap);
  const auto a_row = static_cast<std::size_t>(std::max(1, fit));
  const std::string space(gap, ' ');
  std::string text;
  for (std::size_t first = 0; first < pictures.size(); first += a_row) {
    const std::size_t last = std::min(first + a_row, pictures.size());
    for (int row = margin; row < side - margin; row += 2) {
      for (std::size_t i = first; i < last; ++i) text += two_rows(pictures[i].pixels, row) + space;
      text += '\n';
    }
    for (std::size_t i = first; i < last; ++i) {
      std::string caption = pictures[i].caption;
      if (caption.size() < width) caption.resize(width, ' ');
      text += caption + space;
    }
    text += "\n\n";
  }
  return text;
}

}  // namespace digits
