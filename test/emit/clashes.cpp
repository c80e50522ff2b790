// Functions whose qualified names make the same identifier get code of their own: namespaces with
// underscores, a name that ends in one, a name that is another's namespace and name.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
// RUN: nn-diff %t/model.cpp --print=cpp | FileCheck %s
// CHECK: double loss_value_and_grad(
// CHECK: double ns_loss_value_and_grad_2(
//--- model.cpp
#ifndef MODEL
#define MODEL
#include <nn/nn.h>
inline constexpr nn::Dim N{"N"};
using Vector = nn::Tensor<double, N>;

NN_DIFF() double loss(const Vector& x) {
  return nn::sum(x);
}
NN_DIFF() double loss_(const Vector& x) {
  return 2 * nn::sum(x);
}
NN_DIFF() double check_loss(const Vector& x) {
  return 3 * nn::sum(x);
}
NN_DIFF() double loss_sizes(const Vector& x) {
  return 4 * nn::sum(x);
}
NN_DIFF() double ns_loss(const Vector& x) {
  return 5 * nn::sum(x);
}
namespace ns {
NN_DIFF() double loss(const Vector& x) {
  return 6 * nn::sum(x);
}
NN_DIFF() double a_loss(const Vector& x) {
  return 7 * nn::sum(x);
}
namespace a {
NN_DIFF() double loss(const Vector& x) {
  return 8 * nn::sum(x);
}
}  // namespace a
}  // namespace ns
namespace ns_a {
NN_DIFF() double loss(const Vector& x) {
  return 9 * nn::sum(x);
}
}  // namespace ns_a
#endif
//--- driver.cpp
#include "check.h"
#include "model.nn.h"

template <auto F>
void has_slope(double slope) {
  const Vector x{1, 2, 3};
  const auto r = nn::value_and_grad<F>(x);
  near(r.value, 6 * slope, 1e-15);
  for (int i = 0; i < 3; ++i) near(r.grad.x(i), slope, 1e-15);
}

int main() {
  has_slope<&loss>(1);
  has_slope<&loss_>(2);
  has_slope<&check_loss>(3);
  has_slope<&loss_sizes>(4);
  has_slope<&ns_loss>(5);
  has_slope<&ns::loss>(6);
  has_slope<&ns::a_loss>(7);
  has_slope<&ns::a::loss>(8);
  has_slope<&ns_a::loss>(9);
}
