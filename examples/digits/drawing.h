// A set of hand-written digits drawn by the computer: distorted strokes as 28×28 images in genuine IDX files.
#ifndef DIGITS_DRAWING_H
#define DIGITS_DRAWING_H

#include <cstdint>
#include <string>

namespace digits {

inline constexpr int side = 28;

/// The four files of a set, with the names that MNIST's have.
struct SetFiles {
  std::string train_images, train_labels, test_images, test_labels;
};
SetFiles files_in(const std::string& folder);

/// Draws one digit into side * side bytes, row-major, 0 for paper and 255 for ink. Image `number` of a seed
/// is always the same. Returns the digit.
int draw(std::uint64_t seed, std::uint64_t number, std::uint8_t* image);

/// Writes a set into a folder, which is made if it isn't there: images 0 … train-1 to train on, the following
/// to test.
void draw_set(const std::string& folder, std::uint64_t seed, int train, int test);

}  // namespace digits

#endif  // DIGITS_DRAWING_H
