// Arrays, pointers, references and structs: what a program keeps in memory.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

NN_DIFF()
double local_array(const double* x, int n) {
  double a[4] = {1, 2};
  for (int i = 0; i < n; ++i) a[i % 4] += x[i] * a[(i + 1) % 4];
  return a[0] * a[3] + a[1] - a[2];
}
NN_DIFF()
double refilled_each_round(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    double t[3];
    for (int j = 0; j < 3; ++j) t[j] = x[i] * j + s;
    t[1] *= t[2];
    s += std::sin(t[0] + t[1]) * t[2];
  }
  return s;
}
NN_DIFF()
double matrix_product(const double* a, const double* b, int n) {
  double c[3][3] = {};
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k) c[i][j] += a[i * n + k] * b[k * n + j];
  double s = 0;
  for (auto& row : c)
    for (double v : row) s += v * v;
  return s;
}
NN_DIFF()
double overwrites_argument(double* x, int n) {
  double s = 0;
  for (int i = 1; i < n; ++i) {
    x[i] = x[i - 1] * x[i] + 0.5;
    s += x[i];
  }
  if (n > 0) x[0] = std::sin(s);
  return s * (n > 0 ? x[0] : 1.0);
}
NN_DIFF()
double out_argument(const double* x, double* y, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    y[i] = x[i] * x[i];
    s += y[i] * i;
  }
  return s;
}
NN_DIFF()
double fixed_extent(const double (&w)[3], const std::array<double, 2>& b) {
  double s = 0;
  for (double v : w) s += v * v * b[0];
  return s + b[1] * w[2] + b.back() * b.front();
}
NN_DIFF()
double pointer_walks(const double* x, int n) {
  const double *p = x, *const end = x + n;
  double s = 0;
  while (p < end) s += *p++ * 0.5 + s * s * 0.01;
  if (n > 1) s += p[-1] * *(p - 2) * static_cast<double>(end - x);
  return s;
}
NN_DIFF()
double pointer_writes(double a, double b) {
  double v[4] = {a, b, a * b, 1};
  double* p = v + 1;
  *p++ += 2 * v[0];
  *p = *(p - 1) * v[3];
  p[1] = p[0] + p[-1];
  --p;
  double* q = &v[2];
  std::swap(*q, *p);
  return v[0] + v[1] * v[2] - v[3] * (q - p);
}
NN_DIFF()
double references(double a, double b) {
  double x = a, y = b;
  double& r = x;
  double& chosen = a > b ? x : y;
  r += y;
  chosen *= r;
  const double& c = y;
  y = 2;
  return x * c + r;
}
NN_DIFF()
double element_reference(const double* x, int n) {
  double a[3] = {0.1, 0.2, 0.3};
  for (int i = 0; i < n; ++i) {
    double& e = a[i % 3];
    e = e * x[i] + a[(i + 1) % 3];
    double& f = a[x[i] > 0 ? 0 : 2];
    f -= 0.5 * e;
  }
  return a[0] + a[1] * a[2];
}

inline double sum_of(const double* p, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) s += p[i];
  return s;
}
inline void scale(double* p, int n, double by) {
  for (int i = 0; i < n; ++i) p[i] *= by;
}
NN_DIFF()
double rows_as_pointers(double a, double b) {
  double m[2][3] = {{a, b, 1}, {2, a * b, 3}};
  scale(m[1], 3, b);
  scale(&m[0][1], 2, a);
  return sum_of(m[0], 3) * sum_of(m[1] + 1, 2);
}

struct Point {
  double x = 0, y = 1;
  double norm() const { return std::sqrt(x * x + y * y + 0.1); }
  Point& operator+=(const Point& o) {
    x += o.x;
    y += o.y;
    return *this;
  }
};
inline Point operator*(double s, Point p) {
  p.x *= s;
  p.y *= s;
  return p;
}
struct Body {
  Point at, speed{1, 0.5};
  double mass = 2;
  void step(double dt) {
    speed += (-dt * mass) * at;
    at += dt * speed;
  }
};
NN_DIFF()
double struct_with_state(double x, double y, int n) {
  Body b{{x, y}};
  double energy = 0;
  for (int i = 0; i < n; ++i) {
    b.step(0.1);
    if (b.at.norm() > 1) b.mass *= 0.9;
    energy += b.mass * b.at.norm();
  }
  const Body copy = b;
  b.at.x = 0;
  return energy + copy.at.x * b.at.y;
}
NN_DIFF()
double array_of_structs(const double* x, int n) {
  Point p[3];
  for (int i = 0; i < n; ++i) {
    p[i % 3].x += x[i];
    p[i % 3] += 0.5 * p[(i + 1) % 3];
  }
  double s = 0;
  for (const Point& q : p) s += q.norm();
  return s;
}
struct Weights {
  double bias;
  double w[3];
  Point shift;
  int kind;
};
NN_DIFF()
double struct_parameter(const Weights& m, const double* x) {
  double s = m.bias;
  for (int i = 0; i < 3; ++i) s += m.w[i] * x[i];
  return m.kind > 0 ? std::tanh(s) * m.shift.y : s + m.shift.norm();
}
NN_DIFF()
double struct_by_value(Point p, double a) {
  p += Point{a, a};
  p.x *= p.y;
  return p.norm();
}
NN_DIFF()
double arrays_copied(const double* x) {
  std::array<double, 3> a = {x[0], x[1], x[2]}, b = a;
  b[1] *= a[0];
  std::swap(a, b);
  const auto c = a;
  a.fill(x[0]);
  return a[0] * b[1] + c[1] * c[2];
}
NN_DIFF()
double bytes_copied(const double* x) {
  double a[3], b[3];
  std::memcpy(a, x, sizeof a);
  std::memset(b, 0, sizeof(b));
  a[1] *= a[2];
  std::memcpy(b + 1, a, 2 * sizeof(double));
  return b[0] + b[1] * b[2];
}
NN_DIFF()
double large_array(const double* x, int n) {
  double a[1200] = {1, 2};
  for (int i = 0; i < n; ++i) a[i % 1200] += x[i] * a[(i + 1) % 1200];
  return a[0] * a[3] + a[1] - a[2];
}
NN_DIFF()
double swapped_buffers(const double* x, int n) {
  double a[3] = {x[0], x[1], x[2]}, b[3] = {};
  double *now = a, *next = b;
  for (int t = 0; t < n; ++t) {
    for (int i = 0; i < 3; ++i) next[i] = 0.5 * now[i] + std::sin(now[(i + 1) % 3]);
    std::swap(now, next);
  }
  return now[0] * now[1] - now[2];
}
NN_DIFF()
double heap_buffers(const double* x, int n) {
  double* a = new double[n + 1];
  const auto b = std::make_unique<double[]>(3);
  a[0] = 1;
  for (int i = 0; i < n; ++i) {
    a[i + 1] = a[i] * x[i];
    b[i % 3] += a[i + 1];
  }
  const double s = a[n] * b[0] + b[2];
  delete[] a;
  return s;
}
NN_DIFF()
double aliased(double a, double b) {
  double v[2] = {a, b};
  const auto mix = [](double* p, const double* q) {
    *p += *q;
    *p *= *q;
  };
  mix(&v[0], &v[1]);
  mix(&v[1], &v[1]);
  return v[0] * v[1];
}
NN_DIFF()
double ragged_rows(double a, double b, int n) {
  std::vector<std::vector<double>> rows(3);
  for (int i = 0; i < 3; ++i) rows[i].resize(i + 1, a * i + b);
  rows[2][0] *= std::sin(a);
  for (int k = 0; k < n; ++k) rows[1].push_back(rows[2][0] * rows[1][k]);
  double s = rows[0][0] * rows[2][2];
  for (const std::vector<double>& row : rows)
    for (double x : row) s += x * x;
  return s + rows[1].back();
}
NN_DIFF()
double copied_after_push(double a, double b, int n) {
  std::vector<double> v = {a * b};
  for (int i = 0; i < n; ++i) v.push_back(a * i);
  std::vector<double> w = v;
  w.push_back(std::sin(b));
  v.push_back(a * b * v[n]);
  std::swap(v, w);
  v[0] *= b;
  return v[n] * w[n + 1] + w[0] * v[0];
}
NN_DIFF()
double rows_swapped(double a, double b, int n) {
  std::vector<std::vector<double>> rows(2);
  rows[0].push_back(a);
  if (n > 1) {
    rows[1].push_back(a * b);
    rows[0].resize(3, b);
  }
  std::swap(rows[0], rows[1]);
  double s = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j) s += rows[i][j] * a * (i + 1.0);
  return s;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

int main() {
  const Pointer x = {0.4, -0.7, 0.9, 0.2, 1.1, -0.5, 0.3, 0.8, -0.1};
  const Pointer y = {1.4, 0.7, -0.9, 0.6, -1.1, 0.5, 0.25, -0.8, 0.1};
  for (int n : {0, 1, 2, 3}) {
    verify(matrix_product, x, y, n);
    verify(struct_with_state, 0.5, -0.25, n);
    verify(swapped_buffers, x, n);
  }
  for (int n : {0, 1, 2, 5, 9}) {
    verify(local_array, x, n);
    verify(refilled_each_round, x, n);
    verify(large_array, x, n);
    verify(overwrites_argument, x, n);
    verify(out_argument, x, y, n);
    verify(pointer_walks, x, n);
    verify(element_reference, x, n);
    verify(array_of_structs, x, n);
    verify(heap_buffers, x, n);
  }
  verify(fixed_extent, Array<3>{{0.5, -1, 2}}, std::array<double, 2>{0.3, 0.7});
  verify(pointer_writes, 0.6, -1.2);
  verify(references, 0.6, -1.2);
  verify(references, 0.6, 1.2);
  verify(rows_as_pointers, 0.6, -1.2);
  verify(ragged_rows, 0.6, -1.2, 0);
  verify(ragged_rows, 0.6, -1.2, 2);
  for (int n : {0, 1, 2, 5}) verify(copied_after_push, 0.6, -1.2, n);
  for (int n : {1, 2}) verify(rows_swapped, 0.6, -1.2, n);
  for (int kind : {0, 1}) verify(struct_parameter, Weights{0.5, {0.1, -0.2, 0.3}, {0.4, 0.6}, kind}, x);
  verify(struct_by_value, Point{0.3, 0.4}, 0.5);
  verify(arrays_copied, x);
  verify(bytes_copied, x);
  verify(aliased, 0.6, -1.2);
}
