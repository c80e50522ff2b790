// exp, expm1, log, log1p, tanh, erf, sigmoid and softplus of double are at most 2 ulp off at millions of
// random points of all magnitudes and at special values.
// RUN: %cxx %O3 %s -pthread -o %t && %t 1000000
// RUN: %cxx -O2 -mno-fma %s -pthread -o %t && %t 200000
// RUN: %clang19 %O3 %s -pthread -o %t && %t 200000
#include <cstdint>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include "math_test.h"

int main(int, char** arguments) {
  const long count = std::strtol(arguments[1], nullptr, 10);
  Worst<double, long double> functions[] =
      NN_TEST_FUNCTIONS(double, long double);  // 64 bits of significand on x86
  std::vector<std::thread> threads;
  for (Worst<double, long double>& f : functions)
    threads.emplace_back([&f, count] {
      std::mt19937_64 generator(7);
      std::uniform_real_distribution<double> unit(0, 1);
      for (long i = 0; i < count; ++i) {
        f.test(__builtin_bit_cast(double, static_cast<std::uint64_t>(generator())));
        for (double range : {0.5, 2.0, 50.0, 800.0}) f.test(range * (2 * unit(generator) - 1));
        f.test(1 + (unit(generator) - 0.5) / 8);
      }
      test_special_values(f);
    });
  for (std::thread& thread : threads) thread.join();
  for (const Worst<double, long double>& f : functions) f.report(2);
}
