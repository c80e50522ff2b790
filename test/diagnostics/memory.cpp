// What pointers, arrays and containers cannot do is refused where it stands.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <array>
#include <cstring>
#include <memory>
#include <vector>

// CHECK: {{^}}[[FILE:.*memory.cpp]]:[[@LINE+3]]:10: error: this pointer is null
NN_DIFF() double null_pointer(double x) {
  double* p = nullptr;
  return *p * x;
}

// CHECK: [[FILE]]:[[@LINE+4]]:3: error: a pointer that is null or not, depending on a condition, is not supported
NN_DIFF() double maybe_null(double x) {
  double y = x;
  double* p = nullptr;
  if (x > 0) p = &y;
  return p ? *p : 0;
}

// CHECK: [[FILE]]:[[@LINE+3]]:11: error: this variable is used before anything was assigned to it
NN_DIFF() double unset_pointer(double x) {
  double* p;
  return *p * x;
}

// CHECK: [[FILE]]:[[@LINE+4]]:35: error: a pointer to an object that only one side of a condition makes is not supported
NN_DIFF() double three_buffers(double x, int n) {
  double a[2] = {x, 1}, b[2] = {2, x}, c[2] = {x, x};
  double* p = a;
  for (int i = 0; i < n; ++i) p = i % 3 == 0 ? a : i % 3 == 1 ? b : c;
  return *p;
}

// CHECK: [[FILE]]:[[@LINE+3]]:17: error: these pointers point into different objects
NN_DIFF() double different_arrays(double x) {
  double a[2] = {x, 1}, b[2] = {2, x};
  return (&a[0] < &b[1]) * x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:10: error: an array whose size is not a constant is not standard C++; use std::vector
NN_DIFF() double variable_length(double x, int n) {
  double a[n];
  a[0] = x;
  return a[0];
}

// CHECK: [[FILE]]:[[@LINE+3]]:3: error: 'memset' of a 'double' to anything but 0 is not supported; use std::fill
NN_DIFF() double set_to_ones(double x) {
  double a[2];
  std::memset(a, 1, sizeof a);
  return a[0] * x;
}

// CHECK: [[FILE]]:[[@LINE+3]]:15: error: placement new is not supported
NN_DIFF() double placed(double x) {
  double y;
  double* p = new (&y) double(x);
  return *p;
}

struct Pair {
  double a;
  int b;
};
// CHECK: [[FILE]]:[[@LINE+1]]:48: error: 'p' is a pointer to 'const Pair', which is not supported; take a pointer to numbers or to structs of numbers of one type, a std::span or an nn::Tensor
NN_DIFF() double pointer_to_struct(const Pair* p, double x) {
  return p->a * x;
}

// CHECK: [[FILE]]:[[@LINE+3]]:5: error: a range of cases is not supported
NN_DIFF() double case_range(double x, int n) {
  switch (n) {
    case 0 ... 3:
      return x;
  }
  return 0;
}

// CHECK: [[FILE]]:[[@LINE+3]]:15: error: an operand that changes what another one uses is not supported
NN_DIFF() double unsequenced_steps(const double* x) {
  const double* p = x;
  return *p + *p++;
}

// CHECK: [[FILE]]:[[@LINE+5]]:3: error: this refers to an element of a vector that has been swapped or moved since, which is not supported; name the element anew
NN_DIFF() double swapped_away(double x) {
  std::vector<double> v = {x, 1}, w = {2, x};
  double& first = v[0];
  std::swap(v, w);
  first *= x;
  return v[0] * w[0];
}

// CHECK: [[FILE]]:[[@LINE+7]]:3: error: this refers to an element of a vector that has been swapped or moved since, which is not supported; name the element anew
NN_DIFF() double swapped_row(double x, int n) {
  std::vector<std::vector<double>> rows(n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= i; ++j) rows[i].push_back(x * i + j);
  double& first = rows[0][0];
  std::swap(rows[0], rows[1]);
  first *= x;
  return rows[0][0] * rows[1][0];
}

// CHECK: [[FILE]]:[[@LINE+6]]:10: error: this refers to an element of a vector that has been swapped or moved since, which is not supported; name the element anew
NN_DIFF() double swapped_each_round(double x, int n) {
  std::vector<double> v(n, x), w(n, 2 * x);
  double& first = v[0];
  double s = 0;
  for (int i = 0; i < n; ++i) {
    s += first * i;
    std::swap(v, w);
  }
  return s;
}
