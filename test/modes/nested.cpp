// Derivatives taken inside of an annotated function, and differentiated again: a gradient penalty, a step of
// descent, a Hessian-vector product in a loss, higher derivatives in loops.
// RUN: split-file %s %t && nn-diff %t/critic.cpp --emit=cpp --out-dir %t
// RUN: nn-diff %t/model.cpp --emit=cpp --out-dir %t -- -I%t
// RUN: %clang19 %san -I%t %t/driver.cpp %t/critic.nn.cpp %t/model.nn.cpp %lib -o %t.exe && %t.exe
// RUN: %clang14 -O3 -I%t %t/driver.cpp %t/critic.nn.cpp %t/model.nn.cpp %lib -o %t.exe && %t.exe
// RUN: nn-diff %t/model.cpp --emit=cpp --recompute=all --out-dir %t -- -I%t
// RUN: %clang19 -I%t %t/driver.cpp %t/critic.nn.cpp %t/model.nn.cpp %lib -o %t.exe && %t.exe
//--- critic.cpp
#ifndef CRITIC_CPP
#define CRITIC_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

struct Critic {
  nn::Tensor<double, 2, 5> w1;
  nn::Tensor<double, 5> b1, w2;
  int version = 1;
};

NN_DIFF(critic, x) NN_MODES(jvp, hvp) double score(const Critic& critic, const nn::Tensor<double, N, 2>& x) {
  return nn::sum(nn::matmul(nn::tanh(nn::matmul(x, critic.w1) + critic.b1), critic.w2));
}

NN_DIFF(x) NN_MODES(jvp) nn::Tensor<double, 3> warp(const nn::Tensor<double, 3>& x) {
  return nn::sin(x) * nn::sum(x);
}
#endif
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <cmath>

#include "critic.nn.h"

// The slope of the critic should be 1.
NN_DIFF(critic) NN_MODES(hvp) double penalty(const Critic& critic, const nn::Tensor<double, N, 2>& x) {
  const auto [value, grad] = nn::value_and_grad<&score>(critic, x);
  const nn::Tensor<double, N> slope = nn::sqrt(nn::sum<1>(grad.x * grad.x));
  return nn::mean(nn::square(slope - 1.0)) + 0.1 * value;
}

// What a step of descent does to the score.
NN_DIFF()
double after_step(const Critic& critic, const nn::Tensor<double, N, 2>& x, double rate) {
  const auto grad = nn::grad<&score>(critic, x);
  Critic next = critic;
  next.w1 = critic.w1 - rate * grad.critic.w1;
  next.b1 = critic.b1 - rate * grad.critic.b1;
  next.w2 = critic.w2 - rate * grad.critic.w2;
  return score(next, x);
}

NN_DIFF(x)
double curvature(const Critic& critic, const nn::Tensor<double, N, 2>& x) {
  const auto r = nn::hvp<&score>(critic, x, nn::grad<&score>(critic, x));
  return nn::sum(r.product.x * r.product.x);
}

NN_DIFF(x)
double stretch(const nn::Tensor<double, 3>& x, const nn::Tensor<double, 3>& v) {
  nn::Tangents<&warp> direction;
  direction.x = v;
  const auto [value, tangent] = nn::jvp<&warp>(x, direction);
  const auto back = nn::vjp<&warp>(x, value);
  return nn::sum(tangent * tangent) + nn::sum(back.grad.x * v);
}

NN_DIFF()
double wave(double x, int n) {
  double s = x;
  for (int i = 0; i < n; ++i) s = std::sin(s) * x + s * s * 0.1;
  return s;
}
NN_DIFF()
double slope(double x, int n) {
  return nn::partial<&wave>(x, n) * x;
}
NN_DIFF()
double slopes(double x, int n) {
  double s = 0;
  for (int k = 0; k < n; ++k) s += nn::partial<&slope>(x, k);
  return s;
}
#endif
//--- driver.cpp
#include "gradcheck.h"
#include "model.nn.h"

int main() {
  Random random(1);
  Critic critic;
  random.fill(critic.w1);
  random.fill(critic.b1);
  random.fill(critic.w2);
  nn::Tensor<double, N, 2> x(4);
  random.fill(x);

  const auto g = nn::value_and_grad<&penalty>(critic, x);
  near(g.value, penalty(critic, x), 1e-12);
  const auto plain = [&] { return penalty(critic, x); };
  gradient_near(plain, critic.w1, g.grad.critic.w1);
  gradient_near(plain, critic.b1, g.grad.critic.b1);
  gradient_near(plain, critic.w2, g.grad.critic.w2);
  nn::Tangents<&penalty> v;
  random.fill(v.critic.w1);
  const auto third = nn::hvp<&penalty>(critic, x, v);
  double along = 0;
  for (int k = 0; k < 5; ++k) {
    const auto at = [&] {
      Critic moved = critic;
      for (int i = 0; i < 10; ++i) moved.w1.data()[i] += along * v.critic.w1.data()[i];
      return nn::grad<&penalty>(moved, x).critic.w2(k);
    };
    near(third.product.critic.w2(k), numeric_slope(at, along).value, 1e-7);
  }

  double rate = 0.3;
  const auto step = nn::value_and_grad<&after_step>(critic, x, rate);
  const auto after = [&] { return after_step(critic, x, rate); };
  near(step.value, after(), 1e-12);
  near(step.grad.rate, numeric_slope(after, rate).value, 1e-7);
  gradient_near(after, critic.w1, step.grad.critic.w1);
  gradient_near(after, x, step.grad.x);

  const auto bend = nn::value_and_grad<&curvature>(critic, x);
  near(bend.value, curvature(critic, x), 1e-12);
  gradient_near([&] { return curvature(critic, x); }, x, bend.grad.x);

  nn::Tensor<double, 3> p{0.3, -0.8, 1.1};
  const nn::Tensor<double, 3> q{1, 2, -1};
  const auto s = nn::value_and_grad<&stretch>(p, q);
  near(s.value, stretch(p, q), 1e-12);
  gradient_near([&] { return stretch(p, q); }, p, s.grad.x);

  for (int n : {0, 1, 3, 6}) {
    double at = 0.8;
    near(slope(at, n), numeric_slope([&] { return wave(at, n); }, at).value * at, 1e-7);
    const auto second = nn::value_and_grad<&slope>(at, n);
    near(second.value, slope(at, n), 1e-12);
    near(second.grad.x, numeric_slope([&] { return slope(at, n); }, at).value, 1e-7);
    const auto more = nn::value_and_grad<&slopes>(at, n);
    near(more.value, slopes(at, n), 1e-12);
    near(more.grad.x, numeric_slope([&] { return slopes(at, n); }, at).value, 1e-6);
  }
}
