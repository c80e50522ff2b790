// Plain loops over the functions of nn::math become vector code: no call and no scalar arithmetic is left in
// them.
// RUN: %cxx -O3 -mavx2 -mfma -fno-trapping-math -g0 -S %s -o - | FileCheck %s
// RUN: %clang14 -O3 -mavx2 -mfma -fno-trapping-math -g0 -S %s -o - | FileCheck %s
// RUN: %clang19 -O3 -mavx2 -mfma -fno-trapping-math -g0 -S %s -o - | FileCheck %s
#include "nn/math.h"

// Whole vectors only: the compiler needs no scalar rest.
#define LOOP(T, name)                                                  \
  extern "C" void name##_##T(const T* __restrict x, T* __restrict y) { \
    for (int i = 0; i < 1024; ++i) y[i] = nn::math::name(x[i]);        \
  }
#define LOOPS(name) LOOP(float, name) LOOP(double, name)

// CHECK-NOT: {{[[:space:]]call}}
// CHECK-NOT: {{(mul|add|fmadd[0-9]*)s[sd]}}
// CHECK: vfmadd{{[0-9]*}}p{{[sd]}}
// CHECK-NOT: {{[[:space:]]call}}
// CHECK-NOT: {{(mul|add|fmadd[0-9]*)s[sd]}}
LOOPS(exp)
LOOPS(expm1)
LOOPS(log)
LOOPS(log1p)
LOOPS(tanh)
LOOPS(erf)
LOOPS(sigmoid)
LOOPS(softplus)
