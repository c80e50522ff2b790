// The standard library's containers and algorithms in differentiated functions.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

NN_DIFF()
double vector_sized(const double* x, int n) {
  std::vector<double> v(n, 0.5);
  for (int i = 0; i < n; ++i) v[i] += x[i] * (i > 0 ? v[i - 1] : 1);
  double s = 0;
  for (double e : v) s += std::sin(e);
  return v.empty() ? s : s * v.back();
}
NN_DIFF()
double vector_grows(const double* x, int n) {
  std::vector<double> kept;
  for (int i = 0; i < n; ++i)
    if (x[i] > 0) kept.push_back(x[i] * x[i]);
  kept.resize(kept.size() + 1, 2);
  double s = 1;
  for (std::size_t i = 0; i < kept.size(); ++i) s = s * 0.5 + kept[i] * kept[kept.size() - 1 - i];
  return s;
}
NN_DIFF()
double vector_of_vectors(const double* x, int n) {
  std::vector<std::vector<double>> rows(2, std::vector<double>(3, 0.1));
  for (int i = 0; i < n; ++i) rows[i % 2][i % 3] += x[i] * rows[(i + 1) % 2][0];
  return rows[0][0] * rows[1][1] + rows[1][0] * rows[0][2];
}
NN_DIFF()
double vector_parameter(const std::vector<double>& v, double a) {
  double s = 0;
  for (std::size_t i = 0; i + 1 < v.size(); ++i) s += v[i] * v[i + 1];
  return s * a;
}
NN_DIFF()
double span_parameter(std::span<const double> v, double a) {
  double s = a;
  for (const double& e : v) s = std::cos(s) * e;
  return v.empty() ? s : s * v.front();
}
NN_DIFF()
double span_of_part(const double* x, int n) {
  double a[6] = {1, 2, 3, 4, 5, 6};
  std::span<double> part(a + 1, 4);
  for (int i = 0; i < n; ++i) part[i % part.size()] *= x[i];
  double s = 0;
  for (double e : part) s += e * e;
  return s + a[0] * a[5];
}
NN_DIFF()
double pairs_and_tuples(double a, double b) {
  const auto polar = [](double x, double y) { return std::pair(std::hypot(x, y), std::atan2(y, x)); };
  auto [r, phi] = polar(a, b);
  std::tuple<double, double, int> t{r * phi, r, 2};
  std::get<0>(t) += phi;
  auto& [p, q, k] = t;
  q *= p;
  return std::get<1>(t) * k + p;
}
NN_DIFF()
double sums(const double* x, const double* y, int n) {
  const double s = std::accumulate(x, x + n, 0.5);
  const double p = std::inner_product(x, x + n, y, 0.0);
  return s * p;
}
NN_DIFF()
double transforms(const double* x, int n) {
  double a[4] = {}, b[4] = {};
  std::transform(x, x + n, a, [](double v) { return v * v; });
  std::copy(a, a + n, b + 1 - (n == 4));
  std::fill(a + n / 2, a + n, 0.25);
  double s = 0;
  for (int i = 0; i < 4; ++i) s += a[i] * (i + 1) + b[i] * b[i];
  return s;
}
NN_DIFF()
double extremes(const double* x, int n) {
  const double low = std::min(x[0], x[n - 1]), high = std::max({x[0], x[1], 0.3});
  const double middle = std::clamp(x[1], -0.5, 0.5);
  return *std::max_element(x, x + n) * low + high * middle;
}
NN_DIFF()
double sorted(const double* x, int n) {
  double a[5] = {};
  for (int i = 0; i < n; ++i) a[i] = x[i] * x[i];
  std::sort(a, a + n);
  double s = 0;
  for (int i = 0; i < n; ++i) s += a[i] * (i + 1);
  return s;
}
NN_DIFF()
double swaps_and_moves(double a, double b) {
  double x = a, y = a * b;
  std::swap(x, y);
  const double old = std::exchange(x, b);
  std::vector<double> v = {x, y, old}, w = std::move(v);
  std::swap(w[0], w[2]);
  return w[0] * w[1] - w[2];
}
NN_DIFF()
double small_functions(double a, double b) {
  return std::abs(a) * std::fma(a, b, 1.0) + std::fabs(b) * std::hypot(a, b) + sqrt(a * a + 1) +
         std::cbrt(2 + b) + std::tgamma(1.5 + a * a) + std::lgamma(2 + b * b) + std::fmod(a, 0.7) +
         __builtin_exp(a) + static_cast<double>(tanhf(static_cast<float>(0.0f * static_cast<float>(b))));
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

int main() {
  const Pointer x = {0.4, -0.7, 0.9, 0.2, 1.1}, y = {0.3, 0.6, -0.2, 0.5, 0.8};
  for (int n : {0, 1, 2, 4, 5}) {
    verify(vector_sized, x, n);
    verify(vector_grows, x, n);
    verify(vector_of_vectors, x, n);
    verify(span_of_part, x, n);
    verify(sums, x, y, n);
    verify(sorted, x, n);
    if (n < 5) verify(transforms, x, n);
    if (n > 1) verify(extremes, x, n);
  }
  verify(vector_parameter, std::vector<double>{0.4, -0.7, 0.9}, 0.5);
  verify(vector_parameter, std::vector<double>{}, 0.5);
  verify(span_parameter, Span{0.4, -0.7, 0.9}, 0.5);
  for (double a : {0.6, -1.2})
    for (double b : {0.8, -0.3}) {
      verify(pairs_and_tuples, a, b);
      verify(swaps_and_moves, a, b);
      verify(small_functions, a, b);
    }
}
