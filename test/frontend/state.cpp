// State carried through loops, elements of tensors, and what the standard library does with containers.
// RUN: run-lifted %s > %t.txt && %cxx -ffp-contract=off -DNATIVE %s -o %t && %t %t.txt
#include <nn/nn.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>
struct Hit {
  double t;
  int i;
  bool ok;
};
inline Hit first_hit(const double* a, int n, double level) {
  for (int i = 0; i < n; ++i) {
    if (a[i] > level) return {a[i], i, true};
  }
  return {0, -1, false};
}
NN_DIFF() double hits(const double* a, int n, double level) {
  Hit h = first_hit(a, n + 5, level);
  return h.ok ? h.t * h.i : level;
}
NN_DIFF() double idx(const std::array<int, 6>& order, const std::array<double, 7>& x) {
  double s = 0;
  for (int i : order) s += x[i] * (i + 1);
  return s;
}
NN_DIFF() double views(nn::Tensor<double, 3, 4> t, int n) {
  auto y = nn::transpose(t) * 2.0;
  nn::Tensor<double, 3, 4> u = t;
  t(n % 3, 1) = 5;
  u(0, n % 4) += 1;
  return nn::sum(y) + nn::sum(t * t) + 3 * nn::sum(u);
}
NN_DIFF() double tloop(const nn::Tensor<double, 4, 4>& a, int n) {
  nn::Tensor<double, 4, 4> l;
  for (int j = 0; j < 4; ++j) {
    for (int i = j; i < 4; ++i) {
      double s = a(i, j);
      for (int k = 0; k < j; ++k) s -= l(i, k) * l(j, k);
      l(i, j) = i == j ? std::sqrt(std::abs(s) + 1) : s / l(j, j);
    }
  }
  return nn::sum(l) + l(n % 4, 0);
}
NN_DIFF() double rounding(double x) {
  int k = static_cast<int>(x * 3);
  unsigned char c = 250;
  c += 10;
  short sh = 5;
  sh *= 3;
  bool b = x > 0;
  b |= x > 1;
  int m = b + 2;
  m <<= 2;
  m >>= 1;
  m ^= 7;
  m %= 5;
  return x * k + c + sh + m + (x > 100 ? static_cast<int>(x) : 2);
}
NN_DIFF() double logic(double x, int n) {
  bool a = n > 2, b = x > 0;
  return (a && b) + 2 * (a || b) + 4 * !a + 8 * (a != b) + 16 * (a & b) + (n ? 1.5 : 2.5) + (n && 3 > n);
}
NN_DIFF() double outer_state(double x, int n) {
  double last = -1;
  int found = -1;
  std::array<double, 3> best{};
  for (int i = 0; i < n; ++i) {
    std::array<double, 3> cand{x * i, x - i, 1.0 * (i % 2)};
    if (cand[0] - cand[2] > best[0] - best[2]) {
      best = cand;
      found = i;
    }
    double unused = cand[1];
    last = unused;
  }
  return best[0] + best[1] * 2 + best[2] * 3 + last + found;
}
NN_DIFF() double whiles(double x, int n) {
  int i = 0;
  double s = 0;
  while (true) {
    if (i >= n) break;
    int j = i++;
    while (j > 0) {
      if (j % 2) {
        --j;
        continue;
      }
      s += x * j;
      j -= 2;
      if (s > 8) return s;
    }
  }
  return s + i;
}
NN_DIFF() double poly(const std::vector<double>& c, double x) {
  double r = 0;
  for (auto it = c.rbegin(); it != c.rend(); ++it) r = r * x + *it;
  return r;
}
NN_DIFF() double minel(const std::vector<double>& c) {
  auto it = std::min_element(c.begin(), c.end());
  return *it * static_cast<double>(it - c.begin());
}
NN_DIFF() double cnt(const std::vector<double>& c, double x) {
  auto n = std::count_if(c.begin(), c.end(), [&](double v) { return v > x; });
  bool any = std::any_of(c.begin(), c.end(), [](double v) { return v < -1; });
  return n * x + any;
}
NN_DIFF() double part(std::vector<double> c, int n) {
  std::reverse(c.begin(), c.end());
  std::partial_sum(c.begin(), c.end(), c.begin());
  std::vector<int> id(5);
  std::iota(id.begin(), id.end(), 0);
  std::sort(id.begin(), id.end(), [&](int a, int b) { return c[a] < c[b]; });
  return c[id[n % 5]] + id[0] * 10;
}
NN_DIFF() double adj(std::vector<double> c) {
  std::vector<double> d(c.size());
  std::adjacent_difference(c.begin(), c.end(), d.begin());
  std::vector<double> e;
  for (double v : d)
    if (v > 0) e.push_back(v);
  return std::accumulate(e.begin(), e.end(), 0.0, [](double a, double b) { return a * 0.9 + b; });
}

#ifdef NATIVE
#include "native.h"
int main(int, char** argv) {
  native::Comparison comparison(argv[1]);
  COMPARE(hits);
  COMPARE(idx);
  COMPARE(views);
  COMPARE(tloop);
  COMPARE(rounding);
  COMPARE(logic);
  COMPARE(outer_state);
  COMPARE(whiles);
  COMPARE(poly);
  COMPARE(minel);
  COMPARE(cnt);
  COMPARE(part);
  COMPARE(adj);
}
#endif
