// __half and its conversions.
#ifndef NN_EMULATION_CUDA_FP16_H
#define NN_EMULATION_CUDA_FP16_H

#include "device/narrow_float.h"
#include "vector_types.h"

using __half = nn_emulation_types::NarrowFloat<nn_emulation_types::to_half, nn_emulation_types::from_half>;
using __half2 = nn_emulation_types::NarrowPair<__half>;
using half = __half;
using half2 = __half2;

inline __half __float2half(float x) {
  return x;
}
inline __half __float2half_rn(float x) {
  return x;
}
inline __half __double2half(double x) {
  return __half(x);
}
inline float __half2float(__half x) {
  return x;
}
inline __half2 __floats2half2_rn(float x, float y) {
  return {x, y};
}
inline __half2 __float22half2_rn(float2 v) {
  return {v.x, v.y};
}
inline __half2 __float2half2_rn(float x) {
  return {x, x};
}
inline float2 __half22float2(__half2 v) {
  return {v.x, v.y};
}
inline __half2 __halves2half2(__half x, __half y) {
  return {x, y};
}
inline __half2 make_half2(__half x, __half y) {
  return {x, y};
}
inline float __low2float(__half2 v) {
  return v.x;
}
inline float __high2float(__half2 v) {
  return v.y;
}
inline unsigned short __half_as_ushort(__half x) {
  return x.bits;
}
inline __half __ushort_as_half(unsigned short bits) {
  __half x;
  x.bits = bits;
  return x;
}

inline __half __hadd(__half a, __half b) {
  return a + b;
}
inline __half __hsub(__half a, __half b) {
  return a - b;
}
inline __half __hmul(__half a, __half b) {
  return a * b;
}
inline __half __hdiv(__half a, __half b) {
  return a / b;
}
inline __half __hneg(__half a) {
  return -a;
}

#endif
