// Functions annotated in an included header belong to that header's own run of nn-diff.
// RUN: split-file %s %t
// RUN: not nn-diff %t/outer.cpp -o %t/out 2>&1 | FileCheck %s
// CHECK: outer.cpp:1:1: error: no function is marked for differentiation
// CHECK: inner.h:2:18: note: 'inner' is marked, but in an included file; run nn-diff on that file
// CHECK: other.inc:1:18: note: 'other' is marked, but in an included file
// CHECK-NOT: note

//--- inner.h
#include <nn/nn.h>
NN_DIFF() double inner(double x) {
  return x * x;
}

NN_DIFF() double inner_too(double x) {
  return x;
}

//--- other.inc
NN_DIFF() double other(double x) {
  return x;
}

//--- outer.cpp
#include "inner.h"
#include "other.inc"
inline double outer(double x) {
  return inner(x);
}
