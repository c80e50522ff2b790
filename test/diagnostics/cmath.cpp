// Functions of <cmath> that give more than one number, whose derivative is not known, or that compute in long
// double are refused where they are called, with what to write instead.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <cmath>

// CHECK: {{^}}[[FILE:.*cmath.cpp]]:[[@LINE+2]]:10: error: 'nextafter' is not supported; write x, from which it differs by a rounding
NN_DIFF() double beside(double x) {
  return std::nextafter(x, 2.0);
}

// CHECK: [[FILE]]:[[@LINE+2]]:14: error: 'ilogb' is not supported; write int(std::logb(x))
NN_DIFF() double exponent(double x) {
  return x * std::ilogb(x);
}

// CHECK: [[FILE]]:[[@LINE+2]]:10: error: 'std::riemann_zeta' is not supported; pass its value as a parameter
NN_DIFF() double zeta(double x) {
  return std::riemann_zeta(x);
}

// CHECK: [[FILE]]:[[@LINE+2]]:10: error: 'j0' is not supported; pass its value as a parameter
NN_DIFF() double bessel(double x) {
  return ::j0(x);
}

// CHECK: [[FILE]]:[[@LINE+2]]:{{[0-9]+}}: error: {{.*}}long double
NN_DIFF() double wide(double x) {
  return static_cast<double>(::sinl(x));
}

// CHECK: [[FILE]]:[[@LINE+2]]:{{[0-9]+}}: error: {{.*}}long double
NN_DIFF() double wide_overload(double x) {
  return std::sin(static_cast<long double>(x));
}
