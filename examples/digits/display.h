// Images in the terminal, as Unicode half blocks.
#ifndef DIGITS_DISPLAY_H
#define DIGITS_DISPLAY_H

#include <string>
#include <vector>

namespace digits {

/// An image of side * side numbers from 0 to 1, row-major, and a line to put below it.
struct Picture {
  const float* pixels;
  std::string caption;
};

/// The pictures side by side, as many in a row as fit into `columns` characters.
std::string side_by_side(const std::vector<Picture>& pictures, int columns = 80);

}  // namespace digits

#endif  // DIGITS_DISPLAY_H
