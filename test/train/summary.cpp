// The summary lists layers, shapes and counts: 669,706 parameters for the 784-512-512-10 network.
// RUN: %cxx %s %lib -o %t && %t > %t.table && FileCheck %s < %t.table
// CHECK: {{^}}C1 shape parameters{{$}}
// CHECK-NEXT: {{^(─)+$}}
// CHECK-NEXT: {{^}}first.w 784 × 512 401,408{{$}}
// CHECK-NEXT: {{^}}first.b 512 512{{$}}
// CHECK-NEXT: {{^}}second.w 512 × 512 262,144{{$}}
// CHECK-NEXT: {{^}}second.b 512 512{{$}}
// CHECK-NEXT: {{^}}last.w 512 × 10 5,120{{$}}
// CHECK-NEXT: {{^}}last.b 10 10{{$}}
// CHECK-NEXT: {{^(─)+$}}
// CHECK-NEXT: {{^}}total 2678.8 kB 669,706{{$}}
// CHECK: {{^}}model shape parameters{{$}}
// CHECK: {{^}}slope number 1{{$}}
// CHECK-NEXT: {{^}}table 4 4{{$}}
// CHECK: {{^}}total 20 bytes 1{{$}}
// CHECK-NEXT: {{^}}not learnt 4{{$}}
#include <nn/train/summary.h>

#include "check.h"

template <int In, int Out>
struct Layer {
  nn::Tensor<float, In, Out> w;
  nn::Tensor<float, Out> b;
};
struct C1 {
  Layer<784, 512> first;
  Layer<512, 512> second;
  Layer<512, 10> last;
};
struct Other {
  float slope;
  nn::Tensor<int, 4> table;
  int heads;
};

int main() {
  check(nn::train::parameter_count(C1{}) == 669'706 && nn::train::parameter_count(Other{}) == 1);
  std::fputs(nn::train::summary(C1{}, "C1").c_str(), stdout);
  std::fputs(nn::train::summary(Other{}).c_str(), stdout);
}
