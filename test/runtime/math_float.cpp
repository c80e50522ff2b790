// exp, expm1, log, log1p, tanh, erf, sigmoid and softplus of float are at most 2 ulp off on every 97th bit
// pattern and at special values, with and without fused multiply-add, optimised or not.
// RUN: %cxx %O3 %s -pthread -o %t && %t 97
// RUN: %cxx -O2 -mno-fma %s -pthread -o %t && %t 1009
// RUN: %cxx -O0 %s -pthread -o %t && %t 20011
// RUN: %clang14 %O3 %s -pthread -o %t && %t 1013
// RUN: %clang19 %san -O2 %s -pthread -o %t && %t 10007
#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

#include "math_test.h"

int main(int, char** arguments) {
  const std::uint64_t stride = std::strtoull(arguments[1], nullptr, 10);
  Worst<float, double> functions[] = NN_TEST_FUNCTIONS(float, double);
  std::vector<std::thread> threads;
  for (Worst<float, double>& f : functions)
    threads.emplace_back([&f, stride] {
      for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += stride)
        f.test(__builtin_bit_cast(float, static_cast<std::uint32_t>(bits)));
      test_special_values(f);
    });
  for (std::thread& thread : threads) thread.join();
  for (const Worst<float, double>& f : functions) f.report(2);
}
