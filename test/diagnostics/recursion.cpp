// What a recursive function cannot do is refused.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <array>
#include <cmath>
#include <vector>

inline std::array<double, 2> pair(double x, int n) {
  if (n == 0) return {x, 1};
  const std::array<double, 2> p = pair(x, n - 1);
  return {p[0] * p[1], p[0]};
}
NN_DIFF() double returns_array(double x, int n) {
  // CHECK: [[@LINE+1]]:10: error: a recursive function that returns a 'std::array<double, 2>' is not supported
  return pair(x, n)[0];
}

inline double buffered(const double* x, int n) {
  if (n == 0) return 0;
  std::vector<double> half(n / 2);
  for (int i = 0; i < n / 2; ++i) half[i] = x[2 * i];
  // CHECK: [[@LINE+1]]:20: error: a recursive function that calls itself with ever other kinds of arguments, such as memory of its own, is not supported
  return half[0] + buffered(half.data(), n / 2);
}
NN_DIFF() double makes_memory(const double* x, int n) {
  return buffered(x, n);
}

inline double working(const double* x, int n) {
  if (n == 0) return 0;
  // CHECK: [[@LINE+1]]:23: error: memory of a size known at run time only is not supported in a recursive function
  std::vector<double> work(n, 1.0);
  for (int i = 0; i < n; ++i) work[i] = x[i] * work[i];
  return work[0] + working(x + 1, n - 1);
}
NN_DIFF() double makes_more_memory(const double* x, int n) {
  return working(x, n);
}

inline void replace(std::array<double, 2>& v, int n) {
  if (n == 0) return;
  const std::array<double, 2> turned = {v[1], v[0]};
  v = turned;
  replace(v, n - 1);
}
NN_DIFF() double replaces_array(std::array<double, 2> v, int n) {
  // CHECK: [[@LINE+1]]:3: error: a recursive function that replaces a whole array is not supported; assign its elements
  replace(v, n);
  return v[0];
}

inline double shrink(const nn::Tensor<double, 3>& t, int n) {
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: error: operations on whole tensors are not supported in a recursive function
  return n == 0 ? t(0) : nn::sum(t) + shrink(t, n - 1);
}
NN_DIFF() double whole_tensors(const nn::Tensor<double, 3>& t, int n) {
  return shrink(t, n);
}

inline double& first(double* x, int n) {
  return n == 0 ? *x : first(x, n - 1);
}
NN_DIFF() double returns_reference(double* x, int n) {
  // CHECK: [[@LINE+1]]:10: error: a recursive function that returns a reference is not supported
  return first(x, n);
}
