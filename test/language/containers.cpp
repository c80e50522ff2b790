// Parameters that are containers of structs and of arrays, read and overwritten.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

struct Vec3 {
  double x = 0, y = 0, z = 0;
  double dot(const Vec3& o) const { return x * o.x + y * o.y + z * o.z; }
  Vec3 operator+(const Vec3& o) const { return {x + o.x, y + o.y, z + o.z}; }
};
// Padding, integers, arrays, and structs in structs.
enum class Kind : std::int8_t { light, heavy };
struct Particle {
  Vec3 at;
  Kind kind = Kind::light;
  double weights[2] = {};
  int next = 0;
  std::array<Vec3, 2> ends = {};
};

NN_DIFF()
double vector_of_structs_parameter(const std::vector<Particle>& p, double t) {
  double s = 0;
  for (const Particle& each : p) {
    const Particle& other = p[each.next];
    s += each.at.dot(other.at) * (each.kind == Kind::heavy ? t : each.weights[1]);
    s += std::sin(each.weights[0] * t) * other.ends[each.next % 2].y;
  }
  return s;
}
NN_DIFF()
double vector_of_structs_changed(std::vector<Particle>& p, int rounds) {
  double s = 0;
  for (int k = 0; k < rounds; ++k)
    for (std::size_t i = 0; i < p.size(); ++i) {
      Particle& each = p[i];
      each.at = each.at + p[(i + 1) % p.size()].ends[k % 2];
      each.weights[k % 2] *= each.at.x;
      each.kind = each.kind == Kind::heavy ? Kind::light : Kind::heavy;
      if (each.kind == Kind::heavy) s += each.at.dot(each.ends[0]) * each.weights[1];
    }
  return s;
}
NN_DIFF()
double vector_of_structs_by_value(std::vector<Vec3> p, double t) {
  p.push_back({t, 1, 2});
  std::vector<Vec3> q = p;
  q[0].x *= t;
  double s = 0;
  for (std::size_t i = 0; i < p.size(); ++i) s += p[i].dot(q[p.size() - 1 - i]);
  return s;
}
NN_DIFF()
double span_of_structs(std::span<const Vec3> p, std::span<Vec3> q) {
  double s = 0;
  for (std::size_t i = 0; i + 1 < p.size(); ++i) {
    q[i] = q[i] + p[i + 1];
    s += q[i].dot(p[i]);
  }
  for (const Vec3& each : q.first(1)) s += each.z * each.z;
  return s;
}
NN_DIFF()
double pointer_to_structs(const Vec3* p, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) s += p[i].dot(p[n - 1 - i]) * p->x;
  for (const Vec3* at = p; at != p + n; ++at) s += std::sin(at->y);
  const double* numbers = &p->x;
  return s * (1 + numbers[0]);
}
struct Segment {
  Vec3 ends[2];
  double width[3] = {};
};
NN_DIFF()
double pointer_to_structs_changed(Segment* p, const Vec3* q, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    Segment& each = p[i];
    each.ends[i % 2] = each.ends[1 - i % 2] + q[i];
    for (int k = 0; k < 3; ++k) each.width[k] *= each.ends[k % 2].x;
    s += each.ends[0].dot(each.ends[1]) + each.width[2] * p[0].width[1];
    Segment copy = p[n - 1 - i];
    copy.ends[1].y *= s;
    p[i] = copy;
  }
  return s;
}
// What a function without a result leaves behind, along a direction: the gradient of that is what nn::vjp
// would give.
inline void step(Vec3* p, int n, double t) {
  for (int i = 0; i < n; ++i) p[i].x += t * p[(i + 1) % n].y, p[i].z *= p[i].x;
}
NN_DIFF()
double along_what_is_written(Vec3* p, double t, std::span<const Vec3> upstream) {
  step(p, static_cast<int>(upstream.size()), t);
  double s = 0;
  for (std::size_t i = 0; i < upstream.size(); ++i) s += p[i].dot(upstream[i]);
  return s;
}
NN_DIFF()
double long_array_of_structs(const std::array<Vec3, 80>& p, Vec3 (&q)[70], int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    q[i % 70] = q[(i + 1) % 70] + p[i % 80];
    s += q[i % 70].dot(p[(3 * i) % 80]);
  }
  return s;
}
NN_DIFF()
double vector_of_arrays(const std::vector<std::array<double, 3>>& x, std::vector<std::array<double, 2>>& y) {
  double s = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t k = 0; k < 2; ++k) {
      y[i % y.size()][k] += x[i][k] * x[i][2];
      s += y[0][k] * x[i][k];
    }
  return s;
}
NN_DIFF()
double vector_of_pairs(const std::vector<std::pair<double, int>>& x) {
  double s = 0;
  for (const auto& [value, count] : x) s = s * value + count * value * value;
  return s;
}
struct Cloud {
  std::vector<Vec3> points;
  double scale = 1;
  std::array<std::vector<Vec3>, 2> more;
};
NN_DIFF()
double structs_in_structs(const Cloud& c) {
  double s = 0;
  for (std::size_t i = 0; i < c.points.size(); ++i) s += c.points[i].dot(c.points[0]) * c.scale;
  for (const Vec3& v : c.more[1]) s += v.x * v.z * c.more[0][0].y;
  return s;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

namespace {

Particle particle(double a, Kind kind, int next) {
  Particle p;
  p.at = {a, 1 - a, a * a};
  p.kind = kind;
  p.weights[0] = 1 + a, p.weights[1] = 2 - a;
  p.next = next;
  p.ends = {Vec3{a, 0.5, -a}, Vec3{0.3, a - 1, 0.8}};
  return p;
}

}  // namespace

int main() {
  verify(along_what_is_written, PointerTo<Vec3>{{{0.1, 0.6, -0.2}, {0.9, 1.3, 0.7}}}, 0.8,
         SpanOf<Vec3>{{{0.4, -0.3, 0.8}, {1.1, 0.6, -0.5}}});
  const std::vector<Particle> particles = {particle(0.4, Kind::heavy, 2), particle(-0.7, Kind::light, 0),
                                           particle(0.9, Kind::heavy, 1)};
  verify(vector_of_structs_parameter, particles, 0.8);
  verify(vector_of_structs_parameter, std::vector<Particle>(), 0.8);
  for (int n : {0, 1, 3}) verify(vector_of_structs_changed, particles, n);
  const std::vector<Vec3> points = {{0.4, -0.3, 0.8}, {1.1, 0.6, -0.5}, {-0.7, 0.9, 0.2}};
  const std::vector<Vec3> others = {{0.1, 0.6, -0.2}, {0.9, 1.3, 0.7}, {0.4, -1.1, 0.6}};
  verify(vector_of_structs_by_value, points, 0.8);
  verify(span_of_structs, SpanOf<Vec3>{points}, SpanOf<Vec3>{others});
  verify(pointer_to_structs, PointerTo<Vec3>{points}, 3);
  verify(pointer_to_structs_changed,
         PointerTo<Segment>{
             {{{points[0], others[1]}, {0.3, 0.8, 1.2}}, {{points[1], others[2]}, {0.6, 0.4, 0.9}}}},
         PointerTo<Vec3>{others}, 2);
  std::array<Vec3, 80> p;
  struct Many {
    Vec3 v[70];
    using Passed = Vec3 (&)[70];
    Passed pass() { return v; }
  } q;
  for (int i = 0; i < 80; ++i) p[i] = {std::sin(i), std::cos(i), 0.1 * (i % 7)};
  for (int i = 0; i < 70; ++i) q.v[i] = {std::cos(2 * i), 0.2 * (i % 5), std::sin(3 * i)};
  verify(long_array_of_structs, p, q, 90);
  verify(vector_of_arrays, std::vector<std::array<double, 3>>{{0.4, 0.6, 0.8}, {-0.3, 1.2, 0.5}},
         std::vector<std::array<double, 2>>{{0.4, 0.6}, {1.3, -0.2}, {0.7, 0.1}});
  verify(vector_of_pairs, std::vector<std::pair<double, int>>{{0.4, 2}, {-0.9, 3}, {1.3, 1}});
  verify(structs_in_structs, Cloud{points, 0.7, {others, points}});
}
