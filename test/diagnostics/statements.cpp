// Statements that cannot be lifted are refused where they stand, with what to write instead.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <array>

// CHECK: {{^}}[[FILE:.*statements.cpp]]:[[@LINE+4]]:9: error: an 'if' that depends on values known only at run time is not supported yet; choose between values by nn::where
// CHECK-NEXT:  |   if (x > 0) return x;
// CHECK-NEXT:  |         ^
NN_DIFF() double run_time_if(double x) {
  if (x > 0) return x;
  return -x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:21: error: a loop that depends on values known only at run time is not supported yet; use a bound known at compile time
NN_DIFF() double run_time_for(double x, int n) {
  for (int i = 0; i < n; ++i) x *= x;
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:12: error: a loop that depends on values known only at run time
NN_DIFF() double run_time_while(double x) {
  while (x < 100) x *= 2;
  return x;
}

// CHECK: [[FILE]]:[[@LINE+4]]:14: error: a loop that depends on values known only at run time
NN_DIFF() double run_time_do(double x) {
  do {
    x *= 2;
  } while (x < 100);
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: 'switch' is not supported yet; use 'if constexpr'
NN_DIFF() double with_switch(double x) {
  switch (2) {
    case 2:
      return x;
  }
  return x * x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:1: error: 'goto' and labels are not supported
NN_DIFF() double with_goto(double x) {
again:
  x *= 2;
  goto again;
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: exceptions are not supported
NN_DIFF() double with_try(double x) {
  try {
    x *= 2;
  } catch (...) {
  }
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: exceptions are not supported; check arguments before the call
NN_DIFF() double with_throw(double x) {
  throw 1;
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: 'asm' is not supported
NN_DIFF() double with_asm(double x) {
  asm("");
  return x;
}

// CHECK: [[FILE]]:[[@LINE+3]]:3: error: the loop runs more than 4096 times; loops are unrolled, so write it as tensor operations
NN_DIFF() double long_loop(double x) {
  double s = 0;
  for (int i = 0; i < 5000; ++i) s += x;
  return s;
}

// CHECK: [[FILE]]:[[@LINE+3]]:18: error: a loop over a 'nn::Tensor<{{.*}}>' is not supported yet; loop over a std::array
NN_DIFF() float over_a_tensor(const nn::Tensor<float, 4>& x) {
  float s = 0;
  for (float v : x) s += v;
  return s;
}

// CHECK: [[FILE]]:[[@LINE+2]]:19: error: volatile variables are not supported
NN_DIFF() double with_volatile(double x) {
  volatile double y = x;
  return y;
}

// CHECK: [[FILE]]:[[@LINE+3]]:1: error: the function ends without returning a value
NN_DIFF() double without_return(double x) {
  x *= 2;
}

// CHECK: [[FILE]]:[[@LINE+3]]:10: error: this variable is used before anything was assigned to it
NN_DIFF() double uninitialised(double x) {
  double y;
  return y * x;
}

// CHECK: [[FILE]]:[[@LINE+3]]:36: error: too many statements after entering calls and unrolling loops
NN_DIFF() double nested_loops(double x) {
  for (int i = 0; i < 1000; ++i)
    for (int j = 0; j < 1000; ++j) x += 1;
  return x;
}
