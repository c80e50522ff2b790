// __half and __nv_bfloat16 convert as IEEE 754 says: every value of 16 bits, and floats around each of them.
// RUN: %emulated %san -O2 %s %emulation -o %t && %t
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "check.h"

namespace {

bool same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

float as_half(float x) {
  return static_cast<float>(static_cast<_Float16>(x));
}

// To nearest even, by comparing with both neighbours in exact arithmetic.
float as_bfloat16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x) & 0xffff0000u;
  const double low = std::bit_cast<float>(bits);
  const float next = std::bit_cast<float>(bits + 0x10000u);
  const double high = std::isinf(next) ? std::copysign(0x1p128, x) : next;
  const double below = std::fabs(x - low), above = std::fabs(high - x);
  if (below != above) return below < above ? static_cast<float>(low) : next;
  return (bits >> 16 & 1) == 0 ? static_cast<float>(low) : next;
}

void around(float x) {
  for (const float y : {x, std::nextafterf(x, INFINITY), std::nextafterf(x, -INFINITY), x * 1.00048828125f,
                        x * 1.001f, x * 1.00390625f}) {
    if (std::isnan(y)) continue;
    if (!same(__half2float(__float2half(y)), as_half(y))) check(false, "half of " + std::to_string(y));
    if (std::isfinite(y) && !same(__bfloat162float(__float2bfloat16(y)), as_bfloat16(y)))
      check(false, "bfloat16 of " + std::to_string(y));
  }
}

}  // namespace

int main() {
  for (unsigned bits = 0; bits < 0x10000u; ++bits) {
    const auto narrow = static_cast<std::uint16_t>(bits);
    const float half = __half2float(__ushort_as_half(narrow));
    const float exact = static_cast<float>(std::bit_cast<_Float16>(narrow));
    if (!same(half, exact) && !(std::isnan(half) && std::isnan(exact))) check(false, std::to_string(bits));
    around(half);
    around(__bfloat162float(__ushort_as_bfloat16(narrow)));
  }
  check(std::isnan(__half2float(__float2half(NAN))) && __bfloat16_as_ushort(__float2bfloat16(NAN)) == 0x7fff);
  check(__half2float(__float2half(65520.0f)) == INFINITY && __half2float(__float2half(65519.0f)) == 65504);
  check(__hadd(__float2bfloat16(1.0f), __float2bfloat16(0.001f)) == __float2bfloat16(1.0f));
}
