// A product told what will be discarded: wanted elements are those of the whole product, bit for bit with any
// number of threads; the others are the product or 0; nothing beside C is touched.
// RUN: %cxx %san %s %lib -o %t && env NN_GEMM=builtin %t
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "check.h"
#include "nn/runtime.h"

using nn::rt::Trans;
using std::int64_t;

template <class T>
std::vector<T> random(std::mt19937& generator, int64_t n) {
  std::uniform_real_distribution<T> distribution(-1, 1);
  std::vector<T> values(static_cast<std::size_t>(n));
  values.shrink_to_fit();
  for (T& v : values) v = distribution(generator);
  return values;
}

template <class T>
std::vector<T> product(int threads, Trans tb, int64_t m, int64_t n, int64_t k, const std::vector<T>& a,
                       const std::vector<T>& b, const T* wanted) {
  nn::Workspace ws{threads};
  std::vector<T> c(static_cast<std::size_t>(m * n), T(7));
  c.shrink_to_fit();
  nn::rt::gemm(ws, Trans::no, tb, m, n, k, a.data(), b.data(), c.data(), T(0), wanted);
  return c;
}

template <class T>
void compare(std::mt19937& generator, Trans tb, int64_t m, int64_t n, int64_t k, int every) {
  const std::vector<T> a = random<T>(generator, m * k), b = random<T>(generator, k * n);
  std::vector<T> wanted = random<T>(generator, m * n);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (every == 0 || i % static_cast<std::size_t>(every) != 0)
      wanted[i] = i % 3 == 0 ? T(0) : -std::abs(wanted[i]);
  if (wanted.size() > 4) wanted[4] = std::nan("");
  const std::vector<T> all = product<T>(1, tb, m, n, k, a, b, nullptr);
  const std::vector<T> some = product<T>(1, tb, m, n, k, a, b, wanted.data());
  int wrong = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool close = std::abs(some[i] - all[i]) <= T(1e-5) * (1 + std::abs(all[i]));
    wrong += !(close || (some[i] == 0 && !(wanted[i] > 0)));
  }
  check(wrong == 0);
  for (int threads : {2, 3}) check(product<T>(threads, tb, m, n, k, a, b, wanted.data()) == some);
}

int main() {
  std::mt19937 generator(1);
  for (Trans tb : {Trans::no, Trans::yes})
    for (int64_t m : {1, 3})
      for (int64_t n : {1, 3, 4, 7, 512, 1031})
        for (int64_t k : {2, 10, 31, 64, 517})
          for (int every : {0, 1, 2, 7}) {
            compare<float>(generator, tb, m, n, k, every);
            compare<double>(generator, tb, m, n, k, every);
          }
}
