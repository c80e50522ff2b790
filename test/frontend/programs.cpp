// Small numerical programs compute what C++ does.
// RUN: run-lifted %s > %t.txt && %cxx -ffp-contract=off -DNATIVE %s -o %t && %t %t.txt
#include <nn/nn.h>
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>
NN_DIFF() double swapbuf(double x, int n) {
  double a[4] = {x, 1, 2, 3}, b[4];
  double *cur = a, *nxt = b;
  for (int t = 0; t < n; ++t) {
    for (int i = 0; i < 4; ++i) nxt[i] = 0.5 * cur[i] + cur[(i + 1) % 4];
    std::swap(cur, nxt);
  }
  return cur[0] + 2 * cur[3];
}
NN_DIFF() double sorted(std::array<double, 6> a, int n) {
  std::sort(a.begin(), a.begin() + n);
  return a[0] + 2 * a[1] + 3 * a[5];
}
NN_DIFF() double heat(const double* u0, int n, double k) {
  std::vector<double> u(u0, u0 + 8), v(8);
  for (int t = 0; t < n; ++t) {
    for (int i = 1; i < 7; ++i) v[i] = u[i] + k * (u[i - 1] - 2 * u[i] + u[i + 1]);
    v[0] = v[7] = 0;
    std::swap(u, v);
  }
  return std::accumulate(u.begin(), u.end(), 0.0);
}
NN_DIFF() double exch(double x, double y) {
  double old = std::exchange(x, y * 2);
  assert(old < 100);
  return old + x + std::min(x, y) + std::fma(x, y, old) + std::hypot(x, 1.0);
}
struct State {
  double pos[2];
  double vel[2];
  int steps;
};
inline void advance(State& s, double dt) {
  for (int i = 0; i < 2; ++i) {
    s.pos[i] += dt * s.vel[i];
    if (s.pos[i] < 0) {
      s.pos[i] = -s.pos[i];
      s.vel[i] *= -0.9;
    }
  }
  ++s.steps;
}
NN_DIFF() double bounce(double x, double v, int n) {
  State s{{x, 1}, {v, -0.5}, 0};
  while (s.steps < n) {
    advance(s, 0.1);
    if (s.pos[0] > 2.5) break;
  }
  State t = s;
  t.pos[0] += 1;
  return s.pos[0] + t.pos[0] * t.steps + s.vel[1];
}
NN_DIFF() double newton(double x) {
  double y = 1;
  for (int it = 0; it < 50; ++it) {
    double f = y * y - (std::abs(x) + 1);
    if (std::abs(f) < 1e-10) break;
    y -= f / (2 * y);
  }
  return y;
}
NN_DIFF() double matmul3(const double* a, const double* b, int n) {
  double c[16] = {};
  for (int i = 0; i < n % 4; ++i)
    for (int j = 0; j < n % 4; ++j)
      for (int k = 0; k < n % 4; ++k) c[i * 4 + j] += a[i * 4 + k] * b[k * 4 + j];
  double s = 0;
  for (double e : c) s += e * e;
  return s;
}
NN_DIFF() double tri(const double* a, int n) {
  std::vector<std::array<double, 3>> rows(n + 1);
  for (int i = 0; i <= n; ++i) {
    rows[i][0] = a[i];
    rows[i][2] = i;
    rows[i][1] = rows[i][0] * rows[i][2];
  }
  double s = 0;
  for (const auto& r : rows) s += r[0] - r[1] * r[2];
  return s;
}
struct Particle {
  double x = 1, v = 0;
  void kick(double f) { v += f; }
};
NN_DIFF() double parts(double f, int n) {
  std::vector<Particle> ps(n + 1);
  for (auto& p : ps) {
    p.kick(f);
    p.x += p.v;
  }
  ps.back().kick(2);
  double e = 0;
  for (std::size_t i = 0; i + 1 < ps.size(); ++i) e += ps[i].x * ps[i + 1].v;
  std::vector<Particle> q;
  q.push_back(ps[0]);
  q.push_back({f, 3});
  return e + q[1].x * q[0].v;
}
NN_DIFF() double collatz(double x, int n) {
  std::uint32_t k = static_cast<std::uint32_t>(n) + 3u;
  int c = 0;
  while (k != 1) {
    k = k % 2 ? 3 * k + 1 : k / 2;
    ++c;
  }
  return x * c;
}
NN_DIFF() double hist(const double* x) {
  int bins[5] = {};
  double sum[5] = {};
  for (int i = 0; i < 20; ++i) {
    int b = static_cast<int>(std::floor((x[i] + 2) * 1.25));
    if (b < 0) b = 0;
    if (b > 4) b = 4;
    ++bins[b];
    sum[b] += x[i];
  }
  double m = 0;
  for (int i = 0; i < 5; ++i) m += bins[i] > 0 ? sum[i] / bins[i] : -1.0;
  return m;
}
NN_DIFF() double nestedret(const double* a, int n) {
  auto f = [&](int from) -> double {
    for (int i = from; i < 10; ++i) {
      if (a[i] > 1) {
        if (a[i] > 1.5) return a[i];
        continue;
      }
      for (int j = i; j < 10; ++j)
        if (a[j] < -1.5) return a[i] - a[j];
    }
    return 0.25;
  };
  double s = 0;
  for (int i = 0; i < n; ++i) {
    s += f(i);
    if (s > 6) return -s;
  }
  return s;
}
template <class T>
T clampit(T v, T lo, T hi) {
  return v < lo ? lo : hi < v ? hi : v;
}
template <class... T>
double total(T... t) {
  double s = 0;
  ((s += t), ...);
  return s;
}
NN_DIFF() double templ(double x, double y) {
  return clampit(x, -1.0, 1.0) + total(x, y, 2, x * y) + std::clamp(y, -0.5, 0.5);
}
template <int N>
double power(double x) {
  if constexpr (N == 0)
    return 1;
  else
    return x * power<N - 1>(x);
}
NN_DIFF() double trec(double x) {
  return power<5>(x);
}
NN_DIFF() double stat(double x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    static constexpr double c[] = {1, 4, 9};
    s = s * 0.5 + c[i % 3] * x;
    for (;;) {
      s += 0.1;
      if (s > i) break;
    }
  }
  return s;
}
NN_DIFF() double deep(double x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j)
      for (int k = 0; k < j; ++k)
        for (int l = 0; l < 2; ++l) {
          if ((i + j + k + l) % 3 == 0) continue;
          s += x * (i - j) + k * l;
        }
  return s;
}

#ifdef NATIVE
#include "native.h"
int main(int, char** argv) {
  native::Comparison comparison(argv[1]);
  COMPARE(swapbuf);
  COMPARE(sorted);
  COMPARE(heat);
  COMPARE(exch);
  COMPARE(bounce);
  COMPARE(newton);
  COMPARE(matmul3);
  COMPARE(tri);
  COMPARE(parts);
  COMPARE(collatz);
  COMPARE(hist);
  COMPARE(nestedret);
  COMPARE(templ);
  COMPARE(trec);
  COMPARE(stat);
  COMPARE(deep);
}
#endif
