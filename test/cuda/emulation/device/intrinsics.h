// Bits, conversions and cached loads that device code names by intrinsics.
#ifndef NN_EMULATION_DEVICE_INTRINSICS_H
#define NN_EMULATION_DEVICE_INTRINSICS_H

#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>

inline int __float_as_int(float x) {
  return std::bit_cast<int>(x);
}
inline unsigned __float_as_uint(float x) {
  return std::bit_cast<unsigned>(x);
}
inline float __int_as_float(int x) {
  return std::bit_cast<float>(x);
}
inline float __uint_as_float(unsigned x) {
  return std::bit_cast<float>(x);
}
inline long long __double_as_longlong(double x) {
  return std::bit_cast<long long>(x);
}
inline double __longlong_as_double(long long x) {
  return std::bit_cast<double>(x);
}

inline int __popc(unsigned x) {
  return std::popcount(x);
}
inline int __popcll(unsigned long long x) {
  return std::popcount(x);
}
inline int __clz(int x) {
  return std::countl_zero(static_cast<unsigned>(x));
}
inline int __clzll(long long x) {
  return std::countl_zero(static_cast<unsigned long long>(x));
}
inline int __ffs(int x) {
  return __builtin_ffs(x);
}
inline int __ffsll(long long x) {
  return __builtin_ffsll(x);
}
inline unsigned __brev(unsigned x) {
  unsigned reversed = 0;
  for (int bit = 0; bit < 32; ++bit) reversed |= (x >> bit & 1u) << (31 - bit);
  return reversed;
}
inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift) {
  return static_cast<unsigned>(((static_cast<std::uint64_t>(high) << 32 | low) << (shift & 31)) >> 32);
}
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
  return static_cast<unsigned>((static_cast<std::uint64_t>(high) << 32 | low) >> (shift & 31));
}

inline unsigned __umulhi(unsigned a, unsigned b) {
  return static_cast<unsigned>(static_cast<std::uint64_t>(a) * b >> 32);
}
inline int __mulhi(int a, int b) {
  return static_cast<int>(static_cast<std::int64_t>(a) * b >> 32);
}
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<unsigned long long>(static_cast<Wide>(a) * b >> 64);
}

inline int __float2int_rn(float x) {
  return static_cast<int>(std::nearbyint(x));
}
inline int __float2int_rz(float x) {
  return static_cast<int>(x);
}
inline int __float2int_rd(float x) {
  return static_cast<int>(std::floor(x));
}
inline int __float2int_ru(float x) {
  return static_cast<int>(std::ceil(x));
}
inline unsigned __float2uint_rz(float x) {
  return static_cast<unsigned>(x);
}
inline float __int2float_rn(int x) {
  return static_cast<float>(x);
}
inline float __uint2float_rn(unsigned x) {
  return static_cast<float>(x);
}
inline float __ll2float_rn(long long x) {
  return static_cast<float>(x);
}
inline float __double2float_rn(double x) {
  return static_cast<float>(x);
}
inline double __int2double_rn(int x) {
  return x;
}
inline double __uint2double_rn(unsigned x) {
  return x;
}
inline double __ll2double_rn(long long x) {
  return static_cast<double>(x);
}

// Loads and stores with hints for the caches are loads and stores.
#define NN_EMULATION_LOAD(name) \
  template <class T>            \
  T name(const T* address) {    \
    return *address;            \
  }
#define NN_EMULATION_STORE(name)   \
  template <class T>               \
  void name(T* address, T value) { \
    *address = value;              \
  }
NN_EMULATION_LOAD(__ldg)
NN_EMULATION_LOAD(__ldca)
NN_EMULATION_LOAD(__ldcg)
NN_EMULATION_LOAD(__ldcs)
NN_EMULATION_LOAD(__ldlu)
NN_EMULATION_LOAD(__ldcv)
NN_EMULATION_STORE(__stwb)
NN_EMULATION_STORE(__stcg)
NN_EMULATION_STORE(__stcs)
NN_EMULATION_STORE(__stwt)
#undef NN_EMULATION_LOAD
#undef NN_EMULATION_STORE

inline long long clock64() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}
[[noreturn]] inline void __trap() {
  std::abort();
}

#endif
