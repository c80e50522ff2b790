// What cannot be had in a mode, or differentiated inside of a function, is refused at its place.
// RUN: split-file %s %t && not nn-diff %t/names.cpp --emit=cpp 2>&1 | FileCheck %t/names.cpp
// RUN: not nn-diff %t/rows.cpp --emit=cpp 2>&1 | FileCheck %t/rows.cpp
// RUN: not nn-diff %t/pairs.cpp --emit=cpp 2>&1 | FileCheck %t/pairs.cpp
// RUN: not nn-diff %t/forward.cpp --emit=cpp 2>&1 | FileCheck %t/forward.cpp
//--- names.cpp
#ifndef NAMES_CPP
#define NAMES_CPP
#include <nn/nn.h>

// CHECK: :[[@LINE+1]]:{{[0-9]+}}: error: there is no mode 'jvq'; NN_MODES takes jvp, hvp, jacobian and hessian, and value_and_grad, grad and vjp are always there
NN_DIFF() NN_MODES(jvq, vjp) double misspelt(double x) {
  return x;
}

// CHECK: :[[@LINE+1]]:{{[0-9]+}}: error: 'hvp' is of functions whose result is a number, and 'rows' returns
NN_DIFF() NN_MODES(hvp) nn::Tensor<double, 3> rows(const nn::Tensor<double, 3>& x) {
  return x;
}
#endif
//--- rows.cpp
#ifndef ROWS_CPP
#define ROWS_CPP
#include <nn/nn.h>

// CHECK: :[[@LINE+1]]:{{[0-9]+}}: error: there is no jacobian of 'behind': 'x' is a pointer; take an nn::Tensor, an array or a std::vector
NN_DIFF() NN_MODES(jacobian) double behind(const double* x) {
  return x[0];
}
#endif
//--- pairs.cpp
#ifndef PAIRS_CPP
#define PAIRS_CPP
#include <nn/nn.h>

#include <vector>

struct Pair {
  double a = 0, b = 0;
};
// CHECK: :[[@LINE+1]]:{{[0-9]+}}: error: there is no hessian of 'pairs': 'x' holds structs or arrays; take an nn::Tensor, an array or a std::vector of numbers
NN_DIFF() NN_MODES(hessian) double pairs(const std::vector<Pair>& x) {
  return x[0].a;
}
#endif
//--- forward.cpp
#ifndef FORWARD_CPP
#define FORWARD_CPP
#include <nn/derivative.h>
#include <nn/nn.h>

inline double unmarked(double x) {
  return x * x;
}
// CHECK: :[[@LINE+2]]:{{[0-9]+}}: error: 'unmarked' is not marked for differentiation; write NN_DIFF before it
NN_DIFF() double first(double x) {
  return nn::partial<&unmarked>(x);
}
NN_DIFF() double pointer(const double* x) {
  return x[0];
}
NN_DIFF(x) double one(double x, double y) {
  return x * y;
}
// CHECK: :[[@LINE+2]]:{{[0-9]+}}: error: 'one' is not differentiated with respect to 'y'; name it in its NN_DIFF
NN_DIFF() double second(double x) {
  return nn::partial<&one, 1>(x, x);
}
// CHECK: :[[@LINE+2]]:{{[0-9]+}}: error: 'endless' takes the derivative of itself, which has no end
NN_DIFF() double endless(double x) {
  return nn::partial<&endless>(x);
}
#endif
