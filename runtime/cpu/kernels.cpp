// Chooses the kernels for the processor that the program runs on. NN_KERNELS, if it is defined, chooses
// instead: so can kernels be tested on a processor that has better ones.
#include "kernels.h"

namespace nn::rt {

#if defined(NN_KERNELS)

template <>
const Kernels<float>& kernels<float>() {
  return NN_KERNELS::kernels_float;
}

template <>
const Kernels<double>& kernels<double>() {
  return NN_KERNELS::kernels_double;
}

#else

namespace {

#if defined(__x86_64__)
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
}
bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

}  // namespace

template <>
const Kernels<float>& kernels<float>() {
#if defined(__x86_64__)
  if (has_avx512()) return avx512::kernels_float;
  if (has_avx2()) return avx2::kernels_float;
#endif
  return baseline::kernels_float;
}

template <>
const Kernels<double>& kernels<double>() {
#if defined(__x86_64__)
  if (has_avx512()) return avx512::kernels_double;
  if (has_avx2()) return avx2::kernels_double;
#endif
  return baseline::kernels_double;
}

#endif  // NN_KERNELS

}  // namespace nn::rt
