// Conditions, loops and exits known only at run time compute what C++ does.
// RUN: run-lifted %s > %t.txt && %cxx -ffp-contract=off -DNATIVE %s -o %t && %t %t.txt
#include <nn/nn.h>
#include <cmath>
NN_DIFF() double abs1(double x) {
  if (x > 0) return x;
  return -x;
}
NN_DIFF() double chain(double x) {
  if (x > 1) {
    x *= 2;
    return x;
  } else if (x > 0)
    return std::sin(x);
  x += 3;
  return x * x;
}
NN_DIFF() double both(double x, int n) {
  double s = 0;
  if (x > 0 && n > 3) {
    s = x;
    n += 2;
  } else
    s = -x;
  return s * n;
}
NN_DIFF() double run_for(double x, int n) {
  double p = 1;
  for (int i = 0; i < n; ++i) p *= x + i;
  return p;
}
NN_DIFF() double run_while(double x) {
  x = std::abs(x) + 0.1;
  while (x < 100) x *= 2;
  return x;
}
NN_DIFF() double leaving(double x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    if (i % 3 == 1) continue;
    if (s > 10) break;
    s += x * i;
  }
  return s;
}
NN_DIFF() double early(double x, int n) {
  for (int i = 0; i < n; ++i) {
    x *= 1.5;
    if (x > 3) return x * i;
  }
  return -x;
}
NN_DIFF() double arr(double x, int n) {
  double a[3][4];
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j) a[i][j] = x * i + j;
  double s = 0;
  for (int i = 0; i < n; ++i) s += a[i % 3][i % 4];
  return s;
}
NN_DIFF() double ptr(const double* x, int n) {
  double s = 0;
  const double* p = x;
  while (n-- > 0) s += *p++ * *x;
  return s;
}
NN_DIFF() double wr(double* x, int n) {
  double s = 0;
  for (int i = 1; i < n; i++) {
    x[i] += x[i - 1] * 0.5;
    s += x[i];
  }
  return s;
}
NN_DIFF() double nested(const double* a, int n) {
  double best = -1e9;
  for (int i = 0; i < n; ++i) {
    for (int j = i; j < n; ++j) {
      if (a[j] < 0) continue;
      if (a[i] * a[j] > 2) break;
      best = std::max(best, a[i] - a[j]);
      if (best > 1.5) return best + i * 10 + j;
    }
  }
  return best;
}
NN_DIFF() double sw(double x, int n) {
  double r = 1;
  switch (n) {
    case 0:
      r = x;
      break;
    case 1:
      r = 2 * x;
      [[fallthrough]];
    case 2:
      r += 3;
      break;
    case 4:
    case 5:
      return x * x;
    default:
      r = -1;
  }
  return r + n;
}
NN_DIFF() double sw2(double x, int n) {
  double r = 0;
  for (int i = 0; i < n; ++i) {
    switch (i % 4) {
      case 0:
        r += x;
        break;
      default:
        r -= 1;
        if (x > 0) break;
        r *= 2;
        [[fallthrough]];
      case 2:
        if (r > 3) continue;
        r += 0.5;
    }
    r += 0.125;
  }
  return r;
}
struct P {
  double x, y;
};
NN_DIFF() double st(double x, int n) {
  P ps[4];
  for (int i = 0; i < 4; ++i) {
    ps[i].x = x * i;
    ps[i].y = i;
  }
  P best = ps[0];
  for (P& p : ps) {
    p.y += 1;
    if (p.x + p.y > best.x) best = p;
  }
  ps[n % 4] = best;
  return ps[2].x + ps[1].y * best.y + ps[n % 4].x;
}
NN_DIFF() double refs(double x, double y, int n) {
  double a[5] = {x, y, 1};
  double& r = a[n % 5];
  r += 2;
  double* p = x > y ? &a[1] : &a[3];
  *p *= 3;
  double& z = x > 0 ? x : y;
  z += 10;
  (n > 2 ? x : y) = 5;
  return a[0] + a[1] * 2 + a[2] * 3 + a[3] * 5 + a[4] * 7 + x * 11 + y * 13;
}
NN_DIFF() double ints(double x, int n) {
  unsigned u = 4294967290u + n;
  long long l = (1LL << 40) * n;
  short s = static_cast<short>(n * 20000);
  unsigned char c = static_cast<unsigned char>(n * 100);
  return x * (u / 3 + (l >> 38) + s % 7 + (c ^ 5) + (~n & 6) + (n | 8)) + (n > 3 || !(n & 1));
}
NN_DIFF() double dowh(double x, int n) {
  int k = 0;
  do {
    x = x * 0.5 + k;
    if (x > 3) break;
    ++k;
  } while (k < n);
  return x + k;
}
NN_DIFF() double fib(double x, int n) {
  double a = x, b = 1;
  for (int i = 0; i < n; ++i) {
    double t = a + b;
    a = b;
    b = t;
  }
  return a;
}
NN_DIFF() double choice(double x, double y) {
  return (x > y ? x : y) + (x > 0 ? std::log(x) : y < 0 ? 2.0 : std::exp(y));
}

#ifdef NATIVE
#include "native.h"

int main(int, char** argv) {
  native::Comparison comparison(argv[1]);
  COMPARE(abs1), COMPARE(chain), COMPARE(both), COMPARE(run_for), COMPARE(run_while), COMPARE(leaving);
  COMPARE(early), COMPARE(arr), COMPARE(ptr), COMPARE(wr), COMPARE(nested), COMPARE(sw), COMPARE(sw2);
  COMPARE(st), COMPARE(refs), COMPARE(ints), COMPARE(dowh), COMPARE(fib), COMPARE(choice);
}
#endif
