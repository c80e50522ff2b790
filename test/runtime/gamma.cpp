// digamma and polygamma are as accurate as nn/math/gamma.h says, against sums in long double and a table of
// 16 digits; lgamma is the C library's, ldexp is std::ldexp for every exponent.
// RUN: %cxx %O3 %s -o %t && %t
// RUN: %cxx -O2 -mno-fma %s -o %t && %t
// RUN: %clang19 %san -O1 %s -o %t && %t
#include <random>

#include "math_test.h"

using Wide = long double;  // 64 bits of significand on x86
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

// By the recurrence to x >= 60, where three terms of the series do.
Wide digamma(Wide x) {
  Wide y = 0;
  for (; x < 60; ++x) y += 1 / x;
  const Wide z = 1 / (x * x);
  return std::log(x) - 0.5L / x - z * (1.0L / 12 - z * (1.0L / 120 - z * (1.0L / 252 - z / 240))) - y;
}
// The sum over k of (x + k)^-(n + 1), times n!.
Wide polygamma(int n, Wide x) {
  const Wide s = n + 1;
  Wide sum = 0, factor = n % 2 == 0 ? -1 : 1;
  for (int j = 2; j <= n; ++j) factor *= j;
  for (; x < 300; ++x) sum += std::pow(x, -s);
  const Wide z = s / (x * x), next = (s + 1) * (s + 2), last = next * (s + 3) * (s + 4);
  const Wide tail =
      x / (s - 1) + 0.5L + x * z * (1.0L / 12 - next / (720 * x * x) + last / (30240 * x * x * x * x));
  return factor * (sum + std::pow(x, -s) * tail);
}

double worst = 0;
void within(double got, Wide wanted, double most) {
  const double error = ulps(got, wanted);
  worst = std::fmax(worst, error);
  check(error <= most, std::to_string(error) + " ulp off at " + std::to_string(static_cast<double>(wanted)));
}
void report(const char* name) {
  std::printf("%-24s %.2f ulp\n", name, worst);
  worst = 0;
}

void random_points() {
  std::mt19937_64 generator(7);
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(generator);
  };
  for (int i = 0; i < 20000; ++i)
    for (double x : {uniform(0, 1.45), uniform(1.48, 10), std::exp(uniform(-50, 50))})
      within(nn::math::digamma(x), digamma(x), 5);
  report("digamma");
  for (int n : {1, 2, 3, 4})
    for (int i = 0; i < 2000; ++i)
      for (double x : {uniform(0, 20), std::exp(uniform(-20, 20))})
        within(nn::math::polygamma(n, x), polygamma(n, x), 10);
  report("polygamma 1 to 4");
  for (int i = 0; i < 20000; ++i) {  // left of 0, in terms of the larger term
    const double x = uniform(-30, 0), y = nn::math::digamma(x);
    const double term =
        std::fmax(std::log(1 - x),
                  std::abs(nn::math::detail::pi / std::tan(nn::math::detail::pi * (x - std::rint(x)))));
    check(std::abs(static_cast<double>(y - digamma(x))) <= 5 * 0x1p-52 * term);
    check(nn::math::digamma(static_cast<float>(x)) ==
          static_cast<float>(nn::math::digamma(double{static_cast<float>(x)})));
  }
}

// Computed with 50 digits.
void table() {
  const struct {
    int n;
    double x, y;
  } rows[] = {{0, 0x1.762d86356be3fp+0, -0x1.aa2d9b3ce29e0p-54},  // around the zero
              {0, 0x1.762d86356be40p+0, 0x1.1a5beef0723bbp-53},
              {0, 0x1.762d863520b9bp+0, -0x1.22f0de7df7475p-34},
              {0, 0x1.762b6ae7d566dp+0, -0x1.04f02a764ee0ap-15},
              {0, 0x1.7333333333333p+0, -0x1.72d108754fe62p-7},
              {0, 0x1.7ae147ae147aep+0, 0x1.20c9ed91f5cb0p-6},
              {0, 0x1.56e1fc2f8f359p-997, -0x1.7e43c8800759bp+996},
              {0, 0x1.7e43c8800759cp+996, 0x1.5963447f87fb5p+9},
              {1, 0x1.bff2ee48e0530p-333, 0x1.4e718d7d7625ap+664},
              {1, 0x1.7e43c8800759cp+996, 0x1.56e1fc2f8f359p-997},
              {2, 0x1.bff2ee48e0530p-333, -0x1.7e43c8800759bp+997},
              {3, -0x1.0000000000000p-1, 0x1.82d1746148413p+7},
              {2, -0x1.0000000000000p-2, 0x1.eaca1a84a4961p+6},
              {4, -0x1.e000000000000p+1, -0x1.7e865e9821f0ep+14},
              {1, -0x1.e848040000000p+19, 0x1.0d93538ca11ccp+6},
              {20, 0x1.8000000000000p-1, -0x1.bb9dff9c3ddaap+69},
              {20, 0x1.9000000000000p+5, -0x1.1da35ae7aa50ep-56},
              {60, 0x1.0000000000000p-1, -0x1.18b5727f009f5p+333},
              {100, 0x1.e000000000000p+4, -0x1.2ac2ac7d5951ep+29},
              {100, 0x1.8000000000000p+1, -0x1.9b395935eda6ep+364}};
  for (const auto& row : rows) within(nn::math::polygamma(row.n, row.x), row.y, row.n > 4 ? 40 : 10);
  report("table");
}

void edges() {
  for (double n : {0.0, 1.0, 2.0, 5.0, 100.0}) {
    const double right = static_cast<int>(n) % 2 == 0 ? -infinity : infinity;
    check(nn::math::polygamma(n, 0.0) == right);
    check(nn::math::polygamma(n, -0.0) == infinity);
    const double at_minus_3 = nn::math::polygamma(n, -3.0);
    check(right > 0 ? at_minus_3 == infinity : std::isnan(at_minus_3));
    check(nn::math::polygamma(n, infinity) == (n == 0 ? infinity : 0));
    check(std::isnan(nn::math::polygamma(n, -infinity)) && std::isnan(nn::math::polygamma(n, nan_value)));
  }
  check(nn::math::polygamma(1.9, 0.3) == nn::math::polygamma(1.0, 0.3));
  for (double n : {-1.0, 101.0, infinity, nan_value}) check(std::isnan(nn::math::polygamma(n, 1.0)));
  check(nn::math::digamma(1e-320) == -infinity && nn::math::polygamma(3.0, 1e-200) == infinity);
}

template <class T>
void like_the_library() {
  std::mt19937_64 generator(8);
  std::uniform_real_distribution<T> any(-200, 200);
  for (int i = 0; i < 20000; ++i) {
    const T x = any(generator);
    check(nn::math::lgamma(x) == std::lgamma(x));
    for (int n : {0, 1, -1, 30, -140, 130, -1070, 1020, -1100, 3000, -3000})
      check(nn::math::ldexp(x, static_cast<T>(n)) == std::ldexp(x, n));
  }
  check(nn::math::ldexp(T(3), T(2.9)) == 12 && nn::math::ldexp(T(3), T(-2.9)) == T(0.75));
  check(nn::math::ldexp(T(1), T(1e30)) == infinity && std::isnan(nn::math::ldexp(T(1), T(nan_value))));
}

int main() {
  random_points();
  table();
  edges();
  like_the_library<float>();
  like_the_library<double>();
}
