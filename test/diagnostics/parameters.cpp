// Parameters that a gradient cannot be made for are refused, each with its path and what to use instead.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <vector>

// CHECK: {{^}}[[FILE:.*parameters.cpp]]:[[@LINE+1]]:41: error: NN_DIFF names 'n', which holds no floating-point value
NN_DIFF(n) double integer(double x, int n) {
  return x * n;
}

// CHECK: [[FILE]]:[[@LINE+1]]:18: error: 'nothing' has no floating-point parameter to differentiate with respect to
NN_DIFF() double nothing(int n) {
  return n;
}

// CHECK: [[FILE]]:[[@LINE+1]]:34: error: 'x' is a pointer, which is not supported yet; take an nn::Tensor
NN_DIFF() double pointer(double* x) {
  return *x;
}

// CHECK: [[FILE]]:[[@LINE+1]]:36: error: 'x' can be changed by the function; take it by value or by const reference
NN_DIFF() double reference(double& x) {
  return x;
}

// CHECK: [[FILE]]:[[@LINE+1]]:35: error: 'n' has the type 'unsigned int', which is not supported; use float, double, int, std::int64_t or bool
NN_DIFF() double type_of(unsigned n, double x) {
  return x;
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
// CHECK: [[FILE]]:[[@LINE+1]]:43: error: 'p' cannot be a parameter: objects of type 'Pointing' are not supported: the member 'p' is a pointer
NN_DIFF() double pointing(const Pointing& p) {
  return *p.p;
}

// CHECK: [[FILE]]:[[@LINE+1]]:49: error: 'v' cannot be a parameter: std::vector is not supported
NN_DIFF() double vec(const std::vector<double>& v) {
  return v[0];
}

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
