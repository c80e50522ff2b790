// First weights have the published variances for their fans, depend on seed and place only, and biases are
// zero.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %s -o %t && %t
#include <nn/train/init.h>

#include <algorithm>

#include "check.h"

struct Net {
  nn::Tensor<float, 300, 200> w1;
  nn::Tensor<float, 200> b1;
  nn::Tensor<double, 200, 50> w2;
  nn::Tensor<int, 3> table{1, 2, 3};
  float slope = 4;
};
struct Longer {
  Net net;
  nn::Tensor<float, 50, 10> w3;
};

namespace {

struct Spread {
  double mean = 0, variance = 0, greatest = 0;
};
template <class P>
Spread spread(const P& p) {
  Spread s;
  for (const double x : p) s.mean += x / static_cast<double>(p.size());
  for (const double x : p) s.variance += (x - s.mean) * (x - s.mean) / static_cast<double>(p.size());
  for (const double x : p) s.greatest = std::max(s.greatest, std::abs(x));
  return s;
}

template <class P>
void has_variance(const P& p, double variance, bool uniform) {
  const Spread s = spread(p);
  near(s.mean / std::sqrt(variance), 0, 0.03);
  near(s.variance / variance, 1, 0.05);
  const double limit = std::sqrt(3 * variance);
  check(uniform ? s.greatest <= limit * 1.000001 && s.greatest > 0.99 * limit : s.greatest > 1.5 * limit);
}

void published_variances() {
  using nn::init::Shape;
  for (const Shape shape : {Shape::uniform, Shape::normal}) {
    const bool uniform = shape == Shape::uniform;
    Net net;
    net.b1.fill(9);
    nn::init::he(net, 1, shape);
    has_variance(net.w1, 2.0 / 300, uniform);
    has_variance(net.w2, 2.0 / 200, uniform);
    check(spread(net.b1).greatest == 0 && net.slope == 0 && net.table(2) == 3);
    nn::init::xavier(net, 1, shape);
    has_variance(net.w1, 2.0 / 500, uniform);
    has_variance(net.w2, 2.0 / 250, uniform);
  }
}

void one_tensor() {
  nn::Tensor<float, 100, 100> p;
  nn::init::normal(p, 5, 3, 0.5);
  const Spread n = spread(p);
  near(n.mean, 3, 0.01);
  near(n.variance, 0.25, 0.02);
  nn::init::uniform(p, 5, -1, 4);
  const Spread u = spread(p);
  near(u.mean, 1.5, 0.05);
  near(u.variance, 25.0 / 12, 0.05);
  check(*std::min_element(p.begin(), p.end()) >= -1 && *std::max_element(p.begin(), p.end()) < 4);
}

void fans() {
  const auto is = [](nn::init::Fans fans, double in, double out) { return fans.in == in && fans.out == out; };
  check(is(nn::init::fans_of(nn::Tensor<float, 7, 5>{}), 7, 5));
  check(is(nn::init::fans_of(nn::Tensor<float, 16, 3, 5, 5>{}), 75, 400));
  check(is(nn::init::fans_of(nn::Tensor<float, 9>{}), 9, 9));
}

template <class P>
bool same(const P& p, const P& q) {
  return std::equal(p.begin(), p.end(), q.begin());
}

void seeds() {
  Net a, b, c;
  nn::init::he(a, 1), nn::init::he(b, 1), nn::init::he(c, 2);
  check(same(a.w1, b.w1) && same(a.w2, b.w2) && !same(a.w1, c.w1));
  Longer longer;
  nn::init::he(longer, 1);
  check(same(a.w1, longer.net.w1) &&
        same(a.w2, longer.net.w2));  // a layer at the end changes nothing before it
  Net twins;
  nn::init::normal(twins.w1, 3);
  check(twins.w1(0, 0) != twins.w1(0, 1));
}

}  // namespace

int main() {
  published_variances();
  one_tensor();
  fans();
  seeds();
}
