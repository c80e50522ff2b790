// Recursive functions: one and several calls, mutual, by element, with loops, inside of loops.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <array>
#include <cmath>
#include <span>
#include <vector>

inline double tree(double x, int n) {
  if (n < 2) return x + n;
  const double a = tree(x, n - 1);
  return std::sin(a) * tree(a, n - 2);
}
NN_DIFF()
double fibonacci_like(double x, int n) {
  return tree(x, n) * tree(x * x, n - 1);
}
inline double odd(double x, int n);
inline double even(double x, int n) {
  return n == 0 ? x : std::sin(odd(x * x, n - 1)) + x;
}
inline double odd(double x, int n) {
  return n == 0 ? 2 * x : std::exp(-even(x, n - 1));
}
NN_DIFF()
double mutual(double x, int n) {
  return even(x, n);
}
inline double total(const double* a, int n) {
  return n == 0 ? 0 : a[0] * a[0] + total(a + 1, n - 1);
}
NN_DIFF()
double by_pointer(const double* a, int n) {
  return total(a, n);
}
inline double halves(const double* a, int lo, int hi) {
  if (hi - lo == 1) {
    double s = 0;
    for (int k = 0; k < lo; ++k) s += std::sin(a[lo] * k);
    return s + a[lo];
  }
  const int mid = (lo + hi) / 2;
  return halves(a, lo, mid) * halves(a, mid, hi);
}
NN_DIFF()
double loop_inside(const double* a, int n) {
  return n == 0 ? 0 : halves(a, 0, n);
}
inline void quick(double* a, int lo, int hi) {
  while (lo < hi) {
    double p = a[(lo + hi) / 2];
    int i = lo, j = hi;
    while (i <= j) {
      while (a[i] < p) ++i;
      while (p < a[j]) --j;
      if (i <= j) {
        double t = a[i];
        a[i] = a[j];
        a[j] = t;
        ++i;
        --j;
      }
    }
    quick(a, lo, j);
    lo = i;
  }
}
NN_DIFF()
double quick_sorted(double* a, int n) {
  quick(a, 0, n - 1);
  double s = 0;
  for (int i = 0; i < n; ++i) s += (i + 1) * a[i] * a[i];
  return s;
}
inline void turn_pair(double& x, double& y, int n) {
  if (n == 0) return;
  x = std::sin(x) * y;
  turn_pair(y, x, n - 1);
  y += x * x;
}
NN_DIFF()
double references(double a, double b, int n) {
  turn_pair(a, b, n);
  return a * b;
}
inline int gcd(int a, int b) {
  return b == 0 ? a : gcd(b, a % b);
}
NN_DIFF()
double inactive(double a, int m, int n) {
  return std::pow(a, 3) * gcd(m, n);
}
struct Two {
  double a, b;
};
inline Two pair_of(double x, int n) {
  if (n == 0) return {x, 1};
  const Two t = pair_of(x, n - 1);
  return {t.a * t.b, std::cos(t.a)};
}
NN_DIFF()
double struct_result(double x, int n) {
  const Two t = pair_of(x, n);
  return t.a + 3 * t.b;
}
inline double power(double x, int n) {
  if (n == 0) return 1;
  if (n % 2 == 1) return x * power(x, n - 1);
  const double h = power(x, n / 2);
  return h * h;
}
NN_DIFF()
double from_loop(const double* a, int n) {
  double s = 1;
  for (int i = 0; i < n; ++i) s = s * 0.5 + power(a[i] + 0.1 * s, i);
  return s;
}
NN_DIFF()
double itself(double x, int n) {
  return n == 0 ? x : x * std::cos(itself(x + 0.1, n - 1));
}
struct Poly {
  double a, b;
  double eval(double x, int n) const { return n == 0 ? a : b + x * eval(x * a, n - 1); }
  void advance(int n) {
    if (n > 0) {
      a = std::sin(a * b);
      advance(n - 1);
      b += a;
    }
  }
};
NN_DIFF()
double method(Poly p, double x, int n) {
  p.advance(n);
  return p.eval(x, n) * p.b;
}
template <class F>
double simpson(const F& f, double a, double b) {
  return (b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b));
}
template <class F>
double adaptive(const F& f, double a, double b, double eps, int depth) {
  const double m = (a + b) / 2, whole = simpson(f, a, b), left = simpson(f, a, m), right = simpson(f, m, b);
  if (depth == 0 || std::abs(left + right - whole) < eps) return left + right;
  return adaptive(f, a, m, eps / 2, depth - 1) + adaptive(f, m, b, eps / 2, depth - 1);
}
NN_DIFF()
double quadrature(double c, double d) {
  return adaptive([&](double x) { return std::sin(c * x * x) + d * x; }, 0.0, 2 * d, 1e-3, 6);
}
inline void turn(double (&v)[3], int n) {
  if (n == 0) return;
  double w[3] = {v[1], v[2] * v[0], v[0]};
  for (int i = 0; i < 3; ++i) v[i] = 0.5 * std::sin(w[i]) + 0.1 * v[i];
  turn(v, n - 1);
  v[0] += w[1] * v[2];
}
NN_DIFF()
double local_arrays(double (&v)[3], int n) {
  turn(v, n);
  return v[0] + 2 * v[1] * v[2];
}
inline double best(std::span<const double> v) {
  if (v.size() == 1) return v[0] * v[0];
  return std::tanh(v[0] + best(v.subspan(1)));
}
NN_DIFF()
double spans(std::span<const double> v) {
  return best(v);
}
inline double fold(const std::vector<double>& v, std::size_t i) {
  if (i == v.size()) return 1;
  if (v[i] < 0) return fold(v, i + 1);
  return v[i] * fold(v, i + 1) + 1;
}
NN_DIFF()
double vectors(const std::vector<double>& v) {
  return fold(v, 0);
}
inline double choose(double x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    if (i == 2) continue;
    if (s > 3) return s * x;
    s += choose(x * 0.9, i) * x + 1;
  }
  return s;
}
NN_DIFF()
double calls_in_loop(double x, int n) {
  return choose(x, n);
}
inline void merge_sort(double* a, double* b, int n) {
  if (n < 2) return;
  const int h = n / 2;
  merge_sort(a, b, h);
  merge_sort(a + h, b + h, n - h);
  int i = 0, j = h;
  for (int k = 0; k < n; ++k) {
    if (j == n || (i < h && a[i] < a[j]))
      b[k] = a[i++];
    else
      b[k] = a[j++];
  }
  for (int k = 0; k < n; ++k) a[k] = b[k];
}
NN_DIFF()
double merge_sorted(double* a, int n) {
  std::vector<double> w(n);
  merge_sort(a, w.data(), n);
  double s = 0;
  for (int i = 0; i < n; ++i) s += (i + 1) * a[i] * a[i];
  return s;
}
inline int bits(int n) {
  return n == 0 ? 0 : n % 2 + bits(n / 2);
}
inline double deep(double x, int n) {
  if (n == 0) return x;
  return std::pow(x, bits(n)) + deep(x, n - 1);
}
NN_DIFF()
double inactive_inside(double x, int n) {
  return deep(x, n);
}
inline double by_value(std::array<double, 3> v, int n) {
  if (n == 0) return v[0] * v[1] + v[2];
  v[n % 3] = std::sin(v[0]) * v[(n + 1) % 3];
  return by_value(v, n - 1) + v[1];
}
NN_DIFF()
double arrays_by_value(const std::array<double, 3>& v, int n) {
  return by_value(v, n) + v[0];
}
NN_DIFF()
double recursive_lambda(double x, int n) {
  const auto go = [&](const auto& self, double a, int k) -> double {
    if (k == 0) return a;
    return std::sin(self(self, a * x, k - 1)) + a;
  };
  return go(go, x, n);
}
inline double determinant(const double* m, int n, int row, unsigned used) {
  if (row == n) return 1;
  double s = 0, sign = 1;
  for (int c = 0; c < n; ++c) {
    if (used & (1u << c)) continue;
    s += sign * m[row * n + c] * determinant(m, n, row + 1, used | (1u << c));
    sign = -sign;
  }
  return s;
}
NN_DIFF()
double laplace(const double* m, int n) {
  return determinant(m, n, 0, 0);
}
inline double walk(double x, double* out, int n) {
  if (n == 0) return x;
  out[n - 1] = x;
  const double y = walk(std::sin(x), out, n - 1);
  return y * out[n - 1] + out[0];
}
NN_DIFF()
double out_argument(double x, double* out, int n) {
  double v = walk(x, out, n);
  if (n > 2) v += walk(v, out, n - 1);
  return v;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

int main() {
  const double x = 0.7, y = 0.4;
  const Pointer a{0.3, -0.8, 1.2, 0.45, -0.1, 2, 0.7};
  for (int n : {0, 1, 2, 5}) {
    verify(itself, x, n);
    verify(fibonacci_like, x, n);
    verify(mutual, x, n);
    verify(references, x, y, n);
    verify(struct_result, x, n);
    verify(method, Poly{0.6, 0.8}, x, n);
    verify(calls_in_loop, x, n);
    verify(inactive_inside, x, n);
    verify(local_arrays, Array<3>{{0.2, -0.4, 0.9}}, n);
    verify(by_pointer, a, n);
    verify(loop_inside, a, n);
    verify(quick_sorted, a, n);
    verify(merge_sorted, a, n);
    verify(from_loop, a, n);
    verify(arrays_by_value, std::array<double, 3>{0.2, 0.5, -0.7}, n);
    verify(recursive_lambda, x, n);
    verify(out_argument, x, a, n);
  }
  verify(inactive, x, 12, 18);
  verify(laplace, Pointer{0.3, -0.8, 1.2, 0.45, -0.1, 2, 0.7, 0.1, 0.9}, 3);
  verify(quadrature, x, y);
  verify(spans, Span{0.3, -0.8, 1.2, 0.45});
  verify(vectors, std::vector<double>{0.3, -0.8, 1.2, 0.45});
}
