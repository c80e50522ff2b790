// Programs that random ones were reduced to, each wrong once: what nn-diff made of it is said above it.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <array>
#include <cmath>
#include <utility>
#include <vector>

// The value, computed last, was read from memory of the arena that the backward sweep had taken over.
NN_DIFF()
double reads_before_reuse(double p, int n, const std::vector<double>& y) {
  double a[2] = {p, p * p};
  if (p > 0.5) a[n % 2] += std::sin(p) * a[1];
  return a[0] * 3 + a[1] + static_cast<double>(y.size());
}

// The name of an argument of which only the size is used was in a comment: it was not left out.
NN_DIFF()
double uses_only_size(double p, const std::vector<double>& y) {
  return p * static_cast<double>(y.size());
}

// The kernel that adds `x` came before the statement that reads it: an internal error.
NN_DIFF()
double number_in_kernel(const nn::Tensor<double, 1>& x, double p) {
  nn::Tensor<double, 3> h = nn::Tensor<double, 3>() + p;
  for (int i = 0; i < 3; ++i) h(i) -= p * p;
  nn::Tensor<double, 3> g = x + nn::sigmoid(h);
  g(1) *= p;
  return nn::sum(g * g);
}

// A reference to a variable or to an element was refused; to an element or a variable, it broke nn-diff.
NN_DIFF()
double variable_or_element(const double* x, int n, double p) {
  double a[2] = {p, 1};
  for (int i = 0; i < n; ++i) {
    double& r = x[i] > 0.5 ? p : a[i % 2];
    r *= x[i];
    double& q = x[i] < 1 ? a[1] : p;
    q += 0.5 * x[i];
  }
  const double& c = p > a[0] ? p : x[1];
  return c * 2 + a[0] * a[1] + p;
}

// The row is empty, but what it repeats was computed once, from the logarithm of an empty sum: the gradient,
// 0 times a derivative that is no number, was none either.
inline constexpr nn::Dim N{"N"};
NN_DIFF()
double of_nothing(const nn::Tensor<double, N>& x, double a) {
  const nn::Tensor<double, N> zeros(static_cast<int>(x.extent(0)));
  return a * a + nn::sum(x) + nn::sum(nn::sin(nn::tanh(nn::log_softmax<0>(nn::cos(zeros + a)))));
}

// The backward of `down` needs nothing of what it is called with: its definition had a head cut short.
inline double down(double a, double* p, int n) {
  if (n <= 0) return std::floor(a);
  p[0] = a * 0.5;
  down(a, p, n / 2);
  p[0] *= std::cos(p[1]);
  return (n + 1) * 0.1;
}
NN_DIFF()
double through_nothing(double p, int n) {
  double s[2] = {p, p * p};
  return down(p, s, n) + p;
}

// On one side of a branch the array of states grew by a row, on the other it did not: an internal error.
NN_DIFF()
double states_on_one_side(const nn::Tensor<double, N>& x, double p) {
  const int n = static_cast<int>(x.extent(0));
  nn::Tensor<double, N> h = x + p;
  if (p < -1.22)
    for (int k = 0; k < n; ++k) h = nn::tanh(h) * h + nn::softmax<0>(nn::Tensor<double, 1>() + x(k));
  return nn::sum(h * h);
}

// The outer loop was lifted twice; the second time, what the inner one declares was taken for what the first
// had left of it.
NN_DIFF()
double declared_again(const double* x, int n, double p) {
  double s = 0, t = p;
  for (int w = 0; w < n; ++w) {
    double& r = x[w] > 0.5 ? s : t;
    if (s < 3) {
      for (int i = 0; i < n; ++i) {
        std::vector<double> v(3, x[i]);
        v[1] *= p;
        s += v[1] * v[2];
      }
    }
    r = 0.5 * r + std::sin(p);
  }
  return s * t;
}

// g++ 12 at -O3, which inlined the derivative: an element of m's gradient was read before it had been added
// to.
NN_DIFF()
double inlined(double p, int q, int n, const std::array<double, 1>& s, const double (&m)[2]) {
  double u = (q % 3) * 0.1, t = std::exp(std::sin(m[(q & 1023) % 2]));
  if ((n << 1) > 2) {
    int w = 0;
    do {
      for (const double& z : m) {
        const bool is_first = std::cos(std::fmax(p, s[(q & 1023) % 1])) >= (q / 2) * 0.1 && t > 5;
        u += z * (is_first ? p : s[(q & 1023) % 1]);
      }
      t = 0.5 * t - (m[(w & 1023) % 2] * 0.5 + s[(w & 1023) % 1]);
      t += std::tanh(t);
    } while (++w < 2 && n % 3 == 2);
  }
  return p + u + t + s[0] + m[1];
}

// A number that is needed in a round after its variable was assigned to got a name on one side of a branch,
// and was called by it on the other.
NN_DIFF()
double swapped_on_one_side(double p, int q, const std::array<double, 3>& s) {
  double t = 0.2 * (q & 5), u = 0.1 * q + p;
  for (int i = 0; i < 3; ++i) {
    const double before = u;
    if (s[i] > p) {
      std::swap(u, p);
      double c = std::atan(s[2 - i] / (1.5 + std::cos(s[2 - i])));
      if (i / 2 != 1) std::swap(c, u);
    } else {
      switch ((2 - i) & 3) {
        case 1:
          if (s[(i + 1) % 3] > 0.5 && i / 2 == 3) return p;
      }
      const double chosen = s[2 - i] - t > s[i] * 0.5 + p ? before : p;
      p -= 1.0 / (1.0 + chosen * chosen);
    }
  }
  return p;
}

// What was lifted a second time was said to come from statements that had been forgotten with the first:
// names for memory were read behind the end of their list.
NN_DIFF()
double lifted_again(double p, double q, int n) {
  double t = p, u = t;
  for (int i = 0; i < 5; ++i) {
    if (t <= q) {
      u /= 1.5 + std::sin(t);
      std::swap(t, u);
      double half = t / (1.5 + std::cos(t));
      t *= half;
      t *= std::cos(t);
    }
    t = std::atan2(t, 2.0);
  }
  double v = 0.1;
  if (n >= 3 || t > 0.2) v = t * t;
  double w = 0.2;
  if (t < 3) w = u;
  return p + t + u + v + w;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

int main() {
  verify(reads_before_reuse, 0.7, 1, std::vector<double>{0.5, 1.5});
  verify(uses_only_size, 0.7, std::vector<double>{0.5, 1.5});
  verify(number_in_kernel, nn::Tensor<double, 1>{0.3}, 0.7);
  verify(of_nothing, nn::Tensor<double, N>(0), 0.3);
  verify(of_nothing, nn::Tensor<double, N>{0.5, -0.2}, 0.3);
  verify(through_nothing, 0.7, 3);
  for (int n : {1, 2, 4}) verify(inlined, 0.45, 3, n, std::array<double, 1>{0.3}, Array<2>{0.7, -0.4});
  verify(declared_again, Pointer{0.4, 0.9, 1.1}, 3, 0.7);
  for (double p : {0.3, -1.5}) verify(states_on_one_side, nn::Tensor<double, N>{0.5, -0.2, 0.8}, p);
  for (double p : {0.7, -0.9, 0.1}) verify(swapped_on_one_side, p, 3, std::array<double, 3>{0.4, -0.3, 0.9});
  for (double p : {0.7, -1.3}) verify(lifted_again, p, 0.5, 2);
  for (double p : {0.7, -1.3}) verify(variable_or_element, Pointer{0.4, 0.9, 1.1, -0.3}, 4, p);
}
