// Expressions that cannot be lifted are refused where they stand, with what to write instead.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <array>
#include <functional>
#include <vector>

inline constexpr nn::Dim N{"N"};

inline double counter = 0;

// CHECK: {{^}}[[FILE:.*expressions.cpp]]:[[@LINE+2]]:14: error: the variable 'counter' can change outside of the function; pass it as a parameter, or make it constexpr
NN_DIFF() double reads_global(double x) {
  return x * counter;
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: the variable 'counter' can change outside of the function
NN_DIFF() double writes_global(double x) {
  counter = x;
  return x;
}

// CHECK: [[FILE]]:[[@LINE+3]]:5: error: the variable 'calls' can change outside of the function
NN_DIFF() double with_static(double x) {
  static int calls = 0;
  ++calls;
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:10: error: 'reinterpret_cast' is not supported
NN_DIFF() double with_reinterpret_cast(double x) {
  return reinterpret_cast<const double&>(x);
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: 'const_cast' is not supported
NN_DIFF() double with_const_cast(const double& x) {
  const_cast<double&>(x) = 2;
  return x;
}

// CHECK: [[FILE]]:[[@LINE+3]]:14: error: an operand that changes what another one uses is not supported, because the order of evaluation is open; do it in a statement of its own
NN_DIFF() double unsequenced(double x) {
  double y = 1;
  return x + (y = 2 * x) * y;
}

// CHECK: [[FILE]]:[[@LINE+4]]:14: error: an operand that changes what another one uses is not supported, because the order of evaluation is open; do it in a statement of its own
NN_DIFF() double unsequenced_arguments(double x) {
  const auto change = [](double& v) { return v *= 2; };
  const auto add = [](double a, double b) { return a + b; };
  return add(change(x), x);
}

// CHECK: [[FILE]]:[[@LINE+3]]:17: error: index 2 is out of range for an array of 2
NN_DIFF() double out_of_range(double x) {
  std::array<double, 2> y{x, x};
  return y[0] * y[2];
}

// CHECK: [[FILE]]:[[@LINE+2]]:15: error: 'typeid' is not supported
NN_DIFF() double with_typeid(double x) {
  return x * (typeid(x) == typeid(double));
}

// CHECK: [[FILE]]:[[@LINE+6]]:8: error: unions are not supported; use a struct
NN_DIFF() double with_union(double x) {
  union Both {
    double d;
    float f;
  };
  Both both;
  both.d = x;
  return both.d;
}

// CHECK: [[FILE]]:[[@LINE+3]]:17: error: division by zero
NN_DIFF() double divides_by_zero(double x) {
  const int n = 0;
  return x * (1 / n);
}

// CHECK: [[FILE]]:[[@LINE+5]]:11: error: writing to what a parameter refers to is not supported
struct Cell {
  mutable double value;
};
NN_DIFF() double through_mutable(const Cell& c) {
  c.value *= 2;
  return c.value;
}

inline double released = 0;
struct Guard {
  ~Guard() { released += 1; }
};
// CHECK: [[FILE]]:[[@LINE+2]]:9: error: objects of type 'Guard' are not supported: it has a destructor of its own
NN_DIFF() double with_destructor(double x) {
  Guard guard;
  return x;
}
