// The loop behind the percentages of peak.
#include "fma_peak.h"

namespace bench {

namespace {
#if defined(__AVX512F__)
constexpr int vector_bytes = 64, sums = 24;  // of 32 registers
#elif defined(__AVX__)
constexpr int vector_bytes = 32, sums = 12;  // of 16
#else
constexpr int vector_bytes = 16, sums = 12;
#endif
typedef float V __attribute__((vector_size(vector_bytes)));
}  // namespace

double run_fma_loop() {
  constexpr int rounds = 4096, lanes = vector_bytes / static_cast<int>(sizeof(float));
  V sum[sums] = {}, factor = V{} + 0.5f, summand = V{} + 1.0f;
  asm("" : "+m"(factor), "+m"(summand));  // unknown to the compiler
  for (int round = 0; round < rounds; ++round) {
#pragma GCC unroll 24
    for (int i = 0; i < sums; ++i) sum[i] = sum[i] * factor + summand;
  }
#pragma GCC unroll 24
  for (int i = 0; i < sums; ++i) asm volatile("" : : "m"(sum[i]));
  return 2.0 * rounds * sums * lanes;
}

}  // namespace bench
