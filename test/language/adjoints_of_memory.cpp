// Functions whose derivative the user gives, of memory: pointers, spans, vectors, arrays and structs.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>
#include <array>
#include <cmath>
#include <span>
#include <vector>

// Memory of every kind, as an argument and for its gradient.
double norm(const double* x, int n);
NN_ADJOINT(norm)
void norm_adjoint(const double* x, int n, double result, double d_result, double* d_x);
NN_DIFF()
double adjoint_of_pointer(const double* x, int n) {
  double s = norm(x, n) * x[0];
  for (int i = 0; i + 2 <= n; ++i) s += std::sin(norm(x + i, 2));
  return s;
}
double dot(const double* a, const double* b, int n, int step);
NN_ADJOINT(dot)
void dot_adjoint(const double* a, const double* b, int n, int step, double d_result, double* d_a,
                 double* d_b);
NN_DIFF()
double adjoint_of_pointers(const double* x, const double* y, int n) {
  double a[6], m[2][3];
  for (int i = 0; i < 6; ++i) a[i] = x[i % n] * (i + 1);
  double s = dot(a, a + 2, 4, 1);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j) m[i][j] = a[i + j] * x[0];
  a[3] = 7;
  s += dot(m[0], m[1], 3, 1) + dot(&m[0][1], &a[0], 2, 3) + dot(x, x, n, 1) + dot(x, y, n, 1);
  return s + dot(a, y, 2, 1);
}
NN_DIFF(x)
double adjoint_of_one_pointer(const double* x, const double* y, int n) {
  return dot(x, y, n, 1) + dot(y, x + 1, n - 1, 1) * dot(y, y, n, 1);
}
double spread(std::span<const double> x, const std::span<const int>& pick);
NN_ADJOINT(spread)
void spread_adjoint(std::span<const double> x, const std::span<const int>& pick, double d_result,
                    std::span<double> d_x);
NN_DIFF()
double adjoint_of_span(std::span<const double> x, const std::vector<double>& y) {
  const int pick[] = {1, 0, 1};
  double s = 0;
  for (std::size_t i = 0; i + 2 <= x.size(); ++i) s += spread(x.subspan(i, 2), pick) * y[0];
  std::vector<double> own;
  for (double each : y) own.push_back(each * each), own.push_back(x[0]);
  s += spread(own, pick);
  own[1] = 3;
  return s + spread(y, pick) + spread(x, pick);
}
double total(const std::vector<double>& x, std::vector<float> w);
NN_ADJOINT(total)
void total_adjoint(const std::vector<double>& x, const std::vector<float>& w, double d_result,
                   std::vector<double>& d_x, std::vector<float>& d_w);
NN_DIFF()
double adjoint_of_vector(const std::vector<double>& x, double y) {
  std::vector<float> w(x.size(), static_cast<float>(0.5));
  std::vector<double> z(x.size() + 1);
  for (std::size_t i = 0; i < x.size(); ++i) z[i] = x[i] * y;
  double s = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    z[i] *= x[i];
    s += total(z, w);
    z.back() += s;
  }
  return s + total(x, w);
}
double mixed(const std::array<double, 3>& a, const double (&b)[2][2], const std::array<int, 2>& which);
NN_ADJOINT(mixed)
void mixed_adjoint(const std::array<double, 3>& a, const double (&b)[2][2], const std::array<int, 2>& which,
                   double d_result, std::array<double, 3>& d_a, double (&d_b)[2][2]);
NN_DIFF()
double adjoint_of_arrays(const std::array<double, 3>& a, double x) {
  double b[2][2] = {{x, 1}, {a[0], 2}};
  std::array<double, 3> c = {x, 2, 3};
  double s = mixed(a, b, {0, 1}) + mixed({1, 2, x}, b, {1, 0});
  for (int i = 0; i < 3; ++i) {
    c[i] *= x;
    s += mixed(c, b, {1, 1});
  }
  return s;
}
struct Point {
  double x = 0, y = 0;
};
struct Body {
  Point center;
  int kind = 0;
  std::array<double, 2> axes = {};
  nn::Tensor<double, 2> w;
  Point ends[2];
};
double energy(const Body& body, const Point& at);
NN_ADJOINT(energy)
void energy_adjoint(const Body& body, const Point& at, double d_result, Point& d_at, Body& d_body);
NN_DIFF()
double adjoint_of_struct(const Body& body, double t) {
  Point p{t, body.center.x};
  double s = energy(body, p);
  Body moved = body;
  for (int i = 0; i < 2; ++i) {
    moved.center.x *= t;
    moved.w(i) += body.axes[1 - i];
    moved.ends[i].y *= p.x;
    p.y += energy(moved, moved.ends[1 - i]);
  }
  return s * p.y;
}
// Sizes that change from round to round, memory that is overwritten behind the calls.
double root_of_squares(std::span<const double> x, int k);
NN_ADJOINT(root_of_squares)
void root_of_squares_adjoint(std::span<const double> x, int k, double result, double d_result,
                             std::span<double> d_x);
NN_DIFF()
double growing_spans(std::span<const double> x, double t) {
  std::vector<double> own(x.begin(), x.end());
  double s = t;
  for (std::size_t i = 0; i <= x.size(); ++i) {
    s += root_of_squares(std::span<const double>(own).first(i), static_cast<int>(i));
    if (i < x.size()) own[i] *= s;
    if (s > 3) s = std::sqrt(s) + root_of_squares(own, 1);
    own.push_back(s);
  }
  return s + root_of_squares(x, 2);
}
NN_DIFF()
double pointers_in_loops(const double* x, int n) {
  double a[4] = {x[0], 1, x[1], 2};
  double s = 0;
  for (int i = 0; i < n; ++i) {
    double local[3] = {x[i], s, 1};
    const double before = norm(a, 4);
    a[i % 4] = before + norm(local, 2);
    s += norm(a + 1, 2) * norm(x, i + 1);
    if (s > 10) {
      s = norm(local + 1, 2);
      a[0] = s;
    }
  }
  return s + norm(a, 4);
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include <algorithm>

#include "language.h"

double norm(const double* x, int n) {
  double s = 0.1;
  for (int i = 0; i < n; ++i) s += x[i] * x[i];
  return std::sqrt(s);
}
void norm_adjoint(const double* x, int n, double result, double d_result, double* d_x) {
  for (int i = 0; i < n; ++i) d_x[i] += d_result * x[i] / result;
}

double dot(const double* a, const double* b, int n, int step) {
  double s = 0;
  for (int i = 0; i < n; ++i) s += (i + 1) * a[i] * b[i * step];
  return s;
}
void dot_adjoint(const double* a, const double* b, int n, int step, double d_result, double* d_a,
                 double* d_b) {
  for (int i = 0; i < n; ++i) {
    if (d_a) d_a[i] += d_result * (i + 1) * b[i * step];
    if (d_b) d_b[i * step] += d_result * (i + 1) * a[i];
  }
}

double spread(std::span<const double> x, const std::span<const int>& pick) {
  double s = 0;
  for (const int i : pick)
    if (i < static_cast<int>(x.size())) s += x[i] * x[i] * x.back();
  return s;
}
void spread_adjoint(std::span<const double> x, const std::span<const int>& pick, double d_result,
                    std::span<double> d_x) {
  for (const double d : d_x) check(d == 0);
  for (const int i : pick)
    if (i < static_cast<int>(x.size())) {
      d_x[i] += d_result * 2 * x[i] * x.back();
      d_x.back() += d_result * x[i] * x[i];
    }
}

double total(const std::vector<double>& x, std::vector<float> w) {
  double s = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    s += x[i] * x[i] * (i < w.size() ? static_cast<double>(w[i]) : 1);
  return s;
}
void total_adjoint(const std::vector<double>& x, const std::vector<float>& w, double d_result,
                   std::vector<double>& d_x, std::vector<float>& d_w) {
  check(d_x.size() == x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    d_x[i] = d_result * 2 * x[i] * (i < w.size() ? static_cast<double>(w[i]) : 1);
    if (i < w.size()) d_w[i] = static_cast<float>(d_result * x[i] * x[i]);
  }
}

double mixed(const std::array<double, 3>& a, const double (&b)[2][2], const std::array<int, 2>& which) {
  return a[0] * a[1] * b[which[0]][which[1]] + a[2] * b[0][0] * b[1][1];
}
void mixed_adjoint(const std::array<double, 3>& a, const double (&b)[2][2], const std::array<int, 2>& which,
                   double d_result, std::array<double, 3>& d_a, double (&d_b)[2][2]) {
  const double picked = b[which[0]][which[1]];
  d_a = {d_result * a[1] * picked, d_result * a[0] * picked, d_result * b[0][0] * b[1][1]};
  d_b[which[0]][which[1]] = d_result * a[0] * a[1];
  d_b[0][0] += d_result * a[2] * b[1][1];
  d_b[1][1] += d_result * a[2] * b[0][0];
}

double energy(const Body& body, const Point& at) {
  const double dx = body.center.x - at.x, dy = body.center.y - at.y;
  return dx * dx * body.axes[0] + dy * dy * body.axes[1] + body.w(0) * body.ends[1].x +
         body.w(1) * body.ends[body.kind].y;
}
void energy_adjoint(const Body& body, const Point& at, double d_result, Point& d_at, Body& d_body) {
  const double dx = body.center.x - at.x, dy = body.center.y - at.y;
  d_body.center = {2 * dx * body.axes[0] * d_result, 2 * dy * body.axes[1] * d_result};
  d_at = {-d_body.center.x, -d_body.center.y};
  d_body.axes = {dx * dx * d_result, dy * dy * d_result};
  d_body.w(0) = body.ends[1].x * d_result;
  d_body.w(1) = body.ends[body.kind].y * d_result;
  d_body.ends[1].x = body.w(0) * d_result;
  d_body.ends[body.kind].y = body.w(1) * d_result;
}

double root_of_squares(std::span<const double> x, int k) {
  double s = 0.2;
  for (double e : x) s += e * e * k;
  return std::sqrt(s);
}
void root_of_squares_adjoint(std::span<const double> x, int k, double result, double d_result,
                             std::span<double> d_x) {
  for (std::size_t i = 0; i < x.size(); ++i) d_x[i] = d_result * k * x[i] / result;
}

// Where the gradient with respect to y is not asked for, there is no memory for it.
void check_pointers() {
  const double x[] = {0.5, -1.2, 0.8, 1.1}, y[] = {0.3, 0.7, -0.4, 0.9};
  double d[4] = {}, at[4];
  nn::Gradients<&adjoint_of_one_pointer> grad;
  nn::Workspace ws;
  grad.x = d;
  near(nn::value_and_grad<&adjoint_of_one_pointer>(x, y, 4, grad, ws), adjoint_of_one_pointer(x, y, 4),
       1e-12);
  std::copy_n(x, 4, at);
  for (int i = 0; i < 4; ++i)
    near(d[i], numeric_slope([&] { return adjoint_of_one_pointer(at, y, 4); }, at[i]).value, 1e-7);
}

int main() {
  for (const Pointer& x : {Pointer{0.7, -0.4, 3.5, 1.2}, Pointer{-0.3}})
    verify(adjoint_of_pointer, x, static_cast<int>(x.v.size()));
  check_pointers();
  for (const int n : {2, 3, 4})
    verify(adjoint_of_pointers, Pointer({0.5, -1.2, 0.8, 1.1}), Pointer({0.3, 0.7, -0.4, 0.9}), n);
  verify(adjoint_of_span, Span{0.7, -0.4, 1.5}, std::vector{0.9, 1.2});
  verify(adjoint_of_vector, std::vector{0.9, 1.2, -0.5}, 0.8);
  verify(adjoint_of_arrays, std::array{0.9, 1.2, -0.5}, 0.8);
  verify(growing_spans, Span({0.4, 0.6, 1.2}), 2.2);
  verify(pointers_in_loops, Pointer({0.4, 0.6, 1.2, 0.9, 1.3, 2.2}), 6);
  Body body{{0.3, -0.8}, 1, {1.2, 0.7}, {}, {{0.4, 0.9}, {-0.6, 1.3}}};
  body.w(0) = 0.25, body.w(1) = -1.5;
  verify(adjoint_of_struct, body, 0.8);
}
