// A function of the library on plain numbers keeps their type, float as double, evaluated and compiled.
// RUN: %cxx -fsyntax-only %s
// RUN: %clang14 -fsyntax-only %s
// RUN: %clang19 -fsyntax-only %s
// RUN: nn-diff %s --print=ir -- -DNUMBER=float | FileCheck --check-prefix=FLOAT %s
// RUN: nn-diff %s --print=ir -- -DNUMBER=double | FileCheck --check-prefix=DOUBLE %s
// FLOAT-NOT: f64
// FLOAT: function all_of_them : f32
// FLOAT-NOT: f64
// FLOAT: yield
// DOUBLE-NOT: f32
// DOUBLE: function all_of_them : f64
// DOUBLE-NOT: f32
// DOUBLE: yield
#include <nn/nn.h>

#include <type_traits>

#ifndef NUMBER
#define NUMBER float
#endif

/// x, which has to be a T.
template <class T, class X>
T exactly(X x) {
  static_assert(std::is_same_v<T, X>);
  return x;
}

template <class T>
T functions(T a, T b) {
  T sum = 0;
#define NN_MAP1(name, ...) sum += exactly<T>(nn::name(a));
#define NN_MAP2(name, ...) sum += exactly<T>(nn::name(a, b));
#define NN_MAP3(name, ...) sum += exactly<T>(nn::name(a, a, b));
#define NN_COMPARE(name, ...) sum += nn::where(exactly<bool>(nn::name(a, b)), a, b);
#include <nn/ops.def>
  sum += exactly<T>(nn::leaky_relu(a)) + exactly<T>(nn::elu(a)) + exactly<T>(nn::maxout(a, b, a));
  sum += exactly<T>(nn::silu(a)) + exactly<T>(nn::gelu(a)) + exactly<T>(nn::gelu_tanh(a));
  sum += exactly<T>(nn::hard_tanh(a)) + exactly<T>(nn::where(a < b, a, b));
  sum += exactly<T>(nn::mse(a, b)) + exactly<T>(nn::mae(a, b)) + exactly<T>(nn::hinge(a, b));
  sum += exactly<T>(nn::binary_cross_entropy(a, b));
  sum += exactly<T>(nn::l1_penalty(a)) + exactly<T>(nn::l2_penalty(a));
  sum += exactly<T>(nn::sum(a)) + exactly<T>(nn::mean(a)) + exactly<T>(nn::max(a)) + exactly<T>(nn::min(a));
  return sum;
}
template float functions(float, float);
template double functions(double, double);

// Beside a constant of another type, C++'s common type; integers count as double where a function has no form
// for them.
static_assert(std::is_same_v<decltype(nn::leaky_relu(1.0f, 0.5)), double>);
static_assert(std::is_same_v<decltype(nn::gelu(1)), double>);
static_assert(std::is_same_v<decltype(nn::leaky_relu(1)), double>);
static_assert(std::is_same_v<decltype(nn::maximum(1, 2)), int>);

NN_DIFF() NUMBER all_of_them(NUMBER a, NUMBER b) {
  return functions(a, b);
}
