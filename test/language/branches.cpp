// Branches: if, switch, conditional values and lvalues, conditions with effects, leaving early.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <cassert>
#include <cmath>

NN_DIFF()
double if_else(double a, double b) {
  double y;
  if (a > b)
    y = a * a;
  else if (a > 0)
    y = std::sin(b);
  else
    y = a * b;
  return y;
}
NN_DIFF()
double if_alone(double a, double b) {
  double y = a * b;
  if (b < 0.5) y += b * b;
  if (y > 0) return y * a;
  y -= 1;
  return y * y;
}
NN_DIFF()
double if_with_initialiser(double a) {
  double y = a;
  if (const double t = a * a; t > 0.2) y += t;
  if (double t = std::floor(a)) y *= t;
  return y;
}
NN_DIFF()
double dead_arm_with_nan(double a) {
  double y = 0;
  if (a > 0)
    y = std::sqrt(a) + std::log(a);
  else
    y = a * a;
  const double z = a < 0 ? std::sqrt(-a) : a / (a + 1);
  return y * z;
}
NN_DIFF()
double choice(double a, double b, int k) {
  return (k > 1 ? a : b) * (a > b ? a - b : b - a) + (k ? std::exp(a) : 1);
}
NN_DIFF()
double choice_of_lvalue(double a, double b) {
  double x = a, y = b;
  (a > b ? x : y) *= 3;
  (a > b ? y : x) = x + 0.5 * y;
  return x * y;
}
NN_DIFF()
double effects_in_conditions(double a, double b) {
  int count = 0;
  double s = a;
  if ((s += b) > 0 && ++count > 0 && (s *= 2) > 1) s += count;
  if ((s -= 3) > 0 || (s += a * a) > 0) s *= b;
  return s + count;
}
NN_DIFF()
double guarded_by_and(const double* x, int n, int i) {
  double s = 0;
  if (i < n && x[i] > 0) s = x[i] * x[i];
  if (!(i < n) || x[i] < 0.5) s += 0.25;
  return s;
}
NN_DIFF()
double switch_plain(double a, double b, int k) {
  switch (k) {
    case 0:
      return a * b;
    case 1:
      a = std::sin(a);
      break;
    case 2: {
      const double t = a * a;
      b += t;
      break;
    }
    default:
      a = b;
  }
  return a + b * b;
}
NN_DIFF()
double switch_falls_through(double a, int k) {
  double s = 1;
  switch (k) {
    case 3:
      s *= a;
      [[fallthrough]];
    case 2:
    case 5:
      s += a * a;
      [[fallthrough]];
    default:
      s *= 2;
      [[fallthrough]];
    case 1:
      s -= a;
      break;
    case 0:
      s = a;
  }
  return s * s;
}
enum class Mode { linear, square, wave };
NN_DIFF()
double switch_in_loop(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    switch (static_cast<Mode>(i % 3)) {
      case Mode::linear:
        s += x[i];
        break;
      case Mode::square:
        if (x[i] < 0) continue;
        s += x[i] * x[i];
        break;
      case Mode::wave:
        s = std::sin(s + x[i]);
    }
    s *= 1.25;
  }
  return s;
}
NN_DIFF()
double comma(double a, double b) {
  double x = (a += b, a * b), y = 0;
  for (int i = 0; i < 3; x *= 1.1, ++i) y += x, a -= 0.1;
  return x + y * a;
}
NN_DIFF()
double chained_assignment(double a, double b) {
  double x, y, z;
  x = y = z = a * b;
  x += y *= 2;
  z -= x = std::sin(y);
  return x * y + z;
}
NN_DIFF()
double increments(double a, int k) {
  int i = k++;
  const int j = ++k;
  double x = a++;
  x += --a * i + k-- * j;
  return x * a * k;
}
NN_DIFF()
double static_constants(double a) {
  static const double scale = 2.5;
  static constexpr int power = 3;
  constexpr double shift = 0.125;
  double y = 1;
  for (int i = 0; i < power; ++i) y *= a * scale + shift;
  return y;
}
NN_DIFF()
double asserted(double a, int n) {
  assert(n >= 0 && "a number of rounds");
  double s = a;
  for (int i = 0; i < n; ++i) {
    assert(s == s);
    s = std::cos(s);
  }
  return s;
}
NN_DIFF()
double cut_to_integer(double a, double b) {
  const int whole = static_cast<int>(3 * a);
  const unsigned char small = static_cast<unsigned char>(whole);
  double s = b;
  for (int i = 0; i < whole; ++i) s *= a + small;
  return s;
}
NN_DIFF()
double logic(double a, double b, bool flag) {
  const bool one = a > 0, two = !(b < 0) != flag;
  double s = 0;
  if (one == two) s += a;
  if (one && !two) s += b * b;
  if ((a < b) ^ flag) s *= a * b + 2;
  return s + flag * a;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

int main() {
  for (double a : {0.8, -0.3, 0.1}) {
    for (double b : {0.45, -0.9}) {
      verify(if_else, a, b);
      verify(if_alone, a, b);
      verify(choice_of_lvalue, a, b);
      verify(effects_in_conditions, a, b);
      verify(comma, a, b);
      verify(chained_assignment, a, b);
      verify(cut_to_integer, a, b);
      for (int k : {0, 1, 2, 3, 4, 5}) {
        verify(choice, a, b, k);
        verify(switch_plain, a, b, k);
        verify(switch_falls_through, a, k);
        verify(increments, a, k);
      }
      verify(logic, a, b, true);
      verify(logic, a, b, false);
    }
    verify(if_with_initialiser, a);
    verify(dead_arm_with_nan, a);
    verify(static_constants, a);
    verify(asserted, a, 4);
  }
  const Pointer x = {0.4, -0.7, 0.9, 0.2, 1.1, -0.2};
  for (int n : {0, 1, 3, 6}) {
    verify(switch_in_loop, x, n);
    for (int i : {0, 1, 2}) verify(guarded_by_and, x, n, i);
  }
}
