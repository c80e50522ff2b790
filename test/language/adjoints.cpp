// Functions whose derivative the user gives: bodies that cannot be looked into, or stand elsewhere.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <cmath>
#include <stdexcept>

inline constexpr nn::Dim N{"N"};

// x³ + x = a, solved by bisection, which has no useful derivative.
inline double root(double a) {
  if (!std::isfinite(a)) throw std::domain_error("no root");
  double low = -1e3, high = 1e3;
again:
  const double middle = (low + high) / 2;
  (middle * middle * middle + middle < a ? low : high) = middle;
  if (high - low > 1e-15 * (1 + std::abs(middle))) {
    if (middle != low || middle != high) {
      if (const double next = (low + high) / 2; next != low && next != high) goto again;
    }
  }
  return middle;
}
NN_ADJOINT(root)
inline void root_adjoint(double result, double d_result, double& d_a) {
  d_a = d_result / (3 * result * result + 1);
}
NN_DIFF()
double adjoint_of_number(double a, double b) {
  return root(a * b) * std::exp(-root(a) * root(a));
}

// Only declared here: a function of several kinds of arguments.
double elsewhere(double x, int n, bool flip, const float& y, long long k);
NN_ADJOINT(elsewhere)
void elsewhere_adjoint(float& d_y, double d_result, double& d_x, int n, double x, bool flip, float y);
NN_DIFF()
double adjoint_declared(double x, int n) {
  return elsewhere(x * x, n + 1, n > 2, 0.5f, n) + elsewhere(x, 2, false, 0.25f, 3LL * n);
}

// In loops and branches: what the adjoint asks for is kept round by round.
NN_DIFF()
double adjoint_in_loop(const double* x, int n) {
  double s = 0.3;
  for (int i = 0; i < n; ++i) {
    if (x[i] < 0) {
      s = s * root(x[i]) + root(s);
    } else {
      double t = s;
      while (t > 1) t = root(t) - 0.25;
      s += t * x[i];
    }
  }
  return s;
}

// Tensors of static and of named sizes, as arguments and as results.
inline nn::Tensor<double, 3> normalised(const nn::Tensor<double, 3>& v, double eps) {
  double length = eps;
  for (int i = 0; i < 3; ++i) length = std::hypot(length, v(i));
  nn::Tensor<double, 3> out;
  for (int i = 0; i < 3; ++i) out(i) = v(i) / length;
  return out;
}
NN_ADJOINT(normalised)
inline void normalised_adjoint(const nn::Tensor<double, 3>& v, double eps,
                               const nn::Tensor<double, 3>& result, const nn::Tensor<double, 3>& d_result,
                               nn::Tensor<double, 3>& d_v, double& d_eps) {
  double square = eps * eps, along = 0;
  for (int i = 0; i < 3; ++i) square += v(i) * v(i), along += result(i) * d_result(i);
  const double length = std::sqrt(square);
  for (int i = 0; i < 3; ++i) d_v(i) = (d_result(i) - result(i) * along) / length;
  d_eps = -along * eps / square;
}
NN_DIFF()
double adjoint_of_tensor(double a, double b, double c) {
  nn::Tensor<double, 3> v;
  v(0) = a, v(1) = b, v(2) = c;
  nn::Tensor<double, 3> u = normalised(v, 0.1 + a * a);
  v(1) = 5;  // too late to matter
  const double first = u(0) * b;
  u(0) = c;
  return first + nn::sum(nn::exp(u) * v) + nn::sum(normalised(u + v, 1));
}
NN_DIFF()
double adjoint_of_tensor_in_loop(double a, double b, int n) {
  nn::Tensor<double, 3> v;
  v(0) = a, v(1) = b, v(2) = a * b;
  for (int i = 0; i < n; ++i) v = normalised(nn::sin(v) + b, a) * 2.0;
  return v(0) + 2 * v(1) + 3 * v(2);
}

// The functions of one name are told apart by their adjoints' parameters.
namespace special {
inline double half(double x) {
  return x / 2;
}
inline float half(float x) {
  return x / 2;
}
NN_ADJOINT(half)
inline void half_adjoint(double d_result, double& d_x) {
  d_x = d_result / 2;
}
NN_ADJOINT(half)
inline void half_adjoint(float d_result, float& d_x) {
  d_x = d_result / 2;
}
}  // namespace special
NN_DIFF()
double adjoint_of_overloaded(double x) {
  return special::half(std::sin(x)) * static_cast<double>(special::half(3.0f));
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

double elsewhere(double x, int n, bool flip, const float& y, long long k) {
  return (flip ? -1 : 1) * std::pow(x, n) * y + static_cast<double>(k);
}
void elsewhere_adjoint(float& d_y, double d_result, double& d_x, int n, double x, bool flip, float y) {
  const double sign = flip ? -1 : 1;
  d_x = d_result * sign * n * std::pow(x, n - 1) * y;
  d_y = static_cast<float>(d_result * sign * std::pow(x, n));
}

int main() {
  verify(adjoint_of_number, 0.7, 1.9);
  verify(adjoint_declared, 1.25, 1);
  verify(adjoint_declared, 0.75, 3);
  for (const Pointer& x : {Pointer{0.7, -0.4, 3.5, 1.2, -2.0, 5.5}, Pointer{-0.3}})
    verify(adjoint_in_loop, x, static_cast<int>(x.v.size()));
  verify(adjoint_of_tensor, 0.4, 1.2, -0.6);
  for (int n : {0, 1, 4}) verify(adjoint_of_tensor_in_loop, 0.6, 0.9, n);
  verify(adjoint_of_overloaded, 0.4);
}
