// Statements that cannot be lifted are refused where they stand, with what to write instead.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <array>

// CHECK: {{^}}[[FILE:.*statements.cpp]]:[[@LINE+2]]:1: error: 'goto' and labels are not supported
NN_DIFF() double with_goto(double x) {
again:
  x *= 2;
  goto again;
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: exceptions are not supported
NN_DIFF() double with_try(double x) {
  try {
    x *= 2;
  } catch (...) {
  }
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: exceptions are not supported; check arguments before the call
NN_DIFF() double with_throw(double x) {
  throw 1;
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: 'asm' is not supported
NN_DIFF() double with_asm(double x) {
  asm("");
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:19: error: volatile variables are not supported
NN_DIFF() double with_volatile(double x) {
  volatile double y = x;
  return y;
}

// CHECK: [[FILE]]:[[@LINE+3]]:1: error: the function ends without returning a value
NN_DIFF() double without_return(double x) {
  x *= 2;
}

// CHECK: [[FILE]]:[[@LINE+3]]:10: error: this variable is used before anything was assigned to it
NN_DIFF() double uninitialised(double x) {
  double y;
  return y * x;
}
