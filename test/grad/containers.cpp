// Containers of structs beside tensors: upstream gradients, bases, structs that are not differentiated,
// arrays of structs inside of structs behind a pointer.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>
#include <cmath>
#include <span>
#include <vector>
inline constexpr nn::Dim N{"N"};
struct Vec3 {
  double x = 0, y = 0, z = 0;
};
struct Base {
  double b = 1;
};
struct Derived : Base {
  double d = 2;
};
NN_DIFF(p)
nn::Tensor<double, N> tensor_result(const nn::Tensor<double, N>& x, const std::vector<Derived>& p,
                                    std::span<const Vec3> q, const Vec3* r) {
  nn::Tensor<double, N> y = x;
  for (int i = 0; i < x.extent(0); ++i) y(i) = x(i) * p[i].b * p[i].d * q[i].x + r[i].y;
  return y;
}
NN_DIFF()
double base_pointer(const Derived* p, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) s += p[i].b * p[i].d;
  const Base& b = p[0];
  return s * b.b;
}
struct Node {
  Vec3 ends[2][2];
  double w[3] = {};
};
NN_DIFF()
double nested_pointer(Node* p, int n, int k) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    Vec3& e = p[i].ends[k % 2][i % 2];
    e.x += p[i].w[k] * e.y;
    const Vec3* row = p[i].ends[1];
    s += row[0].x * row[1].y + (row + 1)->z * e.x;
    for (const Vec3& v : p[i].ends[0]) s += v.x * v.x;
    double* w = p[i].w;
    w[1] *= *w;
    s += w[1] * w[2];
  }
  return s;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"
void check_upstream() {
  nn::Tensor<double, N> x(2), up(2);
  x(0) = 0.4, x(1) = 1.3, up(0) = 0.7, up(1) = -0.6;
  std::vector<Derived> p(2);
  p[0].b = 0.3, p[0].d = 0.9, p[1].b = 1.3, p[1].d = -0.4;
  const std::vector<Vec3> q = {{0.4, 0.3, 1}, {0.2, 0.6, 2}};
  auto r = nn::vjp<&tensor_result>(x, p, q, q.data(), up);
  for (int i = 0; i < 2; ++i) {
    near(r.value(i), tensor_result(x, p, q, q.data())(i), 1e-14);
    near(r.grad.p[i].b, up(i) * x(i) * p[i].d * q[i].x, 1e-14);
    near(r.grad.p[i].d, up(i) * x(i) * p[i].b * q[i].x, 1e-14);
  }
}

void check_base() {
  std::vector<Derived> p(2), d(2);
  p[0].b = 0.3, p[0].d = 0.9, p[1].b = 1.3, p[1].d = -0.4;
  nn::Gradients<&base_pointer> g;
  nn::Workspace ws;
  g.p = d.data();
  near(nn::value_and_grad<&base_pointer>(p.data(), 2, g, ws), base_pointer(p.data(), 2), 1e-14);
  near(d[1].b - 1, p[1].d * p[0].b, 1e-14);
  near(d[0].d - 2, p[0].b * p[0].b, 1e-14);
}

int main() {
  check_upstream();
  check_base();
  Node a, b;
  for (int i = 0; i < 2; ++i)
    for (int k = 0; k < 2; ++k) {
      a.ends[i][k] = {0.3 + i, 0.4 - k, 0.5 * i * k + 0.2};
      b.ends[i][k] = {0.1 * i, 0.7 + k, 0.3 - i};
    }
  for (int i = 0; i < 3; ++i) a.w[i] = 0.3 * i + 0.4, b.w[i] = 0.8 - i;
  for (int k : {0, 1}) verify(nested_pointer, PointerTo<Node>{{a, b}}, 2, k);
}
