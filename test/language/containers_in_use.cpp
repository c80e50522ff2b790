// What the library and the user's own functions do with structs in containers and behind pointers that are
// parameters.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>
struct Vec3 {
  double x = 0, y = 0, z = 0;
  double dot(const Vec3& o) const { return x * o.x + y * o.y + z * o.z; }
  Vec3& operator*=(double t) {
    x *= t, y *= t, z *= t;
    return *this;
  }
};
struct Mixed {
  int id = 0;
  double w = 0;
  Vec3 v;
  bool on = false;
};
NN_DIFF()
double many_members(const std::vector<Mixed>& p, double t) {
  double s = p.front().w * p.back().v.z + p.at(1).v.y;
  for (auto it = p.begin(); it != p.end(); ++it) s += it->on ? it->w * t : it->v.dot(p[it->id].v);
  s += std::accumulate(p.begin(), p.end(), 0.0, [](double a, const Mixed& m) { return a + m.w * m.w; });
  std::vector<Mixed> q(p.begin(), p.end());
  std::sort(q.begin(), q.end(), [](const Mixed& a, const Mixed& b) { return a.w < b.w; });
  q.push_back(p[0]);
  for (std::size_t i = 0; i < q.size(); ++i) s += q[i].w * static_cast<double>(i) * q[i].v.x;
  return s;
}
NN_DIFF()
double sorted_param(std::vector<Mixed>& p, double t) {
  std::sort(p.begin(), p.end(), [](const Mixed& a, const Mixed& b) { return a.w < b.w; });
  std::swap(p[0], p[1]);
  std::reverse(p.begin(), p.end());
  p[0].v *= t;
  double s = 0;
  for (std::size_t i = 0; i < p.size(); ++i) s += p[i].w * p[i].v.x * static_cast<double>(i + 1);
  return s;
}
// Behind pointers.
inline double sum_of(const Vec3* p, int lo, int hi) {
  if (hi - lo == 1) return p[lo].dot(p[lo]) * p->y;
  const int mid = (lo + hi) / 2;
  return sum_of(p, lo, mid) * 1.5 + sum_of(p, mid, hi);
}
NN_DIFF()
double struct_pointer_recursion(const Vec3* p, int n) {
  return sum_of(p, 0, n) + sum_of(p + 1, 0, n - 1);
}
NN_DIFF()
double struct_pointer_tools(const Vec3* p, Vec3* q, int n) {
  double s = 0;
  std::vector<Vec3> own(p, p + n);
  own[0].x = 7 * p[1].x;
  for (const Vec3& v : std::span<const Vec3>(p, n)) s += v.x * v.y;
  for (const auto& v : own) s += v.dot(p[0]);
  std::swap(q[0], q[1]);
  std::copy(p, p + n - 1, q + 1);
  q[0] = p[n - 1];
  Vec3& last = q[n - 1];
  last *= 2;
  Vec3* at = q;
  while (at - q < n) {
    s += at->x * at->x * (at == q ? 1 : 3);
    ++at;
  }
  s += std::accumulate(q, q + n, 0.0, [](double a, const Vec3& v) { return a + v.z * v.y; });
  const Vec3 copy = *std::max_element(p, p + n, [](const Vec3& a, const Vec3& b) { return a.x < b.x; });
  return s * copy.z;
}
NN_DIFF()
double struct_pointer_sorted(Vec3* q, int n) {
  std::sort(q, q + n, [](const Vec3& a, const Vec3& b) { return a.x < b.x; });
  double s = 0;
  for (int i = 0; i < n; ++i) s += q[i].x * q[i].y * i;
  return s;
}
NN_DIFF()
double span_tools(std::span<Vec3> p, std::span<const Mixed> m) {
  double s = 0;
  auto part = p.subspan(1, 2);
  part[0].x *= m[0].w;
  const Vec3* at = p.data();
  for (std::size_t i = 0; i < p.size(); ++i, ++at) s += at->x * at->y;
  for (const Mixed& each : m.last(2)) s += each.v.dot(p.back()) * each.id;
  std::vector<Vec3> c(p.begin(), p.end());
  std::sort(c.begin(), c.end(), [](const Vec3& a, const Vec3& b) { return a.y < b.y; });
  return s + c[0].z * c[1].x;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"
// A gradient of another size is refused by its name.
void check_sizes(const std::vector<Mixed>& m) {
  nn::Gradients<&many_members> grad;
  nn::Workspace ws;
  grad.p.resize(2);
  std::string message;
  try {
    nn::value_and_grad<&many_members>(m, 0.7, grad, ws);
  } catch (const nn::Error& error) {
    message = error.what();
  }
  check(message.find("grad.p") != std::string::npos);
  std::vector<Vec3> q(3);
  nn::Gradients<&struct_pointer_sorted> unwanted;
  near(nn::value_and_grad<&struct_pointer_sorted>(q.data(), 3, unwanted, ws), 0, 0);
}

int main() {
  const std::vector<Mixed> m = {
      {2, 0.4, {0.1, 0.3, 0.9}, true}, {0, 0.9, {0.6, -0.3, 0.4}, false}, {1, 0.2, {1.1, 0.7, -0.6}, true}};
  const std::vector<Vec3> p = {{0.4, -0.3, 0.8}, {1.1, 0.6, -0.5}, {-0.7, 0.9, 0.2}};
  const std::vector<Vec3> q = {{0.9, 0.5, 0.1}, {0.3, 1.6, 0.5}, {-0.2, 0.4, 0.6}};
  check_sizes(m);
  verify(many_members, m, 0.7);
  verify(sorted_param, m, 0.7);
  verify(struct_pointer_recursion, PointerTo<Vec3>{p}, 3);
  verify(struct_pointer_tools, PointerTo<Vec3>{p}, PointerTo<Vec3>{q}, 3);
  verify(struct_pointer_sorted, PointerTo<Vec3>{q}, 3);
  verify(span_tools, SpanOf<Vec3>{p}, SpanOf<Mixed>{m});
}
