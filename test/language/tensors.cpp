// Tensors by element and by part: rows read and written in loops, parts of parts, tensors carried from round
// to round.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <cmath>

inline constexpr nn::Dim T{"T"};
inline constexpr nn::Dim N{"N"};

using Rows = nn::Tensor<double, T, 3>;
using Steps = nn::Tensor<double, T, N, 2>;

NN_DIFF()
double elements(const Rows& x, int k) {
  double s = 0;
  for (int i = 0; i < x.extent(0); ++i) s += x(i, k) * x(i, (i + k) % 3);
  return s;
}
NN_DIFF()
double elements_written(Rows x, double a) {
  for (int i = 1; i < x.extent(0); ++i) {
    x(i, 0) *= x(i - 1, 2);
    x(i, 2) = std::sin(x(i, 1)) + a;
  }
  return nn::sum(x * x);
}
NN_DIFF()
double rows_read(const Rows& x, const nn::Tensor<double, 3, 2>& w) {
  double s = 0;
  for (int i = 0; i < x.extent(0); ++i) s += nn::sum(nn::tanh(nn::matmul(x(i), w))) * nn::dot(x(i), x(0));
  return s;
}
NN_DIFF()
double rows_written(const Rows& x, const nn::Tensor<double, 3>& b) {
  Rows y(static_cast<int>(x.extent(0)));
  for (int i = 0; i < x.extent(0); ++i) {
    y(i) = x(i) * b;
    if (i > 0) y(i) += nn::sin(y(i - 1)) * 0.5;
  }
  return nn::sum(y * y);
}
NN_DIFF()
double parts_of_parts(const Steps& x, int k) {
  Steps y = x;
  for (int t = 0; t < y.extent(0); ++t) {
    auto step = y(t);
    auto last = step(k);
    last *= last;
    step(0, 1) += y(t, k, 0) + step(k, 1);
    y(t, 0) = y(t, k) + 1.0;
  }
  return nn::sum(nn::exp(y * 0.5));
}
// A part is what it is a part of; a tensor made of it is a copy.
NN_DIFF()
double copied_and_named(const Rows& x, double a) {
  Rows y = x;
  auto row = y(1);
  nn::Tensor<double, 3> own = y(1);
  row(0) = a;
  own(1) = a * a;
  y(1, 2) *= 3;
  return nn::sum(row * row) + nn::sum(own * x(0)) + nn::sum(y);
}
inline auto row_of(const Rows& x, int i) {
  return x(i);
}
template <class Row>
void scale(Row& row, double by) {
  row *= by;
  row(0) += by;
}
inline double squares(const nn::Tensor<double, 3>& v) {
  return nn::sum(v * v);
}
inline double halves(nn::Tensor<double, 3> v) {
  v *= 0.5;
  return nn::sum(v * v * v);
}
NN_DIFF()
double parts_passed(const Rows& x, double a) {
  Rows y = x;
  for (int i = 0; i < y.extent(0); ++i) {
    auto row = y(i);
    scale(row, a);
  }
  return squares(row_of(y, 1)) + halves(y(0)) + halves(y(0));
}
NN_DIFF()
double parts_chosen(const Rows& x, double a) {
  Rows y = x;
  auto row = a > 0 ? y(0) : y(1);
  row *= a;
  return nn::sum(y * y) + nn::sum(a > 0.5 ? x(0) : x(1));
}
struct Cell {
  nn::Tensor<double, 2, 3> w;
  nn::Tensor<double, 3, 3> u;
  nn::Tensor<double, 3> b;
  template <class X>
  auto operator()(const X& x, const nn::Tensor<double, N, 3>& h) const {
    return nn::tanh(nn::matmul(x, w) + nn::matmul(h, u) + b);
  }
};
NN_DIFF()
double recurrent(const Cell& cell, const Steps& x) {
  nn::Tensor<double, N, 3> h(static_cast<int>(x.extent(1)));
  for (int t = 0; t < x.extent(0); ++t) h = cell(x(t), h);
  return nn::sum(h * h);
}
// A loss at every step, backwards in time, and steps that are left out.
NN_DIFF()
double recurrent_each(const Cell& cell, const Steps& x, int skip) {
  nn::Tensor<double, N, 3> h(static_cast<int>(x.extent(1)));
  double loss = 0;
  for (int t = static_cast<int>(x.extent(0)) - 1; t >= 0; --t) {
    if (t == skip) continue;
    h = cell(x(t), h);
    loss += nn::sum(h * h) * (t + 1);
  }
  return loss;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

Rows rows(int n) {
  Rows x(n);
  for (std::int64_t i = 0; i < x.size(); ++i) x.data()[i] = std::sin(1.7 * static_cast<double>(i) + 0.4);
  return x;
}

Steps steps(int t, int n) {
  Steps x(t, n);
  for (std::int64_t i = 0; i < x.size(); ++i) x.data()[i] = std::cos(2.3 * static_cast<double>(i) + 0.1);
  return x;
}

int main() {
  const nn::Tensor<double, 3, 2> w{{0.3, -0.4}, {0.9, 0.2}, {-0.6, 0.7}};
  const Cell cell{{{0.3, -0.4, 0.2}, {0.9, 0.2, -0.5}},
                  {{0.1, -0.7, 0.3}, {0.4, 0.2, -0.2}, {-0.6, 0.7, 0.5}},
                  {0.1, -0.2, 0.3}};
  for (int n : {0, 1, 2, 5}) {
    for (int k : {0, 2}) verify(elements, rows(n), k);
    verify(elements_written, rows(n), 0.7);
    if (n > 0) verify(rows_read, rows(n), w);
    verify(rows_written, rows(n), nn::Tensor<double, 3>{0.5, -1, 2});
    for (int k : {0, 1}) verify(parts_of_parts, steps(n, 2), k);
  }
  for (double a : {0.7, 0.3, -0.6}) {
    verify(copied_and_named, rows(2), a);
    verify(parts_passed, rows(3), a);
    verify(parts_chosen, rows(2), a);
  }
  for (int t : {0, 1, 2, 5})
    for (int n : {0, 1, 3}) {
      verify(recurrent, cell, steps(t, n));
      verify(recurrent_each, cell, steps(t, n), 1);
    }
  // Indices out of range are errors, and nothing outside is read or written.
  nn::Workspace ws;
  nn::Gradients<&elements> grad;
  for (int k : {-1, 3})
    throws<nn::Error>([&] { nn::value_and_grad<&elements>(rows(3), k, grad, ws); }, "is not in [0, 3)");
  nn::Gradients<&parts_of_parts> parts;
  for (int k : {-1, 2})
    throws<nn::Error>([&] { nn::value_and_grad<&parts_of_parts>(steps(2, 2), k, parts, ws); },
                      "is not in [0,");
}
