// Tensors made of numbers or sizes, read and written by element, filled, walked over and chosen.
// RUN: run-lifted %s > %t.txt && %cxx -ffp-contract=off -DNATIVE %s -o %t && %t %t.txt
#include <nn/nn.h>
#include <cmath>
#include <numeric>
inline constexpr nn::Dim N{"N"};
NN_DIFF() double made(double x, int n) {
  nn::Tensor<double, 2, 3> t{{x, 1, 2}, {3, 4, x * x}};
  nn::Tensor<double, 2> v{x, 2};
  nn::Tensor<double, 2, 2> w{1, x, 3, 4};
  t(1, n % 3) += 1;
  return nn::sum(nn::matmul(v, t)) + t(0, 2) + w(0, 1) + nn::sum(w * w);
}
NN_DIFF() double sized(const nn::Tensor<double, N, 3>& a) {
  nn::Tensor<double, N> r(a.extent(0));
  for (int i = 0; i < a.extent(0); ++i) {
    for (int j = 0; j < 3; ++j) r(i) += a(i, j) * j;
  }
  return nn::sum(r * r);
}
NN_DIFF() double over(const nn::Tensor<double, 4, 3>& a) {
  double s = 0;
  for (double v : a) s = s * 0.5 + v;
  const double* p = a.data();
  for (std::int64_t i = 0; i < a.size(); i += 2) s += p[i];
  return s + std::accumulate(a.begin(), a.end(), 0.0);
}
NN_DIFF() double filled(nn::Tensor<double, 4> a, double x) {
  auto b = a;
  b.fill(x);
  for (double& v : a) v *= 2;
  a(3) = x;
  return nn::sum(a * b) + a(1);
}
NN_DIFF() double condt(const nn::Tensor<double, 3>& a, double x) {
  nn::Tensor<double, 3> h = a;
  if (x > 0)
    h = nn::relu(a) * x;
  else if (x < -1)
    h += 1;
  return nn::sum(x > 1 ? h : h * 2.0);
}

#ifdef NATIVE
#include "native.h"
template <>
struct native::Holder<const nn::Tensor<double, N, 3>&> {
  nn::Tensor<double, N, 3> value{static_cast<int>(made_up::named_size)};
  explicit Holder(made_up::Numbers& n) { fill(value, n); }
  const nn::Tensor<double, N, 3>& get() { return value; }
  template <class S>
  void show(S) const {}
};
int main(int, char** argv) {
  native::Comparison comparison(argv[1]);
  COMPARE(made);
  COMPARE(sized);
  COMPARE(over);
  COMPARE(filled);
  COMPARE(condt);
}
#endif
