// What is known at compile time is computed there: constants, integer arithmetic, loops, `if constexpr`,
// default arguments, template arguments.
// RUN: nn-diff --print=ir %s | FileCheck %s
#include <nn/nn.h>

#include <array>

inline constexpr float slope = 0.1f;
inline constexpr std::array<int, 3> powers{1, 2, 3};
enum Kind { plain, squared };
struct Settings {
  static constexpr int rounds = 2;
  double rate = 0.25;
};
inline constexpr Settings settings{};

template <Kind K>
double apply(double x) {
  if constexpr (K == squared)
    return x * x;
  else
    return x;
}
inline double twice(double x, double factor = 2) {
  return x * factor;
}

// CHECK-LABEL: function known
NN_DIFF() double known(double x, const nn::Tensor<double, 3, 4>& t) {
  double y = apply<squared>(x);  // CHECK: [[Y:%[0-9]+]] = map.mul %0, %0
  y = apply<plain>(y);
  y = twice(y);  // CHECK: constant 2.0 : f64
  int sum = 0;
  for (int p : powers) sum += p * (1 << p);
  y += sum;  // CHECK: constant 34.0 : f64
  for (int i = 0; i < Settings::rounds; ++i) y *= settings.rate;
  // CHECK: constant 0.25 : f64
  // CHECK: constant 0.25 : f64
  y /= t.extent(-1) * sizeof(double);  // CHECK: constant 32.0 : f64
  if (sum > 3) y = y + slope;          // CHECK: constant 0.1{{0*149.*}} : f64
  while (sum > 30) sum -= 3;
  return sum % 2 == 0 ? y : x;  // CHECK: yield {{%[0-9]+}}
}

// CHECK-LABEL: function literals
// CHECK: constant 0.1 : f32
NN_DIFF() nn::Tensor<float, 3> literals(const nn::Tensor<float, 3>& t) {
  return t * slope;
}
