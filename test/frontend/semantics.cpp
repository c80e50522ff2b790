// Aliases, swaps, side effects, rows, conversions of integers and results out of loops are as C++ has them.
// RUN: run-lifted %s > %t.txt && %cxx -ffp-contract=off -DNATIVE %s -o %t && %t %t.txt
#include <nn/nn.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>
inline void addto(double& a, const double& b) {
  a += b;
  a += b;
}
inline void axpy(double* y, const double* x, double s, int n) {
  for (int i = 0; i < n; ++i) y[i] += s * x[i];
}
NN_DIFF() double alias(double x, int n) {
  double a[6] = {x, 1, 2, x, 4, 5};
  addto(x, x);
  axpy(a, a, x, n % 6);
  axpy(a + 1, a, 0.5, n % 5);
  double &r = a[n % 6], &s = a[2];
  addto(r, s);
  addto(r, r);
  return a[0] + 2 * a[1] + 3 * a[2] + 5 * a[5] + x;
}
NN_DIFF() double swaparr(double x, int n) {
  double a[3] = {x, 2, 3}, b[3] = {4, x, 6};
  std::array<double, 2> c{x, 1}, d{2, 3};
  for (int i = 0; i < n; ++i) {
    std::swap(a, b);
    a[i % 3] += 1;
    std::swap(c, d);
    d[i % 2] *= x;
    if (i % 2) continue;
    std::swap(a[0], b[1]);
  }
  return a[0] + 2 * b[1] + 3 * c[0] + 4 * d[1] + a[2];
}
NN_DIFF() double writep(double* x, int n) {
  double* p = x;
  double s = 0;
  while (p < x + n) {
    *p++ = s;
    s += 0.5;
  }
  double* q = x + n + 1;
  *--q += 1;
  return *q + (q - x) + x[0];
}
NN_DIFF() double down(const double* x, int n) {
  double s = 0;
  for (int i = n; i >= 0; i -= 2) s = s * 0.5 + x[i];
  for (unsigned i = static_cast<unsigned>(n); i-- > 0;) s += x[i] * i;
  int k = 0;
  do {
    if (k % 2) continue;
    s += k;
  } while (++k < n);
  return s;
}
NN_DIFF() double side(double x, int n) {
  int i = n;
  int j = x > 0 ? i++ : --i;
  double a[4] = {1, x, 3, 4};
  int k = 2;
  if (x > 0.5) k = 3;
  bool t = i > 3 && (k -= 1) > 1;
  return i * 100 + j * 10 + a[k] + t + (n > 2 ? x : (x = 7));
}
NN_DIFF() double cmp(double x, int n) {
  unsigned u = static_cast<unsigned>(n);
  return (static_cast<int>(u) - 3 < 0) + 2 * (u - 3 > 100u) + 4 * ((n - 3) / 2) + 8 * ((n - 3) % 2) +
         16 * ((n - 3) >> 1) + x * (u * 2654435761u >> 16);
}
NN_DIFF() double rows(double x, int n) {
  std::vector<std::vector<double>> a(3, std::vector<double>(4, x));
  for (int i = 0; i < 3; ++i) {
    auto& row = a[i];
    for (std::size_t j = 0; j < row.size(); ++j) row[j] += i * j;
  }
  double m[3][4];
  for (auto& r : m)
    for (int j = 0; j < 4; ++j) r[j] = j;
  double(*p)[4] = m;
  p[n % 3][1] += x;
  (*(p + 1))[2] = 9;
  return a[n % 3][n % 4] + m[1][2] + m[n % 3][1];
}
struct Rng {
  unsigned s;
  double next() {
    s = s * 1664525u + 1013904223u;
    return (s >> 8) * (1.0 / 16777216.0);
  }
};
NN_DIFF() double monte(double x, int n) {
  Rng r{42u};
  double acc = 0;
  for (int i = 0; i < n * 3; ++i) {
    double u = r.next();
    double v = r.next();
    if (u * u + v * v < 1)
      acc += x * u;
    else
      acc -= v;
  }
  return acc;
}
struct Layer {
  double w[2][2];
  double b[2];
  std::array<double, 2> apply(const std::array<double, 2>& in) const {
    std::array<double, 2> out;
    for (int i = 0; i < 2; ++i) {
      out[i] = b[i];
      for (int j = 0; j < 2; ++j) out[i] += w[i][j] * in[j];
    }
    return out;
  }
};
NN_DIFF() double layers(double x, int n) {
  Layer net[3];
  for (int l = 0; l < 3; ++l)
    for (int i = 0; i < 2; ++i) {
      net[l].b[i] = 0.1 * l;
      for (int j = 0; j < 2; ++j) net[l].w[i][j] = x * (i - j) + l;
    }
  std::array<double, 2> h{x, 1};
  for (int t = 0; t < n; ++t) {
    for (const Layer& l : net) {
      h = l.apply(h);
      for (auto& e : h) e = std::tanh(e);
    }
    if (h[0] > 0.9) break;
  }
  return h[0] + h[1];
}
inline int state_machine(int s, double x) {
  switch (s) {
    case 0:
      return x > 0 ? 1 : 2;
    case 1:
      if (x > 1) return 3;
      return 0;
    case 2: {
      for (int i = 0; i < 3; ++i)
        if (x * i > 1) return i;
    } break;
    default:
      return 1;
  }
  return 2;
}
NN_DIFF() double machine(const double* x, int n) {
  int s = 0;
  double t = 0;
  for (int i = 0; i < n; ++i) {
    s = state_machine(s, x[i]);
    t += s * x[i];
  }
  return t + s;
}
NN_DIFF() double lastset(const double* x, int n) {
  double t = 0;
  int k = 0;
  for (int i = 0; i < n + 1; ++i) {
    if (i > 0)
      t += x[i];
    else
      t = x[0];
    k = i;
  }
  return t * k;
}
NN_DIFF() double fnested(double x, int n) {
  auto outer = [&](auto self_fn, double v) {
    double r = v;
    for (int i = 0; i < n; ++i) {
      r = self_fn(r, i);
      if (r > 5) return r - 5;
    }
    return r;
  };
  return outer([&](double a, int i) { return a + x * i; }, 1.0) +
         outer([](double a, int) { return a * 1.5; }, x);
}
NN_DIFF() double vecret(double x, int n) {
  auto make = [](double s, int m) {
    std::vector<double> v;
    for (int i = 0; i < m; ++i) v.push_back(s * i);
    return v;
  };
  std::vector<double> a = make(x, n + 2), b;
  b = a;
  b[0] = 3;
  if (n > 2)
    b.push_back(1);
  else
    a.resize(1);
  a.swap(b);
  double s = 0;
  for (auto v : a) s += v;
  for (auto v : b) s -= 2 * v;
  return s + a.size() * 10 + b.size();
}

#ifdef NATIVE
#include "native.h"
int main(int, char** argv) {
  native::Comparison comparison(argv[1]);
  COMPARE(alias);
  COMPARE(swaparr);
  COMPARE(writep);
  COMPARE(down);
  COMPARE(side);
  COMPARE(cmp);
  COMPARE(rows);
  COMPARE(monte);
  COMPARE(layers);
  COMPARE(machine);
  COMPARE(lastset);
  COMPARE(fnested);
  COMPARE(vecret);
}
#endif
