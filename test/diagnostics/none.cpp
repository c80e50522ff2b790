// A file without an annotated function is refused.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
// CHECK: none.cpp:1:1: error: no function is marked for differentiation; write NN_DIFF(parameters) before one
#include <nn/nn.h>

inline double f(double x) {
  return x;
}
