// Calls that cannot be entered are refused at the call, and a refusal inside a callee says which calls led to
// it.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <algorithm>
#include <array>
#include <functional>

double elsewhere(double x);

// CHECK: {{^}}[[FILE:.*calls.cpp]]:[[@LINE+2]]:10: error: the body of 'elsewhere' is not visible here; define it in the model file or in a header that it includes
NN_DIFF() double no_body(double x) {
  return elsewhere(x);
}

// CHECK: [[FILE]]:[[@LINE+5]]:14: error: 'factorial' calls itself; recursion is not supported yet
// CHECK: [[FILE]]:[[@LINE+7]]:14: note: in the call of 'factorial' from here
// CHECK-NEXT: return x * factorial(x);
// CHECK-NEXT: ^
inline double factorial(double x) {
  return x * factorial(x - 1);
}
NN_DIFF() double recursive(double x) {
  return x * factorial(x);
}

inline double inner(double x) {
  // CHECK: [[FILE]]:[[@LINE+1]]:9: error: an 'if' that depends on values known only at run time
  if (x > 0) return x;
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

// CHECK: [[FILE]]:[[@LINE+2]]:37: error: objects of type 'std::function<double (double)>' are not supported
NN_DIFF() double with_std_function(double x) {
  std::function<double(double)> f = inner;
  return f(x);
}

// CHECK: [[FILE]]:[[@LINE+2]]:14: error: taking an address is not supported; use a reference
NN_DIFF() double with_function_reference(double x) {
  auto& f = *&inner;
  return f(x);
}

// CHECK: [[FILE]]:[[@LINE+3]]:12: error: mutable lambdas are not supported; pass what changes
NN_DIFF() double with_mutable_lambda(double x) {
  double y = x;
  auto f = [y]() mutable { return y *= 2; };
  return f();
}

inline double variadic(int n, ...) {
  return n;
}
// CHECK: [[FILE]]:[[@LINE+2]]:10: error: functions with variable arguments in the manner of C are not supported
NN_DIFF() double calls_variadic(double x) {
  return variadic(1, x);
}

// CHECK: [[FILE]]:[[@LINE+3]]:15: error: cannot look into 'std::array<double, 2>::begin': an array as a pointer is not supported
NN_DIFF() double with_algorithm(double x) {
  std::array<double, 2> y{x, 1};
  std::sort(y.begin(), y.end());
  return y[0];
}

// CHECK: [[FILE]]:[[@LINE+2]]:10: error: the body of 'lgamma' is not visible here
NN_DIFF() double with_lgamma(double x) {
  return lgamma(x);
}
