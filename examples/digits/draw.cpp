// Draws a set of digits: draw FOLDER [TRAINING IMAGES [TEST IMAGES [SEED]]] writes four IDX files like
// MNIST's.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include "drawing.h"

namespace {

/// A whole number in decimal digits, at most `limit`.
std::optional<std::uint64_t> number(const char* text, std::uint64_t limit) {
  std::uint64_t value = 0;
  if (*text == '\0') return std::nullopt;
  for (; *text != '\0'; ++text) {
    if (*text < '0' || *text > '9') return std::nullopt;
    value = 10 * value + static_cast<std::uint64_t>(*text - '0');
    if (value > limit) return std::nullopt;
  }
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::uint64_t most_images = 1'000'000, largest_seed = 1'000'000'000'000;
  const auto train = argc > 2 ? number(argv[2], most_images) : 20'000;
  const auto test = argc > 3 ? number(argv[3], most_images) : 4'000;
  const auto seed = argc > 4 ? number(argv[4], largest_seed) : 2024;
  if (argc < 2 || argc > 5 || !train || !test || !seed) {
    std::fputs("usage: draw FOLDER [TRAINING IMAGES [TEST IMAGES [SEED]]]\n", stderr);
    return 2;
  }
  try {
    digits::draw_set(argv[1], *seed, static_cast<int>(*train), static_cast<int>(*test));
    std::printf("drew %d + %d digits into %s\n", static_cast<int>(*train), static_cast<int>(*test), argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "draw: %s\n", error.what());
    return 1;
  }
}
