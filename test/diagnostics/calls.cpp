// Calls that cannot be entered are refused at the call, and a refusal inside a callee says which calls led to
// it.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <algorithm>
#include <array>
#include <functional>

double elsewhere(double x);

// CHECK: {{^}}[[FILE:.*calls.cpp]]:[[@LINE+2]]:10: error: the body of 'elsewhere' is not visible here; define it in the model file or in a header that it includes, or give its derivative with NN_ADJOINT
NN_DIFF() double no_body(double x) {
  return elsewhere(x);
}

inline double inner(double x) {
  // CHECK: [[FILE]]:[[@LINE+1]]:14: error: exceptions are not supported; check arguments before the call
  if (x > 0) throw x;
  return 0;
}
inline double outer(double x) {
  // CHECK: [[FILE]]:[[@LINE+1]]:10: note: in the call of 'inner' from here
  return inner(x) + 1;
}
NN_DIFF() double nested(double x) {
  // CHECK: [[FILE]]:[[@LINE+1]]:10: note: in the call of 'outer' from here
  return outer(x) * 2;
}

struct Shape {
  virtual double area(double x) const { return x; }
};
// CHECK: [[FILE]]:[[@LINE+2]]:9: error: classes with virtual functions or bases are not supported; use a template
NN_DIFF() double with_virtual(double x) {
  Shape shape;
  return shape.area(x);
}

// CHECK: [[FILE]]:[[@LINE+2]]:37: error: std::function is not supported; pass the function or a lambda to a template
NN_DIFF() double with_std_function(double x) {
  std::function<double(double)> f = inner;
  return f(x);
}

inline double variadic(int n, ...) {
  return n;
}
// CHECK: [[FILE]]:[[@LINE+2]]:10: error: functions with variable arguments in the manner of C are not supported
NN_DIFF() double calls_variadic(double x) {
  return variadic(1, x);
}
