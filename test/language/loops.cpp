// Loops: every form, leaving them in every way.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <cmath>
#include <utility>

NN_DIFF()
double for_up(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) s += std::sin(x[i]) * i;
  return s;
}
NN_DIFF()
double for_down(const double* x, int n) {
  double s = 1;
  for (int i = n - 1; i >= 0; --i) s = std::cos(s * x[i]);
  return s;
}
NN_DIFF()
double for_down_to_zero_unsigned(const double* x, unsigned n) {
  double s = 1;
  for (unsigned i = n; i-- > 0;) s = s * 0.5 + x[i] * s;
  return s;
}
NN_DIFF()
double for_by_steps(const double* x, int n) {
  double s = 0;
  for (int i = 1; i < n; i += 3) s += x[i] * x[i - 1];
  for (long i = n; i > 2; i -= 2) s -= x[i - 1] * x[0];
  return s;
}
NN_DIFF()
double for_several(const double* x, int n) {
  double s = 0;
  for (int i = 0, j = n - 1; i < j; ++i, --j) s += x[i] * std::exp(x[j]);
  return s;
}
NN_DIFF()
double for_not_equal(const double* x, int n) {
  double p = 1;
  for (int i = 0; i != n; i++) p *= 1 + 0.1 * x[i];
  return p;
}
NN_DIFF()
double for_ever(const double* x, int n) {
  double s = 0;
  for (int i = 0;; ++i) {
    if (i >= n) break;
    s += x[i] * x[i];
  }
  return s;
}
NN_DIFF()
double for_real_counter(double a) {
  double s = 0;
  for (double t = 0; t < 1; t += 0.25) s += a * t * std::sin(a + t);
  return s;
}
NN_DIFF()
double for_bound_changes(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    s += x[i] * x[i];
    if (s > 0.5) --n;
  }
  return s;
}
NN_DIFF()
double for_counter_changes(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    if (x[i] > 0.3) ++i;
    if (i < n) s += std::exp(x[i]) * i;
  }
  return s;
}
NN_DIFF()
double while_state(double a, double b) {
  int rounds = 0;
  while (a > 0.1 && rounds < 50) {
    a = a * 0.7 - 0.05 * b * a;
    ++rounds;
  }
  return a * rounds + b;
}
NN_DIFF()
double while_assigns_in_condition(double a) {
  double last, s = 0;
  int i = 0;
  while ((last = a * std::cos(static_cast<double>(i))) > -0.2 && ++i < 10) s += last * last;
  return s + last;
}
NN_DIFF()
double do_once(double a) {
  double s = 0;
  do {
    s += a * a;
    a = -a;
  } while (s < 0);
  return s * a;
}
NN_DIFF()
double do_continue(double a) {
  int i = 0;
  double s = a;
  do {
    if (i % 2 == 0) continue;
    s = std::sin(s) + a;
  } while (++i < 5);
  return s;
}
NN_DIFF()
double newton_root(double a) {
  double x = 1 + a;
  for (int i = 0; i < 30; ++i) {
    const double next = 0.5 * (x + a / x);
    if (std::fabs(next - x) < 1e-15) break;
    x = next;
  }
  return x;
}
NN_DIFF()
double skip_and_stop(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    if (x[i] < 0) continue;
    s += std::sqrt(x[i]);
    if (s > 1.2) break;
    s *= 1.1;
  }
  return s;
}
NN_DIFF()
double return_from_nest(const double* x, int n) {
  double s = 0.5;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      s += x[i] * x[j];
      if (s > 1) return s * s;
    }
    if (s < -1) return -s * x[0];
  }
  return s;
}
NN_DIFF()
double return_index(const double* x, int n) {
  for (int i = 0; i < n; ++i)
    if (x[i] > 0.45) return x[i] * x[i] * i;
  return n > 0 ? x[0] : 0.0;
}
NN_DIFF()
double triangle(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i)
    for (int j = i + 1; j < n; ++j) {
      const double d = x[i] - x[j];
      s += std::sqrt(d * d + 0.01);
    }
  return s;
}
NN_DIFF()
double four_deep(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < 2; ++j)
      for (int k = n; k > i; --k)
        for (int l = 0; l < j + 1; ++l) s = std::sin(s + x[i] * x[k - 1]) + 0.1 * l;
  return s;
}
NN_DIFF()
double while_in_for(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    double v = std::fabs(x[i]) + 0.1;
    while (v < 2) v *= 1.5 + 0.1 * s;
    s += v;
  }
  return s;
}
NN_DIFF()
double carried_pair(double a, double b, int n) {
  double p = a, q = b;
  for (int i = 0; i < n; ++i) {
    const double t = p;
    p = q + 0.1 * std::sin(p);
    q = t * 0.9;
  }
  return p * q;
}
NN_DIFF()
double swapped_in_branch(double a, double b, int n) {
  double x = b, y = b * b;
  for (int i = 0; i < n; ++i) {
    if (x > y) {
      a /= 1 + b * b;
      std::swap(a, y);
    }
    x = std::hypot(y, b);
  }
  return a + x * y;
}
NN_DIFF()
double shadowed(double a, int n) {
  double s = a;
  for (int i = 0; i < n; ++i) {
    double s = a * i;
    {
      double a = s + 1;
      s += a * a;
    }
    a += 0.1 * s;
  }
  return s * a;
}
NN_DIFF()
double polynomial(const double* c, int n, double x) {
  double y = 0;
  for (int i = n; i-- > 0;) y = y * x + c[i];
  return y;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

int main() {
  const Pointer x = {0.4, -0.7, 0.9, 0.2, 1.1};
  for (int n : {0, 1, 2, 5}) {
    verify(for_up, x, n);
    verify(for_down, x, n);
    verify(for_down_to_zero_unsigned, x, static_cast<unsigned>(n));
    if (n > 0) verify(for_by_steps, x, n);
    verify(for_several, x, n);
    verify(for_not_equal, x, n);
    verify(for_ever, x, n);
    verify(for_bound_changes, x, n);
    verify(for_counter_changes, x, n);
    verify(skip_and_stop, x, n);
    verify(return_from_nest, x, n);
    verify(return_index, x, n);
    verify(triangle, x, n);
    verify(four_deep, x, n);
    verify(while_in_for, x, n);
    verify(carried_pair, 0.7, -0.4, n);
    verify(swapped_in_branch, 0.7, 0.4, n);
    verify(shadowed, 0.3, n);
    verify(polynomial, x, n, 0.8);
  }
  verify(for_real_counter, 0.7);
  verify(while_state, 2.0, 0.3);
  verify(while_state, 0.05, 0.3);
  verify(while_assigns_in_condition, 0.6);
  verify(do_once, 0.6);
  verify(do_continue, 0.6);
  verify(newton_root, 2.0);
}
