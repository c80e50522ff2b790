// NN_DIFF stands before plain functions and names their floating-point parameters; anything else is refused.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

// CHECK: {{^}}[[FILE:.*annotations.cpp]]:[[@LINE+1]]:19: error: NN_DIFF names 'y', but 'wrong_name' has no parameter of that name
NN_DIFF(y) double wrong_name(double x) {
  return x;
}

// CHECK: [[FILE]]:[[@LINE+1]]:22: error: NN_DIFF names 'x' twice
NN_DIFF(x, x) double twice(double x) {
  return x;
}

// CHECK: [[FILE]]:[[@LINE+3]]:3: error: a template cannot be differentiated; write NN_DIFF before a function that calls it
template <class T>
NN_DIFF()
T generic(T x) {
  return x;
}

// CHECK: [[FILE]]:[[@LINE+1]]:18: error: 'overloaded' is overloaded; a differentiated function needs a name of its own
NN_DIFF() double overloaded(double x) {
  return x;
}
inline double overloaded(float x) {
  return x;
}

struct Layer {
  // CHECK: [[FILE]]:[[@LINE+1]]:20: error: 'apply' is a member; NN_DIFF needs a function at namespace scope
  NN_DIFF() double apply(double x) { return x; }
};

// CHECK: [[FILE]]:[[@LINE+1]]:18: error: the body of 'declared_only' is not visible; define the function in the model file
NN_DIFF() double declared_only(double x);

// CHECK: [[FILE]]:[[@LINE+1]]:15: error: 'integer_result' returns 'int'; a result is float, double or a floating-point nn::Tensor
NN_DIFF() int integer_result(double x) {
  return 1;
}

// CHECK: [[FILE]]:[[@LINE+1]]:16: error: 'no_result' returns nothing, and derivatives are of what a function returns; call it in a marked one that returns what the derivative is wanted of: a float, a double or a floating-point nn::Tensor
NN_DIFF() void no_result(const double* x, double* y) {
  y[0] = x[0];
}

// CHECK: [[FILE]]:[[@LINE+1]]:16: error: 'lazy_result' returns an expression that is not evaluated yet; declare the result as nn::Tensor
NN_DIFF() auto lazy_result(const nn::Tensor<float, 3>& x) {
  return x + x;
}

// CHECK: [[FILE]]:[[@LINE+1]]:18: error: an operator cannot be differentiated; give the function a name
NN_DIFF() double operator+(Layer, double x) {
  return x;
}

// CHECK: [[FILE]]:[[@LINE+1]]:36: error: there is no mode 'hessean'; NN_MODES takes jvp, hvp, jacobian and hessian
NN_DIFF() NN_MODES(hessean) double with_mode(double x) {
  return x;
}

// CHECK: [[FILE]]:[[@LINE+1]]:{{[0-9]+}}: error: NN_MODES stands beside NN_DIFF, which is missing here
NN_MODES(vjp) inline double mode_only(double x) {
  return x;
}

// CHECK: [[FILE]]:[[@LINE+1]]:11: error: NN_DIFF makes 'inline_twice' inline, and g++ refuses the word twice; remove this one
NN_DIFF() inline double inline_twice(double x) {
  return x;
}
