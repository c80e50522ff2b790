// Mathematical functions of the standard library on C++ scalars become elementwise operators; conversions
// become casts.
// RUN: nn-diff --print=ir %s | FileCheck %s
#include <nn/nn.h>

#include <algorithm>
#include <cmath>

inline constexpr nn::Dim N{"N"};

// CHECK-LABEL: function functions
NN_DIFF() double functions(double x, float y) {
  double r = std::exp(x);                     // CHECK: map.exp %0 : f64
  r += expf(y);                               // CHECK: [[E:%[0-9]+]] = map.exp %1 : f32
                                              // CHECK: cast [[E]] : f64
  r += std::pow(x, 3);                        // CHECK: map.pow %0, {{.*}} : f64
  r += std::pow(y, 2.0f);                     // CHECK: map.pow %1, {{.*}} : f32
  r += std::max(x, 0.0) + std::fmin(x, 1.0);  // CHECK: map.maximum
                                              // CHECK: map.fmin
  r += std::fabs(x) + std::abs(y);            // CHECK: map.abs %0
                                              // CHECK: map.abs %1
  r += std::clamp(x, -1.0, 1.0);              // CHECK: map.maximum
                                              // CHECK: map.minimum
  r += std::hypot(x, r) + std::fma(x, x, x);  // CHECK: map.hypot
                                              // CHECK: map.fma
  r += nn::where(x > y, x, 2 * y);            // CHECK: map.gt
                                              // CHECK: map.where
  return -r + std::max(3, 4);                 // CHECK: map.neg
}  // CHECK: constant 4.0 : f64

// CHECK-LABEL: function sizes
NN_DIFF() float sizes(const nn::Tensor<float, N, 3>& x, int n) {
  // CHECK: [[SIZE:%[0-9]+]] = size N : i64
  // CHECK: cast [[SIZE]] : f32
  // CHECK: cast %1 : f32
  return nn::sum(x) / x.extent(0) + static_cast<float>(n);
}
