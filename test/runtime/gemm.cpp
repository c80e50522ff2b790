// Matrix products agree with the textbook sum for every combination of transposes, betas and awkward sizes,
// write nothing beside C, don't read C when beta is 0, and repeat bit by bit.
// RUN: %cxx %s %lib -o %t && env NN_GEMM=builtin %t builtin
// RUN: rm -rf %t.o && mkdir %t.o && cd %t.o && %cxx %san -c %root/runtime/cpu/*.cpp && %cxx %san -c %s -o test.o
// RUN: cd %t.o && %cxx %san *.o -pthread -o %t.san && %t.san builtin
// RUN: cd %t.o && %cxx %san -DNN_KERNELS=avx2 -c %root/runtime/cpu/kernels.cpp
// RUN: cd %t.o && %cxx %san *.o -pthread -o %t.avx2 && %t.avx2 builtin
// RUN: cd %t.o && %cxx %san -DNN_KERNELS=baseline -c %root/runtime/cpu/kernels.cpp
// RUN: cd %t.o && %cxx %san *.o -pthread -o %t.baseline && %t.baseline builtin
#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "nn/runtime.h"

using nn::rt::Trans;
using std::int64_t;

template <class T>
struct Case {
  Trans ta, tb;
  int64_t m, n, k;
  T beta;
  std::string text() const {
    return std::string(ta == Trans::yes ? "T" : "N") + (tb == Trans::yes ? "T" : "N") + " m " +
           std::to_string(m) + " n " + std::to_string(n) + " k " + std::to_string(k) + " beta " +
           std::to_string(beta);
  }
};

// Memory of exactly n elements, so that ASan sees any step beside them.
template <class T>
std::vector<T> random(std::mt19937& generator, int64_t n) {
  std::uniform_real_distribution<T> distribution(-1, 1);
  std::vector<T> values(n);
  values.shrink_to_fit();
  for (T& v : values) v = distribution(generator);
  return values;
}

// op(A)·op(B) + beta·C by the textbook, row by row.
template <class T>
std::vector<double> expected(const Case<T>& x, const T* a, const T* b, const T* before) {
  std::vector<double> c(x.m * x.n), line(x.n);
  for (int64_t i = 0; i < x.m; ++i) {
    double* row = c.data() + i * x.n;
    for (int64_t j = 0; j < x.n; ++j) row[j] = x.beta == 0 ? 0 : double(x.beta) * before[i * x.n + j];
    for (int64_t p = 0; p < x.k; ++p) {
      const double scale = x.ta == Trans::yes ? a[p * x.m + i] : a[i * x.k + p];
      const T* column = x.tb == Trans::yes ? b + p : b + p * x.n;
      const int64_t step = x.tb == Trans::yes ? x.k : 1;
      for (int64_t j = 0; j < x.n; ++j) row[j] += scale * column[j * step];
    }
  }
  return c;
}

template <class T>
void test(nn::Workspace& ws, std::mt19937& generator, const Case<T>& x) {
  const std::vector<T> a = random<T>(generator, x.m * x.k), b = random<T>(generator, x.k * x.n);
  constexpr int64_t guard = 40;  // libraries are not instrumented: they get sentinels beside C
  constexpr T sentinel = 12345;
  std::vector<T> c = random<T>(generator, x.m * x.n + 2 * guard);
  for (int64_t i = 0; i < guard; ++i) c[i] = c[guard + x.m * x.n + i] = sentinel;
  if (x.beta == 0)
    for (int64_t i = 0; i < x.m * x.n; ++i) c[guard + i] = std::numeric_limits<T>::quiet_NaN();
  const std::vector<T> before = c;
  std::vector<T> alone(before.begin() + guard, before.end() - guard), again = alone;
  nn::rt::gemm(ws, x.ta, x.tb, x.m, x.n, x.k, a.data(), b.data(), c.data() + guard, x.beta);
  const double tolerance = std::numeric_limits<T>::epsilon() * double(x.k + 4);
  const std::vector<double> wanted = expected(x, a.data(), b.data(), before.data() + guard);
  bool right = true, untouched = true, same = true;
  for (int64_t i = 0; i < x.m * x.n; ++i) right = right && std::abs(c[guard + i] - wanted[i]) <= tolerance;
  for (int64_t i = 0; i < guard; ++i)
    untouched = untouched && c[i] == sentinel && c[c.size() - 1 - i] == sentinel;
  nn::rt::gemm(ws, x.ta, x.tb, x.m, x.n, x.k, a.data(), b.data(), alone.data(), x.beta);
  nn::rt::gemm(ws, x.ta, x.tb, x.m, x.n, x.k, a.data(), b.data(), again.data(), x.beta);
  for (std::size_t i = 0; i < alone.size(); ++i) same = same && alone[i] == again[i];
  check(right, x.text() + " is wrong");
  check(untouched, x.text() + " wrote beside C");
  check(same, x.text() + " doesn't repeat");
}

// Instrumented code is slow: it leaves out the largest cubes.
#if defined(__SANITIZE_ADDRESS__)
constexpr int64_t most_work = 100'000;
#else
constexpr int64_t most_work = 3'000'000;
#endif

template <class T>
void test_all(nn::Workspace& ws) {
  std::mt19937 generator(1);
  const T betas[] = {0, 1, T(-0.5)};
  int at = 0;
  for (int flags = 0; flags < 4; ++flags) {
    const Trans ta = Trans(flags & 1), tb = Trans(flags >> 1);
    const int64_t sizes[] = {0, 1, 2, 3, 5, 17, 64, 65, 129};
    for (int64_t m : sizes)
      for (int64_t n : sizes)
        for (int64_t k : sizes)
          if (m * n * k <= most_work) test<T>(ws, generator, {ta, tb, m, n, k, betas[++at % 3]});
    // More than one block of each kind.
    test<T>(ws, generator, {ta, tb, 300, 40, 460, betas[++at % 3]});
    test<T>(ws, generator, {ta, tb, 21, 1100, 33, betas[++at % 3]});
    test<T>(ws, generator, {ta, tb, 520, 17, 900, betas[++at % 3]});
    test<T>(ws, generator, {ta, tb, 7, 20, 1500, betas[++at % 3]});
  }
}

// With the built-in kernels the number of threads makes no difference to the bits.
template <class T>
void test_threads() {
  std::mt19937 generator(2);
  nn::Workspace alone(1), four(4);
  for (int flags = 0; flags < 4; ++flags)
    for (const auto& [m, n, k] : {std::array<int64_t, 3>{1, 999, 500},
                                  {1001, 1, 499},
                                  {130, 300, 200},
                                  {400, 10, 90},
                                  {10, 390, 120},
                                  {520, 70, 90},
                                  {77, 33, 1}}) {
      const std::vector<T> a = random<T>(generator, m * k), b = random<T>(generator, k * n);
      std::vector<T> c(m * n), d(m * n);
      nn::rt::gemm(alone, Trans(flags & 1), Trans(flags >> 1), m, n, k, a.data(), b.data(), c.data());
      nn::rt::gemm(four, Trans(flags & 1), Trans(flags >> 1), m, n, k, a.data(), b.data(), d.data());
      check(c == d, "threads change the bits of " + std::to_string(m) + "," + std::to_string(n));
    }
}

int main(int, char** arguments) {
  for (int threads : {1, 3}) {
    nn::Workspace ws(threads);
    check(ws.gemm_name() == std::string(arguments[1]), ws.gemm_name());
    test_all<float>(ws);
    test_all<double>(ws);
  }
  if (arguments[1] == std::string("builtin")) test_threads<float>(), test_threads<double>();
  nn::Workspace ws(1);
  float x = 0;
  throws<nn::Error>([&] { nn::rt::gemm(ws, Trans::no, Trans::no, 2, -3, 4, &x, &x, &x); },
                    "sizes must not be negative: m = 2, n = -3, k = 4");
}
