// Philox4x32-10 gives the published known answers; uniform, normal and below are what they claim, and pure
// functions.
// RUN: %cxx %s -o %t && %t
// RUN: %clang14 %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
#include <nn/random.h>

#include <random>
#include <vector>

#include "check.h"

namespace {

// Known-answer vectors published with Random123 (kat_vectors, "philox4x32 10").
static_assert(nn::philox4x32_10({{0, 0, 0, 0}}, 0, 0) ==
              nn::PhiloxBlock{{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
static_assert(nn::philox4x32_10({{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}}, 0xffffffff, 0xffffffff) ==
              nn::PhiloxBlock{{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
static_assert(nn::philox4x32_10({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0) ==
              nn::PhiloxBlock{{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
// Seed, stream and counter are the key and the two halves of the counter block.
static_assert(nn::Philox{0x299f31d0a4093822, 0x0370734413198a2e}.block(0x85a308d3243f6a88) ==
              nn::PhiloxBlock{{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
static_assert(std::uniform_random_bit_generator<nn::Random>);

struct Moments {
  double mean = 0, square = 0, cube = 0, fourth = 0;
};

template <class F>
Moments moments(F&& number) {
  constexpr int count = 200'000;
  Moments m;
  for (int i = 0; i < count; ++i) {
    const double x = number(static_cast<std::uint64_t>(i));
    m.mean += x / count;
    m.square += x * x / count;
    m.cube += x * x * x / count;
    m.fourth += x * x * x * x / count;
  }
  return m;
}

template <class T>
void distributions() {
  const nn::Philox source{42, 7};
  const Moments u = moments([&](std::uint64_t i) {
    const T x = source.uniform<T>(i);
    if (!(x >= 0 && x < 1)) check(false, "uniform outside [0, 1)");
    return static_cast<double>(x);
  });
  near(u.mean, 1.0 / 2, 0.003);
  near(u.square, 1.0 / 3, 0.003);
  near(u.fourth, 1.0 / 5, 0.003);
  const Moments n = moments([&](std::uint64_t i) { return static_cast<double>(source.normal<T>(i)); });
  near(n.mean, 0, 0.01);
  near(n.square, 1, 0.01);
  near(n.cube, 0, 0.03);
  near(n.fourth, 3, 0.02);
}

void below_is_uniform() {
  constexpr std::uint32_t bound = 6;
  constexpr int count = 60'000;
  std::vector<int> seen(bound);
  for (std::uint64_t i = 0; i < count; ++i) ++seen[nn::Philox{3}.below(bound, i)];
  for (const int times : seen) near(times, count / bound, 0.05);
  // Just above 2^31 nearly every other word is rejected, so that the redrawing is used.
  constexpr std::uint32_t large = 0x80000001u;
  double mean = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint32_t x = nn::Philox{3}.below(large, i);
    if (x >= large) check(false, "below(bound) is not below its bound");
    mean += x / static_cast<double>(large) / count;
  }
  near(mean, 0.5, 0.01);
  check(nn::Philox{3}.below(1, 9) == 0);
}

void sequences() {
  nn::Random a(5), b(5), other_seed(6), other_stream(5, 1);
  int same_seed = 0, same_stream = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto x = a();
    check(x == b());
    same_seed += x == other_seed() ? 1 : 0;
    same_stream += x == other_stream() ? 1 : 0;
  }
  check(same_seed < 3 && same_stream < 3);
  // Reading out of order gives the same numbers: they depend on seed, stream and counter only.
  nn::Random in_order(8);
  std::vector<double> forward;
  for (int i = 0; i < 10; ++i) forward.push_back(in_order.uniform());
  for (int i = 9; i >= 0; --i)
    check(nn::Philox{8}.uniform<double>(static_cast<std::uint64_t>(i)) == forward[i]);
}

}  // namespace

int main() {
  distributions<float>();
  distributions<double>();
  below_is_uniform();
  sequences();
}
