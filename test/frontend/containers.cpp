// std::vector, spans, iterators, algorithms, memory, structs, lambdas and function pointers compute what C++
// does.
// RUN: run-lifted %s > %t.txt && %cxx -ffp-contract=off -DNATIVE %s -o %t && %t %t.txt
#include <nn/nn.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>
#include <vector>
NN_DIFF() double vec1(double x, int n) {
  std::vector<double> v(n);
  for (int i = 0; i < n; ++i) v[i] = x * i;
  double s = 0;
  for (double e : v) s += e * e;
  return s + v.size();
}
NN_DIFF() double vec2(double x, int n) {
  std::vector<double> v(4, x);
  v[n % 4] += 2;
  std::vector<double> w = v;
  w[0] = 7;
  return v[0] + w[0] * v[3] + w[n % 4] * w.back() + v.front();
}
NN_DIFF() double push(double x, int n) {
  std::vector<double> v;
  for (int i = 0; i < n; ++i) {
    v.push_back(x + i);
    if (i % 2) v.push_back(-x);
  }
  double s = 0;
  for (std::size_t i = 0; i < v.size(); ++i) s += v[i] * (i + 1.0);
  if (!v.empty()) {
    v.pop_back();
    s += v.size() * 0.5;
  }
  return s;
}
NN_DIFF() double resz(double x, int n) {
  std::vector<double> v{x, 2 * x, 3};
  v.resize(n + 2, 1.5);
  double s = 0;
  for (auto& e : v) {
    e *= 2;
    s += e;
  }
  return s;
}
NN_DIFF() double vv(double x, int n) {
  std::vector<std::vector<double>> a(n + 1, std::vector<double>(3, x));
  for (int i = 0; i <= n; ++i)
    for (int j = 0; j < 3; ++j) a[i][j] *= i + j;
  double s = 0;
  for (const auto& row : a)
    for (double e : row) s += e;
  return s + a.size() + a[0].size();
}
NN_DIFF() double acc(const std::vector<double>& v, std::array<double, 5> a) {
  return std::accumulate(v.begin(), v.end(), 1.5) + std::inner_product(a.begin(), a.end(), v.begin(), 0.0);
}
NN_DIFF() double alg(std::array<double, 6> a, int n) {
  std::array<double, 6> b;
  std::copy(a.begin(), a.end(), b.begin());
  std::fill(b.begin() + 2, b.end() - 1, 3.0);
  std::transform(a.begin(), a.end(), b.begin(), b.begin(), [](double p, double q) { return p * q; });
  double m = *std::max_element(b.begin(), b.begin() + n);
  return m + b[1] * b[2] + std::max({a[0], a[1], b[3]});
}
NN_DIFF() double spans(std::span<const double> s, int n) {
  double t = 0;
  for (double e : s) t += e;
  auto u = s.subspan(1, 3);
  for (std::size_t i = 0; i < u.size(); ++i) t += u[i] * i;
  return t + s[n % 5] + s.first(2).back();
}
NN_DIFF() double spanw(std::span<double> s, double x) {
  for (auto& e : s) e = e * x + 1;
  return s[0] + s.back();
}
NN_DIFF() double vecw(std::vector<double>& v, double x) {
  for (std::size_t i = 1; i < v.size(); ++i) v[i] += x * v[i - 1];
  return v[2];
}
NN_DIFF() double pairs(double x, double y) {
  std::pair<double, double> p{x, y};
  auto [a, b] = p;
  auto t = std::make_tuple(a * b, 2.0, x);
  std::get<1>(t) += y;
  auto& [u, v, w] = t;
  u += 1;
  std::swap(p.first, p.second);
  double c = 0, d = 0;
  std::tie(c, d) = p;
  return u * v + w + p.first * 3 + std::get<0>(t) + c - d * 2;
}
NN_DIFF() double heap(double x, int n) {
  double* b = new double[n + 1];
  for (int i = 0; i <= n; ++i) b[i] = x - i;
  auto c = std::make_unique<double[]>(n + 1);
  for (int i = 0; i < n; ++i) c[i] += b[i] * b[i + 1];
  double s = b[n / 2] + c[n / 3];
  delete[] b;
  return s;
}
NN_DIFF() double mem(const double* x, int n) {
  double a[8];
  std::memset(a, 0, sizeof(a));
  std::memcpy(a + 1, x, n * sizeof(double));
  double s = 0;
  for (double* p = a; p != a + 8; ++p) s += *p * (p - a);
  return s;
}
struct Acc {
  double sum = 0;
  int count = 0;
  void add(double v) {
    sum += v;
    ++count;
  }
  double mean() const { return count ? sum / count : 0.0; }
  Acc& operator+=(double v) {
    add(v);
    return *this;
  }
};
NN_DIFF() double methods(const double* x, int n) {
  Acc a;
  for (int i = 0; i < n; ++i) {
    a.add(x[i]);
    if (x[i] > 1) a += 2 * x[i];
  }
  return a.mean() + a.count;
}
NN_DIFF() double lambdas(double x, int n) {
  double s = 0;
  auto add = [&](double v) {
    s += v;
    return s;
  };
  for (int i = 0; i < n; ++i) add(x * i);
  int k = 0;
  auto next = [k]() mutable { return ++k; };
  next();
  auto other = next;
  other();
  other();
  const auto gen = [](auto a, auto b) { return a * b; };
  return s + next() * 10 + other() + gen(x, 3);
}
inline double sq(double v) {
  return v * v;
}
inline double apply(double (*f)(double), double v) {
  return f(v);
}
NN_DIFF() double fptr(double x) {
  double (*f)(double) = sq;
  double (*g)(double) = [](double v) { return v + 1; };
  return apply(f, x) + apply(g, x) + apply(&sq, 2.0);
}
struct Vec3 {
  double v[3];
  double& operator[](int i) { return v[i]; }
  double operator[](int i) const { return v[i]; }
  Vec3 operator+(const Vec3& o) const {
    Vec3 r;
    for (int i = 0; i < 3; ++i) r[i] = v[i] + o[i];
    return r;
  }
  Vec3 operator*(double s) const { return {v[0] * s, v[1] * s, v[2] * s}; }
};
inline double dot(const Vec3& a, const Vec3& b) {
  double s = 0;
  for (int i = 0; i < 3; ++i) s += a[i] * b[i];
  return s;
}
NN_DIFF() double vec3(double x, double y, int n) {
  Vec3 a{x, y, 1}, b{{y, 2, x}};
  for (int i = 0; i < n; ++i) {
    a = a + b * 0.5;
    b[i % 3] = dot(a, b) * 0.1;
  }
  return dot(a, b);
}
struct Base {
  double w;
  double eval(double x) const { return w * x; }
};
struct Derived : Base {
  double b;
  Derived(double w_, double b_) : Base{w_}, b(b_) {}
  double eval(double x) const { return Base::eval(x) + b; }
};
NN_DIFF() double inherit(double x) {
  Derived d(x, 2.0);
  d.w *= 3;
  Base& base = d;
  return d.eval(x) + base.eval(2.0);
}
NN_DIFF() double mat(double (&m)[3][3], const double (&r)[3]) {
  double s = 0;
  for (int i = 0; i < 3; ++i) {
    const double* row = m[i];
    for (int j = 0; j < 3; ++j) {
      s += row[j] * r[j];
      m[i][j] = s;
    }
  }
  for (auto& rw : m)
    for (double& e : rw) e *= 2;
  return s;
}
NN_DIFF() double table(double x, int n) {
  static const double w[4] = {0.1, 0.2, 0.3, 0.4};
  constexpr int perm[3] = {2, 0, 1};
  double s = 0;
  for (int i = 0; i < n; ++i) s += w[i % 4] * x + perm[i % 3];
  return s;
}
NN_DIFF() double bubble(std::array<double, 6> a) {
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j + 1 < 6 - i; ++j)
      if (a[j] > a[j + 1]) std::swap(a[j], a[j + 1]);
  return a[0] + 2 * a[1] + 4 * a[5];
}
NN_DIFF() double binsearch(double x) {
  double lo = 0, hi = 4;
  while (hi - lo > 1e-3) {
    double mid = 0.5 * (lo + hi);
    (mid * mid < x ? lo : hi) = mid;
  }
  return lo;
}
NN_DIFF() double comma(double x, int n) {
  double s = 0;
  for (int i = 0, j = n; i < j; ++i, --j) s += x * i - j;
  int k;
  if ((k = n * 2) > 4) s += k;
  while (int left = n) {
    --n;
    s += left;
    if (n == 3) {
      continue;
    }
    s *= 0.5;
  }
  return s;
}
NN_DIFF() double shortc(double x, int n) {
  int calls = 0;
  auto f = [&](double v) {
    ++calls;
    return v > 0;
  };
  bool a = f(x) && f(x - 1);
  bool b = f(x) || f(-x) || n > 2;
  return calls + 10 * a + 100 * b;
}
NN_DIFF() double tens(const nn::Tensor<double, 3, 4>& t, int n) {
  double s = 0;
  nn::Tensor<double, 3> r;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 4; ++j) s += t(i, j) * j;
    r(i) = s;
  }
  r(n % 3) += 1;
  return s + nn::sum(r * 2.0);
}
NN_DIFF() double rnn(const nn::Tensor<double, 3, 3>& w, int n) {
  nn::Tensor<double, 3> h;
  h = h + 0.1;
  for (int i = 0; i < n; ++i) h = nn::tanh(nn::matmul(h, w));
  return nn::sum(h);
}
inline bool find(const double* a, int n, double key, int& at) {
  for (int i = 0; i < n; ++i)
    if (a[i] > key) {
      at = i;
      return true;
    }
  return false;
}
NN_DIFF() double outp(const double* a, double key) {
  int at = -1;
  if (!find(a, 10, key, at)) return -1;
  return a[at] * at;
}
inline double& pick(double* a, int i, bool c) {
  if (c) return a[i];
  return a[i + 1];
}
NN_DIFF() double refret(double x, int n) {
  double a[4] = {x, 2, 3, 4};
  pick(a, n % 3, x > 0) = 10 * x;
  pick(a, 0, n > 2) += 1;
  return a[0] + a[1] * 2 + a[2] * 3 + a[3] * 4;
}

#ifdef NATIVE
#include "native.h"
int main(int, char** argv) {
  native::Comparison comparison(argv[1]);
  COMPARE(vec1);
  COMPARE(vec2);
  COMPARE(push);
  COMPARE(resz);
  COMPARE(vv);
  COMPARE(acc);
  COMPARE(alg);
  COMPARE(spans);
  COMPARE(spanw);
  COMPARE(vecw);
  COMPARE(pairs);
  COMPARE(heap);
  COMPARE(mem);
  COMPARE(methods);
  COMPARE(lambdas);
  COMPARE(fptr);
  COMPARE(vec3);
  COMPARE(inherit);
  COMPARE(mat);
  COMPARE(table);
  COMPARE(bubble);
  COMPARE(binsearch);
  COMPARE(comma);
  COMPARE(shortc);
  COMPARE(tens);
  COMPARE(rnn);
  COMPARE(outp);
  COMPARE(refret);
}
#endif
