// The standard library's algorithms on ranges, and the functions of <cmath> that give two results.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <iterator>
#include <numeric>
#include <vector>

inline double weighted(const std::vector<double>& v) {
  double s = 0;
  for (std::size_t i = 0; i < v.size(); ++i) s += v[i] * v[i] * static_cast<double>(i + 1);
  return s;
}

NN_DIFF()
double moved_bytes(const double* x, int n) {
  double a[9] = {};
  std::memcpy(a, x, static_cast<std::size_t>(n) * sizeof(double));
  std::memmove(a + 1, a, 8 * sizeof(double));
  std::memmove(a, a + 2, 4 * sizeof(double));
  std::memmove(a + n / 2, a + n / 3, 3 * sizeof(double));
  double* p = x[0] > 0 ? a : a + 3;
  std::memmove(p + 1, a, 2 * sizeof(double));
  double s = 0;
  for (int i = 0; i < 9; ++i) s += a[i] * a[i] * i;
  return s;
}
NN_DIFF()
double set_bytes(const double* x) {
  int up[2], down[2];
  unsigned char small[4];
  double none[2];
  std::memset(up, 0, sizeof up);
  std::memset(down, -1, sizeof down);
  std::memset(small, 3, sizeof small);
  std::memset(none, 0, sizeof none);
  up[1] += 2;
  return x[up[1]] * x[small[2]] * down[1] + none[0] * x[1];
}
NN_DIFF()
double sorted_by(const double* x, int n) {
  std::vector<double> v(x, x + n), w = v;
  std::vector<int> order(static_cast<std::size_t>(n));
  std::sort(v.begin(), v.end(), [](double a, double b) { return a * a > b * b; });
  std::sort(w.begin(), w.end(), std::greater<>());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [x](int a, int b) { return x[a] < x[b]; });
  double s = weighted(v) * weighted(w);
  for (int i = 0; i < n; ++i) s += x[order[i]] * i;
  return s;
}
NN_DIFF()
double sorted_backwards(const double* x, int n) {
  std::vector<double> v(x, x + n);
  std::sort(v.rbegin(), v.rend());
  const double s = weighted(v) * *std::lower_bound(v.begin(), v.begin() + 1, -5.0);
  std::nth_element(v.begin(), v.begin() + n / 2, v.end());
  return s * v[n / 2];
}
NN_DIFF()
double found(const double* x, int n) {
  const auto [low, high] = std::minmax_element(x, x + n);
  const double* negative = std::find_if(x, x + n, [](double v) { return v < 0; });
  const double big = *std::max_element(x, x + n, [](double a, double b) { return a * a < b * b; });
  double s = *low * *high * big + static_cast<double>(high - x);
  if (negative != x + n) s *= *negative;
  if (std::all_of(x, x + n, [](double v) { return v > -0.6; })) s += 2 * x[0];
  return s + x[0] * static_cast<double>(std::count_if(x, x + n, [](double v) { return v > 0; }));
}
NN_DIFF()
double rearranged(const double* x, int n) {
  std::vector<double> v(x, x + n), w(v.size(), x[0]);
  std::reverse(v.begin(), v.end());
  std::rotate(v.begin(), v.begin() + n / 2, v.end());
  std::swap_ranges(v.begin(), v.begin() + n / 2, w.begin());
  std::copy_backward(w.begin(), w.end() - 1, w.end());
  std::fill_n(v.begin(), n / 3, x[n - 1]);
  std::copy_n(w.begin(), n / 2, v.end() - n / 2);
  return weighted(v) * weighted(w);
}
NN_DIFF()
double made_of_ranges(const double* x, int n) {
  std::vector<double> v(static_cast<std::size_t>(n)), sums(v.size()), products(v.size());
  std::transform(x, x + n, x + 1, v.begin(), [](double a, double b) { return a * b * b; });
  std::transform(v.begin(), v.end(), x, v.begin(), std::plus<>());
  std::partial_sum(v.begin(), v.end(), sums.begin());
  std::partial_sum(v.begin(), v.end(), products.begin(), std::multiplies<>());
  std::for_each(v.begin(), v.end(), [&](double& e) { e += sums[0]; });
  std::adjacent_difference(v.begin(), v.end(), v.begin());
  int i = 0;
  std::generate(sums.begin(), sums.begin() + n / 2, [&] { return x[i++] * 2; });
  return weighted(v) + weighted(sums) * weighted(products);
}
NN_DIFF()
double reduced(const double* x, int n) {
  const double product = std::accumulate(x, x + n, 1.0, [](double a, double b) { return a * std::cos(b); });
  const double sum = std::reduce(x, x + n) + std::reduce(x, x + n, 1.0, std::multiplies<>());
  const double sines =
      std::transform_reduce(x, x + n, 0.0, std::plus<>(), [](double v) { return std::sin(v); });
  return product * sum * std::transform_reduce(x, x + n, x + 1, 0.0) + sines;
}
NN_DIFF()
double ends_of_ranges(double a, double b) {
  double v[3] = {a, b, a * b};
  const std::array<double, 2> w = {a, b};
  std::vector<double> z(3, a);
  double s = std::accumulate(std::begin(v), std::end(v), 0.1) * std::accumulate(w.begin(), w.end(), 0.2);
  for (auto p = std::cbegin(z); p != std::cend(z); ++p) s += *p * b;
  s += *std::next(std::begin(v)) * *std::prev(std::end(v)) * std::data(w)[1];
  return s * static_cast<double>(std::size(v) + std::size(z)) +
         static_cast<double>(std::distance(std::begin(v), std::end(v))) * a;
}
NN_DIFF()
double two_results(double x, double y) {
  double whole = 0;
  int exponent = 0, quotient = 0;
  const double part = std::modf(x, &whole);
  const double fraction = std::frexp(x * y, &exponent);
  const double rest = std::remquo(x, y, &quotient);
  return part * y + whole * x + fraction * exponent + rest * rest * (quotient & 3) + x * y;
}
NN_DIFF()
double ordered(double a, double b) {
  const auto order = a <=> b;
  if (order < 0) return a * a;
  return order == 0 ? a * b : b;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

int main() {
  const Pointer x = {0.4, -0.7, 0.9, 0.2, 1.1, -0.5, 0.3, 0.8, -0.1};
  for (int n : {1, 2, 5, 8}) {
    verify(moved_bytes, x, n > 6 ? 6 : n);
    verify(sorted_by, x, n);
    verify(sorted_backwards, x, n);
    verify(found, x, n);
    verify(rearranged, x, n);
    verify(made_of_ranges, x, n);
    verify(reduced, x, n);
  }
  verify(moved_bytes, Pointer{-0.4, -0.7, 0.9, 0.2}, 4);
  verify(set_bytes, x);
  verify(ends_of_ranges, 0.6, -1.2);
  for (double a : {2.7, -5.3, 0.4})
    for (double b : {1.1, -0.7}) {
      verify(two_results, a, b);
      verify(ordered, a, b);
    }
}
