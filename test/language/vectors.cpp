// Vectors that are edited, of vectors, of structs, in structs, in arrays; and views of their memory.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

inline constexpr nn::Dim N{"N"};

using Rows = std::vector<std::vector<double>>;

inline double weighted(const std::vector<double>& v) {
  double s = 0;
  for (std::size_t i = 0; i < v.size(); ++i) s += v[i] * v[i] * static_cast<double>(i + 1);
  return s;
}

NN_DIFF()
double members_of_vector(const double* x, int n) {
  std::vector<double> v;
  v.reserve(10);
  v.emplace_back(x[0]);
  for (int i = 0; i < n; ++i) v.emplace_back(x[i] * v.front());
  v.pop_back();
  v.at(0) *= 2;
  double s = v.back() * v.at(0) + static_cast<double>(v.size());
  v.assign(3, x[1]);
  s += v[2] * v[0];
  v.clear();
  s += v.empty() ? x[2] : 0;
  v.assign(x, x + n);
  s *= v[n - 1];
  v = {x[1], x[2]};
  return s + v[0] * v[1];
}
NN_DIFF()
double inserted(const double* x, int n) {
  std::vector<double> v(x, x + n);
  v.insert(v.begin() + n / 2, x[0] * x[1]);
  v.insert(v.end(), x[2]);
  v.insert(v.begin(), 2, v[0]);
  v.insert(v.end(), x, x + 2);
  v.insert(v.begin() + 1, {x[3], 0.5});
  *v.emplace(v.begin() + 2, x[1]) *= 2;
  return weighted(v);
}
NN_DIFF()
double erased(const double* x, int n) {
  std::vector<double> v(x, x + n);
  v.erase(v.begin() + n / 2);
  v.erase(v.begin(), v.begin() + n / 3);
  v.erase(std::remove_if(v.begin(), v.end(), [](double e) { return e < -0.6; }), v.end());
  std::erase_if(v, [](double e) { return e > 1; });
  return weighted(v) + x[0];
}
NN_DIFF()
double appended(const double* x, int n) {
  std::vector<double> v;
  std::copy(x, x + n, std::back_inserter(v));
  std::copy_if(x, x + n, std::back_inserter(v), [](double e) { return e > 0; });
  std::transform(x, x + n, std::back_inserter(v), [](double e) { return e * e; });
  return weighted(v);
}
NN_DIFF()
double rows_of_one_length(const double* x, int n, int m) {
  Rows a(n, std::vector<double>(m));
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < m; ++j) a[i][j] = x[i + j] * (i > 0 ? a[i - 1][j] : 1);
  std::swap(a[0], a[n - 1]);
  double s = 0;
  for (const auto& row : a)
    for (double e : row) s = s * e + e;
  return s;
}
NN_DIFF()
double rows_resized(const double* x, int n, int m) {
  Rows a(n);
  for (int i = 0; i < n; ++i) a[i].resize(m, x[i]);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < m; ++j) a[i][j] *= x[j] * a[n - 1 - i][j];
  double s = 0;
  for (auto& row : a)
    for (double e : row) s += e * e;
  return s;
}
NN_DIFF()
double rows_grow(const double* x, int n) {
  Rows a(n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= i; ++j) a[(i * 2 + j) % n].push_back(x[i] * x[j]);
  for (int i = 0; i + 1 < n; ++i)
    if (!a[i].empty()) a[i + 1].push_back(a[i].back() * a[i][0]);
  double s = 0;
  for (auto& row : a) s = s * 0.5 + weighted(row) * static_cast<double>(row.size());
  return s;
}
NN_DIFF()
double rows_pushed(const double* x, int n) {
  Rows a;
  for (int i = 0; i < n; ++i) {
    std::vector<double> row(i + 1, x[i]);
    row[i / 2] *= x[0];
    a.push_back(row);
  }
  double s = 0;
  for (std::size_t i = 0; i < a.size(); ++i) s += weighted(a[i]);
  return s;
}
NN_DIFF()
double rows_changed(const double* x, int n) {
  Rows a(n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i + 1; ++j) a[i].push_back(x[i] + j);
  double& first = a[1][0];
  for (int i = 0; i < n; ++i) a[0].push_back(x[1] * first);
  first *= x[2];
  a[n - 1] = a[1];
  std::swap(a[0], a[n - 1]);
  std::vector<double> row = a[1];
  row.push_back(a[0].back());
  a[0] = std::move(row);
  std::sort(a[n - 1].begin(), a[n - 1].end());
  double s = 0;
  for (auto& r : a) s = s * 0.5 + weighted(r);
  return s;
}
NN_DIFF()
double made_each_round(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    std::vector<double> v(i + 1, x[i]);
    for (int j = 0; j <= i; ++j) v[j] *= v[i - j] + x[j];
    s += weighted(v);
  }
  return s;
}
NN_DIFF()
double copies_of_grown(const double* x, int n) {
  std::vector<double> v, w;
  for (int i = 0; i < n; ++i) {
    v.push_back(x[i]);
    w = v;
    v[0] *= 2;
    w.push_back(x[i] * v[0]);
    if (x[i] > 0) std::swap(v, w);
  }
  return weighted(v) * weighted(w);
}
inline std::vector<double> running_sums(const double* x, int n) {
  if (n == 1) return {x[0]};
  std::vector<double> sums;
  double s = 0;
  for (int i = 0; i < n; ++i) sums.push_back(s += x[i] * s + x[i]);
  return sums;
}
inline std::vector<double> twice(std::vector<double> v) {
  for (double& e : v) e *= 2;
  return v;
}
NN_DIFF()
double returned_vectors(const double* x, int n) {
  auto v = running_sums(x, n);
  const auto w = twice(v), z = twice(std::move(v));
  v = z;
  v[0] *= w[n - 1];
  return weighted(v) + weighted(w) * z[0];
}
struct Stack {
  std::vector<double> items;
  int pushes = 0;
  void push(double v) {
    items.push_back(v);
    ++pushes;
  }
  double pop() {
    const double v = items.back();
    items.pop_back();
    return v;
  }
};
NN_DIFF()
double vector_in_struct(const double* x, int n) {
  Stack stack;
  for (int i = 0; i < n; ++i) {
    stack.push(x[i]);
    stack.push(x[i] * x[0]);
    const double top = stack.pop();
    stack.push(top * stack.pop());
  }
  Stack other = stack;
  double s = 1;
  while (!stack.items.empty()) s = s * 0.5 + stack.pop();
  return s * other.pop() + other.pushes;
}
NN_DIFF()
double vectors_in_array(const double* x, int n) {
  Stack bins[3];
  std::array<std::vector<double>, 2> halves;
  for (int i = 0; i < n; ++i) {
    bins[i * i % 3].push(x[i]);
    halves[i % 2].push_back(x[i] * x[0]);
    halves[(i + 1) % 2].resize(i / 2 + 1, 0.5);
  }
  double s = bins[1].pushes * x[0];
  for (const Stack& bin : bins) s += weighted(bin.items);
  for (int i = 0; i < 2; ++i)
    for (double e : halves[i]) s = s * 0.5 + e;
  return s;
}
NN_DIFF()
double moved_from(const double* x, int n) {
  std::vector<double> v(x, x + n), w = std::move(v);
  v.push_back(x[0]);
  w.push_back(v[0] * x[1]);
  Stack a{w, 1}, b = std::move(a);
  a.push(b.items[0]);
  b = std::move(a);
  return weighted(b.items) + weighted(w) + static_cast<double>(v.size() + a.items.size());
}
struct Particle {
  double x, y, mass;
};
NN_DIFF()
double vector_of_structs(const double* x, int n) {
  std::vector<Particle> p;
  for (int i = 0; i < n; ++i) p.push_back({x[i], x[i] * 2, 1});
  for (Particle& q : p) q.x *= q.y;
  std::vector<Particle> old = p;
  old[0].x = 0;
  p.emplace_back(Particle{x[0], 1, 2});
  std::swap(p[0], p[n - 1]);
  double s = 0;
  for (auto q = p.begin(); q != p.end(); ++q) s += q->x * q->mass + q->y;
  const auto [a, b, c] = p[0];
  return s + old[n - 1].x * a * b * c;
}
NN_DIFF()
double sorted_pairs(const double* x, int n) {
  std::vector<std::pair<double, int>> p;
  for (int i = 0; i < n; ++i) p.emplace_back(x[i] * x[i], i);
  std::sort(p.begin(), p.end());
  double s = 0;
  for (const auto& [v, k] : p) s = s * 0.5 + v * x[k];
  return s;
}
NN_DIFF()
double array_of_structs_parameter(const std::array<Particle, 3>& p, Particle (&q)[2], int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    s += p[i % 3].x * p[(i + 1) % 3].mass;
    q[i % 2].x *= p[i % 3].y;
    s += q[i % 2].x * q[1].mass;
  }
  return s;
}
NN_DIFF()
double tensors_in_array(const std::array<nn::Tensor<double, 3>, 4>& w, int n) {
  std::array<nn::Tensor<double, 3>, 2> h = {w[0], w[1]};
  for (int i = 0; i < n; ++i) {
    h[i % 2] = nn::tanh(h[(i + 1) % 2] * w[i % 4]);
    h[i % 2](i % 3) += w[(i + 1) % 4](1);
  }
  return nn::sum(h[0] * h[1]);
}
NN_DIFF()
double rows_as_views(const nn::Tensor<double, N, 3>& x, const nn::Tensor<double, 3, 3>& w) {
  nn::Tensor<double, N, 3> y(x.extent(0));
  nn::Tensor<double, 3> h;
  for (int i = 0; i < x.extent(0); ++i) {
    const auto row = nn::view<nn::Tensor<double, 3>>(x.data() + 3 * i);
    auto out = nn::view<nn::Tensor<double, 3>>(y.data() + 3 * i);
    h = nn::tanh(nn::matmul(w, h) + row);
    out = h * row;
    out(1) += row(2) * nn::dot(row, h);
  }
  return nn::sum(y * y) + nn::sum(h);
}
NN_DIFF()
double view_of_pointer(double* p, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    auto pair = nn::view<nn::Tensor<double, 2>>(p + i);
    s += nn::sum(pair * pair);
    pair *= 0.5;
    pair(1) += s;
  }
  return s;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

template <class T, class... Sizes>
T filled(int seed, Sizes... sizes) {
  T x(sizes...);
  Random(seed).fill(x);
  return x;
}

struct Two {
  Particle v[2];
  using Passed = Particle (&)[2];
  Passed pass() { return v; }
};

int main() {
  const Pointer x = {0.4, -0.7, 0.9, 0.2, 1.1, -0.5, 0.3, 0.8, -0.1};
  for (int n : {1, 2, 5}) {
    verify(members_of_vector, x, n);
    verify(inserted, x, n);
    verify(erased, x, n);
    verify(appended, x, n);
    verify(rows_of_one_length, x, n, 2);
    verify(rows_resized, x, n, 3);
    verify(rows_grow, x, n);
    verify(rows_pushed, x, n);
    if (n > 1) verify(rows_changed, x, n);
    verify(made_each_round, x, n);
    verify(copies_of_grown, x, n);
    verify(returned_vectors, x, n);
    verify(vector_in_struct, x, n);
    verify(vectors_in_array, x, n);
    verify(moved_from, x, n);
    verify(vector_of_structs, x, n);
    verify(sorted_pairs, x, n);
    verify(view_of_pointer, x, n);
  }
  const std::array<Particle, 3> p = {{{0.4, 0.6, 1}, {-0.3, 0.8, 2}, {0.5, -0.7, 1.5}}};
  for (int n : {0, 1, 4}) {
    verify(array_of_structs_parameter, p, Two{{{0.2, 0.7, 1.2}, {1.1, -0.4, 0.6}}}, n);
    verify(tensors_in_array,
           std::array<nn::Tensor<double, 3>, 4>{
               filled<nn::Tensor<double, 3>>(1), filled<nn::Tensor<double, 3>>(2),
               filled<nn::Tensor<double, 3>>(3), filled<nn::Tensor<double, 3>>(4)},
           n);
    if (n > 0)
      verify(rows_as_views, filled<nn::Tensor<double, N, 3>>(5, n), filled<nn::Tensor<double, 3, 3>>(6));
  }
}
