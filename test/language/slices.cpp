// Rows and views that overlap, go through functions, and are chosen by conditions.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>
#include <cmath>
inline constexpr nn::Dim N{"N"};
using Row = nn::Tensor<double, 3>;
using Mat = nn::Tensor<double, 2, 3>;

// Views of one memory or another.
NN_DIFF()
double view_chosen(const Mat& a, const Mat& b, double t) {
  auto v = t > 0 ? nn::view<Row>(&a(0, 0)) : nn::view<Row>(&b(1, 0));
  return nn::sum(v * v) * t;
}
NN_DIFF()
double view_of_choice(const double* a, const double* b, double t) {
  const auto& v = t > 0 ? nn::view<Row>(a) : nn::view<Row>(b + 1);
  return nn::sum(nn::exp(v)) * v(1);
}
NN_DIFF()
double view_chosen_written(double* a, double* b, double t) {
  auto v = t > 0 ? nn::view<Row>(a) : nn::view<Row>(b);
  v(1) = t * v(0);
  v *= 2.0;
  return a[1] * b[1] + a[0] * b[2];
}
inline auto one_of(double* a, double* b, bool first) {
  return first ? nn::view<Row>(a) : nn::view<Row>(b);
}
inline void doubled(Row r, double t) {
  r *= 2 * t;
}
NN_DIFF()
double view_returned(double* a, double* b, double t) {
  auto v = one_of(a, b, t > 0);
  v(2) = v(0) * v(1);
  one_of(a, b, t < 0)(1) = v(2) * t;
  doubled(t > 0 ? nn::view<Row>(b) : nn::view<Row>(a), t);
  return a[1] * b[1] + a[2] * b[2] + a[0];
}
// Rows as arguments of functions that read them and write through them.
inline double by_const(const Row& r) {
  return r(0) * r(2);
}
inline double by_value(Row r) {
  r(0) *= 2;
  r(1) = r(0);
  return nn::sum(r * r);
}
template <class R>
double by_forward(R&& r) {
  r(1) += 3 * r(0);
  return r(1) * r(2);
}
inline void scale_row(nn::Slice<double, 3> r, double t) {
  r *= t;
  r(0) = r(2);
}
inline void scale_ref(auto&& r, double t) {
  r = r * t;
  r(2) += r(0);
}
NN_DIFF()
double slices_passed(const Mat& a, double t) {
  Mat m = a;
  double s = by_const(m(0)) + by_value(m(1)) + by_const(a(1));
  s += by_forward(m(1));
  scale_row(m(0), t);
  for (int i = 0; i < 2; ++i) scale_ref(m(i), t + i);
  return s + nn::sum(m * m) + by_value(a(0));
}
NN_DIFF()
double slices_in_loop(const nn::Tensor<double, N, 3>& x, int k) {
  nn::Tensor<double, N, 3> m = x;
  double s = 0;
  for (int i = 0; i < x.extent(0); ++i) {
    auto row = m((i + k) % x.extent(0));
    auto&& other = m(i);
    scale_row(m((i + k) % x.extent(0)), x(i, 1));
    other = other + row;
    s += by_forward(row);
    s += by_value(other) + by_const(m(0));
  }
  return s + nn::sum(m);
}
// Assignments between rows of the same memory.
NN_DIFF()
double slices_overlap(const Mat& a) {
  Mat m = a;
  m(0) = m(1);
  m(1) = m(0) * m(1) + m(1);
  auto r = m(0);
  m(1) = r;
  r = r * 2.0;
  m(0) = m(0) + m(1);
  m(1) += m(1);
  return nn::sum(m * a);
}
NN_DIFF()
double views_overlap(double* x, int n) {
  auto a = nn::view<Row>(x);
  auto b = nn::view<Row>(x + 1);
  a = b;
  b = a + b;
  b *= 2.0;
  double s = 0;
  for (int i = 0; i < n; ++i) s += x[i] * x[i] * (i + 1);
  return s;
}
NN_DIFF()
double swapped_rows(const Mat& a, int i, int j) {
  Mat m = a;
  Row t = m(i);
  m(i) = m(j);
  m(j) = t;
  const auto kept = m(0);
  Row copied = m(0);
  m(0)(1) = 5 * a(1, 1);
  return nn::sum(kept * copied) + nn::sum(m(1) * m(0));
}
inline auto pick_row(nn::Tensor<double, 2, 3>& m, bool first) {
  return first ? m(0) : m(1);
}
NN_DIFF()
double returned_slice(const Mat& a, int i) {
  Mat m = a;
  auto r = pick_row(m, i == 0);
  r(0) *= 3;
  pick_row(m, i != 0) = r;
  auto* p = &m(1, 0);
  p[2] = p[0] * p[1];
  return nn::sum(m * a);
}
NN_DIFF()
double row_of_choice(const Mat& a, const Mat& b, int i) {
  const Mat& m = i > 0 ? a : b;
  auto r = m(i % 2);
  Row own = i > 1 ? a(0) : b(1);
  own(0) += r(1);
  Mat c = i > 2 ? a : b;
  (i % 2 ? c : c)(1) = own;
  return nn::sum(r * own) + nn::sum(c);
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

template <class T, class... S>
T filled(int seed, S... sizes) {
  T x(sizes...);
  Random(seed).fill(x, 0.2, 1.5);
  return x;
}
int main() {
  const Mat a = filled<Mat>(1), b = filled<Mat>(2);
  for (double t : {0.7, -0.4}) {
    verify(view_chosen, a, b, t);
    verify(view_of_choice, Pointer({0.4, 0.6, 0.8, 1.2}), Pointer({0.3, 0.9, 1.1, 0.2}), t);
    verify(view_chosen_written, Pointer({0.4, 0.6, 0.8}), Pointer({0.3, 0.9, 1.1}), t);
    verify(view_returned, Pointer({0.4, 0.6, 0.8}), Pointer({0.3, 0.9, 1.1}), t);
    verify(slices_passed, a, t);
  }
  for (int k : {0, 1, 2}) verify(slices_in_loop, (filled<nn::Tensor<double, N, 3>>(3, 3)), k);
  verify(slices_overlap, a);
  verify(views_overlap, Pointer({0.4, 0.6, 0.8, 1.2, 0.3}), 5);
  for (int i : {0, 1})
    for (int j : {0, 1}) verify(swapped_rows, a, i, j);
  for (int i : {0, 1}) verify(returned_slice, a, i);
  for (int i : {0, 1, 2, 3}) verify(row_of_choice, a, b, i);
}
