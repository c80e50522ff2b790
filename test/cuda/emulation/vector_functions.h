// make_float4 and its kin.
#ifndef NN_EMULATION_VECTOR_FUNCTIONS_H
#define NN_EMULATION_VECTOR_FUNCTIONS_H

#include "vector_types.h"

#define NN_EMULATION_MAKE(name, T)                       \
  constexpr name##1 make_##name##1(T x) {                \
    return {x};                                          \
  }                                                      \
  constexpr name##2 make_##name##2(T x, T y) {           \
    return {x, y};                                       \
  }                                                      \
  constexpr name##3 make_##name##3(T x, T y, T z) {      \
    return {x, y, z};                                    \
  }                                                      \
  constexpr name##4 make_##name##4(T x, T y, T z, T w) { \
    return {x, y, z, w};                                 \
  }

NN_EMULATION_MAKE(char, signed char)
NN_EMULATION_MAKE(uchar, unsigned char)
NN_EMULATION_MAKE(short, short)
NN_EMULATION_MAKE(ushort, unsigned short)
NN_EMULATION_MAKE(int, int)
NN_EMULATION_MAKE(uint, unsigned)
NN_EMULATION_MAKE(longlong, long long)
NN_EMULATION_MAKE(ulonglong, unsigned long long)
NN_EMULATION_MAKE(float, float)
NN_EMULATION_MAKE(double, double)
#undef NN_EMULATION_MAKE

#endif
