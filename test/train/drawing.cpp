// The drawn digits are genuine IDX files: the same for the same seed, all ten classes, ink on paper, no two
// alike.
// RUN: mkdir -p %t.d && cd %root/examples/digits && %cxx -I. %s drawing.cpp glyphs.cpp %lib -o %t && %t %t.d
// RUN: cd %root/examples/digits && %clang19 %san -I. %s drawing.cpp glyphs.cpp %lib -o %t && %t %t.d
#include "drawing.h"

#include <nn/train/idx.h>

#include <set>

#include "check.h"

namespace {

void one_set(const std::string& folder) {
  digits::draw_set(folder, 11, 300, 100);
  const digits::SetFiles files = digits::files_in(folder);
  const auto images = nn::train::read_idx(files.train_images), test = nn::train::read_idx(files.test_images);
  const auto labels = nn::train::read_idx(files.train_labels),
             test_labels = nn::train::read_idx(files.test_labels);
  check(images.dims == std::vector<std::uint32_t>{300, 28, 28} &&
        labels.dims == std::vector<std::uint32_t>{300});
  check(test.dims == std::vector<std::uint32_t>{100, 28, 28} && test_labels.rows() == 100);

  std::set<std::vector<std::uint8_t>> distinct;
  int per_class[10] = {};
  for (std::size_t i = 0; i < 400; ++i) {
    const auto& source = i < 300 ? images : test;
    const auto row = source.bytes.begin() + static_cast<std::ptrdiff_t>((i < 300 ? i : i - 300) * 784);
    const std::vector<std::uint8_t> image(row, row + 784);
    distinct.insert(image);
    int ink = 0, edge = 0;
    for (int p = 0; p < 784; ++p) {
      const bool border = p < 28 || p >= 27 * 28 || p % 28 == 0 || p % 28 == 27;
      if (image[static_cast<std::size_t>(p)] > 128) ++(border ? edge : ink);
    }
    check(ink > 8 && ink < 400 && edge < 30, "image " + std::to_string(i));
    const int label = i < 300 ? labels.bytes[i] : test_labels.bytes[i - 300];
    check(label >= 0 && label < 10);
    ++per_class[label];
  }
  check(distinct.size() == 400, "no image is drawn twice, least of all in training and test");
  for (const int count : per_class) check(count > 15);
}

}  // namespace

int main(int, char** arguments) {
  one_set(std::string(arguments[1]) + "/set");
  std::uint8_t a[784], b[784], c[784];
  check(digits::draw(1, 5, a) == digits::draw(1, 5, b) && std::equal(a, a + 784, b));
  digits::draw(2, 5, c);
  check(!std::equal(a, a + 784, c));
}
