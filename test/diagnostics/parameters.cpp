// Parameters that a gradient cannot be made for are refused, each with its path and what to use instead.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <span>
#include <vector>

// CHECK: {{^}}[[FILE:.*parameters.cpp]]:[[@LINE+1]]:41: error: NN_DIFF names 'n', which holds no floating-point value
NN_DIFF(n) double integer(double x, int n) {
  return x * n;
}

// CHECK: [[FILE]]:[[@LINE+1]]:18: error: 'nothing' has no floating-point parameter to differentiate with respect to
NN_DIFF() double nothing(int n) {
  return n;
}

struct Hidden {
  double shown = 0;

 private:
  double secret = 0;
};
// CHECK: [[FILE]]:[[@LINE+1]]:39: error: 'h.secret' is not public; the members of a parameter must be
NN_DIFF() double hidden(const Hidden& h) {
  return h.shown;
}

struct Virtual {
  virtual double f() const { return 0; }
};
// CHECK: [[FILE]]:[[@LINE+1]]:45: error: 'v' cannot be a parameter: classes with virtual functions or bases are not supported
NN_DIFF() double polymorphic(const Virtual& v) {
  return v.f();
}

struct Pointing {
  double* p;
};
struct Fixed {
  const double x = 1;
};
// CHECK: [[FILE]]:[[@LINE+1]]:37: error: 'f.x' is const, so its gradient could not be written; remove const
NN_DIFF() double fixed(const Fixed& f) {
  return f.x;
}

struct NoDefault {
  explicit NoDefault(double v) : x(v) {}
  double x;
};
// CHECK: [[FILE]]:[[@LINE+1]]:46: error: 'n' of type 'NoDefault' needs a default constructor, since its gradient has the same type
NN_DIFF() double no_default(const NoDefault& n) {
  return n.x;
}

// CHECK: [[FILE]]:[[@LINE+1]]:32: error: a differentiated parameter needs a name
NN_DIFF() double unnamed(double) {
  return 1;
}

struct Bits {
  int a : 3;
};
// CHECK: [[FILE]]:[[@LINE+1]]:45: error: 'b' cannot be a parameter: objects of type 'Bits' are not supported: the member 'a' is a bit-field
NN_DIFF(x) double bits(double x, const Bits b) {
  return x;
}

struct Pair {
  double a = 0, b = 0;
};
struct Lender {
  std::span<const Pair> pairs;
};
// CHECK: [[FILE]]:[[@LINE+1]]:45: error: 'l.pairs' is a span of const structs, so its gradient could not be written; remove const
NN_DIFF() double const_structs(const Lender l) {
  return l.pairs[0].a;
}

// CHECK: [[FILE]]:[[@LINE+1]]:55: error: 'h[].secret' is not public; the members of a parameter must be
NN_DIFF() double hidden_in_vector(std::vector<Hidden> h) {
  return h[0].shown;
}

// CHECK: [[FILE]]:[[@LINE+1]]:65: error: 'x' holds elements of type 'std::vector<double>', which is not supported; use numbers, or arrays and structs of numbers
NN_DIFF() double ragged(const std::vector<std::vector<double>>& x) {
  return x[0][0];
}
