// The ten digits as pen strokes: what a hand would write, before anything is distorted.
#ifndef DIGITS_GLYPHS_H
#define DIGITS_GLYPHS_H

#include <vector>

namespace digits {

/// A place in the unit square, x to the right and y downwards.
struct Point {
  double x, y;
};

/// Points that a pen passes through in one smooth movement.
using Stroke = std::vector<Point>;
using Glyph = std::vector<Stroke>;

/// The ways in which a digit (0 to 9) is written.
const std::vector<Glyph>& glyphs_of(int digit);

/// The stroke as a chain of short straight pieces: a Catmull-Rom spline through its points.
Stroke smooth(const Stroke& stroke, int pieces_per_span);

}  // namespace digits

#endif  // DIGITS_GLYPHS_H
