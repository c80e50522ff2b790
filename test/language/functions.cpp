// Functions: helpers, templates, lambdas, functors, methods, references that are changed, inheritance.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- helpers.h
#ifndef HELPERS_H
#define HELPERS_H
#include <cmath>

inline double soft(double x, double sharpness = 2) {
  if (x > 4) return x;
  return std::log(1 + std::exp(sharpness * x)) / sharpness;
}
inline void advance(double& x, double& v, double dt) {
  v -= x * dt;
  x += v * dt;
}
template <int n>
double power(double x) {
  if constexpr (n == 0)
    return 1;
  else
    return x * power<n - 1>(x);
}
template <class... T>
double total(const T&... x) {
  return (x + ...);
}
template <class T>
T larger(T a, T b) {
  return a < b ? b : a;
}
#endif
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <functional>

#include "helpers.h"

NN_DIFF()
double helper_with_default(double a, double b) {
  return soft(a) * soft(b, 3) + soft(a + 5);
}
NN_DIFF()
double reference_parameters(double x, double v, int n) {
  double energy = 0;
  for (int i = 0; i < n; ++i) {
    advance(x, v, 0.1);
    energy += x * x + v * v;
  }
  return energy;
}
NN_DIFF()
double recursive_template(double a) {
  return power<5>(a) - power<2>(a) * power<0>(a);
}
NN_DIFF()
double variadic(double a, double b) {
  return total(a, b, a * b, 1) * larger(a, b) * larger<double>(1, b);
}
NN_DIFF()
double lambda_by_value(double a, double b) {
  double c = a * b;
  const auto f = [c, k = 2.0](double x) { return k * x * c; };
  c = 100;
  return f(a) + f(b);
}
NN_DIFF()
double lambda_by_reference(const double* x, int n) {
  double sum = 0, largest = -10;
  const auto note = [&](double v) {
    sum += v * v;
    if (v > largest) largest = v;
    return sum;
  };
  double s = 0;
  for (int i = 0; i < n; ++i) s += note(x[i]);
  return s * largest;
}
NN_DIFF()
double mutable_lambda(double a, int n) {
  auto next = [state = a, calls = 0]() mutable {
    state = std::sin(state) + 0.1 * ++calls;
    return state;
  };
  double s = 0;
  for (int i = 0; i < n; ++i) s += next();
  auto copy = next;
  return s * next() + copy();
}
template <class F>
double integrate(const F& f, double from, double to, int steps) {
  const double h = (to - from) / steps;
  double s = 0.5 * (f(from) + f(to));
  for (int i = 1; i < steps; ++i) s += f(from + i * h);
  return s * h;
}
NN_DIFF()
double lambda_passed(double a, double b) {
  return integrate([&](double t) { return std::exp(-a * t * t); }, 0, b, 8) +
         integrate([](auto t) { return t * t; }, a, 1.0, 3);
}
struct Polynomial {
  double c[3];
  double operator()(double x) const { return (c[2] * x + c[1]) * x + c[0]; }
  Polynomial derivative() const { return {{c[1], 2 * c[2], 0}}; }
};
NN_DIFF()
double functor(double a, double b) {
  const Polynomial p{{a, b, a * b}};
  double x = 0.5;
  for (int i = 0; i < 3; ++i) x -= p(x) / (2 + p.derivative()(x) * p.derivative()(x));
  return x;
}
struct Shape {
  double scale = 1;
  double scaled(double x) const { return scale * x; }
};
struct Circle : Shape {
  double radius;
  Circle(double r, double s) : Shape{s}, radius(r) {}
  double area() const { return 3 * scaled(radius) * radius; }
};
NN_DIFF()
double inherited(double r, double s) {
  Circle c(r, s);
  Shape& base = c;
  base.scale *= 1.5;
  return c.area() + base.scaled(r);
}
inline double twice(double x) {
  return 2 * x * x;
}
inline double thrice(double x) {
  return 3 * x;
}
NN_DIFF()
double function_pointer(double a) {
  double (*f)(double) = &twice;
  double s = f(a);
  f = thrice;
  return s * f(a);
}
namespace deep {
inline double inner(double x) {
  return x * x + 1;
}
inline double outer(double x) {
  double s = 0;
  for (int i = 0; i < 2; ++i) {
    if (x > i) s += inner(x - i);
    if (s > 6) return s * x;
  }
  return s;
}
}  // namespace deep
NN_DIFF()
double nested_calls(double a, double b) {
  return deep::outer(a) * deep::inner(deep::outer(b));
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

int main() {
  const Pointer x = {0.4, -0.7, 0.9, 0.2};
  for (double a : {0.7, 1.3, 2.9}) {
    for (double b : {-0.4, 0.8}) {
      verify(helper_with_default, a, b);
      verify(variadic, a, b);
      verify(lambda_by_value, a, b);
      verify(lambda_passed, a, b);
      verify(functor, a, b);
      verify(inherited, a, b);
      verify(nested_calls, a, b);
    }
    verify(recursive_template, a);
    verify(function_pointer, a);
  }
  for (int n : {0, 1, 4}) {
    verify(reference_parameters, 0.3, 0.5, n);
    verify(lambda_by_reference, x, n);
    verify(mutable_lambda, 0.3, n);
  }
}
