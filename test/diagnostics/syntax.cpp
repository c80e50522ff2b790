// Syntax errors are Clang's own.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

NN_DIFF() double f(double x) {
  // CHECK: syntax.cpp:[[@LINE+1]]:15: error: expected ';' after return statement
  return x * x
}
