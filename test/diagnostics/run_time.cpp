// A check that fails in every call is refused; what holds at compile time, or may hold at run time, goes
// through.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <cassert>

// CHECK: {{^}}[[FILE:.*run_time.cpp]]:[[@LINE+2]]:3: error: this check fails in every call
NN_DIFF() float wrongly_asserted(float x) {
  assert(sizeof(x) == 3);
  return x;
}

// CHECK-NOT: error
NN_DIFF() float asserted(float x) {
  assert(x > 0);
  return std::sqrt(x);
}
NN_DIFF() float rightly_asserted(const nn::Tensor<float, 6>& x) {
  assert(x.extent(0) % 2 == 0 && "six is even");
  return nn::sum(x) / (x.extent(0) / 2) * !(x.size() > 7);
}
