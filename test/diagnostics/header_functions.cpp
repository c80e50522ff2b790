// Functions annotated in an included header belong to that header's own run of nn-diff.
// RUN: split-file %s %t
// RUN: not nn-diff %t/outer.cpp -o %t/out 2>&1 | FileCheck %s
// CHECK: outer.cpp:1:1: error: no function is marked for differentiation

//--- inner.h
#include <nn/nn.h>
NN_DIFF() double inner(double x) {
  return x * x;
}

//--- outer.cpp
#include "inner.h"
inline double outer(double x) {
  return inner(x);
}
