// Variables hold values: a local may be reassigned, changed through references and copied, and what was
// computed from it before keeps the old value.
// RUN: nn-diff --print=ir %s | FileCheck %s
#include <nn/nn.h>

#include <array>
#include <utility>

struct Pair {
  double first, second;
};
inline void scale(Pair& p, double by) {
  p.first *= by;
  p.second *= by;
}
inline Pair swapped(Pair p) {
  std::swap(p.first, p.second);
  return p;
}

// CHECK-LABEL: function reassigned
NN_DIFF() double reassigned(double x) {
  double y = x * x;  // CHECK: [[Y:%[0-9]+]] = map.mul %0, %0 : f64 "y"
  double z = y + 1;  // CHECK: [[Z:%[0-9]+]] = map.add [[Y]], {{.*}} "z"
  y = z * x;         // CHECK: [[Y2:%[0-9]+]] = map.mul [[Z]], %0 : f64 "y"
  y += z;            // CHECK: [[Y3:%[0-9]+]] = map.add [[Y2]], [[Z]] : f64 "y"
  return y - z;      // CHECK: [[R:%[0-9]+]] = map.sub [[Y3]], [[Z]]
}  // CHECK: yield [[R]]

// CHECK-LABEL: function structs
NN_DIFF() double structs(double a, double b) {
  Pair p{a, b};
  Pair copy = p;
  scale(p, 3);  // CHECK: [[A:%[0-9]+]] = map.mul %0, {{.*}}
                // CHECK: [[B:%[0-9]+]] = map.mul %1, {{.*}}
  auto [u, v] = swapped(p);
  auto& alias = copy.second;
  alias = u;
  return copy.first / copy.second + v;  // CHECK: [[D:%[0-9]+]] = map.div %0, [[B]]
}  // CHECK: map.add [[D]], [[A]]

// CHECK-LABEL: function lambdas
NN_DIFF() double lambdas(double x) {
  double k = 2;
  const auto by_copy = [k](double v) { return v * k; };
  const auto by_reference = [&](auto v) { k = v; };
  by_reference(x);        // k is x now, the copy is still 2
  return by_copy(x) + k;  // CHECK: [[P:%[0-9]+]] = map.mul %0, [[TWO:%[0-9]+]]
}  // CHECK: map.add [[P]], %0

// CHECK-LABEL: function tensors
NN_DIFF() nn::Tensor<double, 3> tensors(nn::Tensor<double, 3> x, double s) {
  auto y = x + 1;  // CHECK: [[Y:%[0-9]+]] = map.add %0, {{.*}} "y"
  x *= s;          // CHECK: [[S:%[0-9]+]] = broadcast %1
                   // CHECK: [[X:%[0-9]+]] = map.mul %0, [[S]] : f64[3] "x"
  return x + y;    // CHECK: map.add [[X]], [[Y]]
}
