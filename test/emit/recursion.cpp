// A recursive function becomes one that runs forwards and one that runs backwards, told which call it undoes.
// RUN: nn-diff %s --print=cpp --function power | FileCheck %s
// RUN: nn-diff %s --print=cpp --function steps | FileCheck --check-prefix=PLAIN %s
#include <nn/nn.h>

#include <cmath>

// CHECK: // raised: a call, recursion.cpp:[[@LINE+6]]
// CHECK-NEXT: double power_value_and_grad_raised_forward(
// CHECK-NEXT: const double {{x.*}}, const std::int32_t {{n.*}}
// CHECK: half{{.*}} = power_value_and_grad_raised_forward({{.*}} / 2, {{.*}}
// CHECK: // raised: a call undone, recursion.cpp:[[@LINE+2]]
// CHECK-NEXT: double power_value_and_grad_raised_backward(
inline double raised(double x, int n) {
  if (n == 0) return 1;
  const double half = raised(x, n / 2);
  return n % 2 == 0 ? half * half : half * half * x;
}
NN_DIFF()
double power(double x, int n) {
  return raised(x, n);
}

// What has no derivative is not numbered, and keeps nothing.
// PLAIN: // halvings: a call, recursion.cpp:[[@LINE+5]]
// PLAIN-NEXT: std::int32_t steps_value_and_grad_halvings_forward(
// PLAIN-NEXT: const std::int32_t n{{[_0-9]*}}) {
// PLAIN-NOT: Growing
// PLAIN-NOT: backward(
inline int halvings(int n) {
  return n < 2 ? 0 : 1 + halvings(n / 2);
}
NN_DIFF()
double steps(double x, int n) {
  return std::sin(x) * halvings(n);
}
