// Integer arithmetic, logic and assertions on values known only at run time are refused where they stand,
// with what to write instead; what is known at compile time goes through.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <cassert>

inline constexpr nn::Dim N{"N"};

// CHECK: {{^}}[[FILE:.*run_time.cpp]]:[[@LINE+2]]:36: error: the operator '/' is not supported on integers known only at run time; write std::trunc(double(a) / double(b)), or pass the result as a parameter
NN_DIFF() float half_of_a_size(const nn::Tensor<float, N>& x) {
  return nn::sum(x) / (x.extent(0) / 2);
}

// CHECK: [[FILE]]:[[@LINE+2]]:17: error: the operator '%' is not supported on integers known only at run time; write std::fmod(double(a), double(b)), or pass the result as a parameter
NN_DIFF() float odd_part(float x, int n) {
  return x * (n % 2);
}

// CHECK: [[FILE]]:[[@LINE+2]]:5: error: the operator '/' is not supported on integers known only at run time
NN_DIFF() float divided_in_place(float x, int n) {
  n /= 2;
  return x * n;
}

// CHECK: [[FILE]]:[[@LINE+2]]:5: error: the operator '%' is not supported on integers known only at run time
NN_DIFF() float remainder_in_place(float x, int n) {
  n %= 2;
  return x * n;
}

// CHECK: [[FILE]]:[[@LINE+2]]:17: error: the operator '<<' is not supported on integers known only at run time; pass the result as a parameter
NN_DIFF() float shifted(float x, int n) {
  return x * (n << 2);
}

// CHECK: [[FILE]]:[[@LINE+2]]:14: error: the operator '~' is not supported on integers known only at run time; pass the result as a parameter
NN_DIFF() float complement(float x, int n) {
  return x * ~n;
}

// CHECK: [[FILE]]:[[@LINE+2]]:22: error: an '||' that depends on values known only at run time is not supported yet; nest two nn::where, nn::where(a, x, nn::where(b, x, y))
NN_DIFF() float either(float x, float y) {
  return nn::where(x > 0 || y > 0, x, y);
}

// CHECK: [[FILE]]:[[@LINE+2]]:12: error: an '&&' that depends on values known only at run time is not supported yet; nest two nn::where, nn::where(a, nn::where(b, x, y), y)
NN_DIFF() float both(float x, bool b, bool c) {
  bool d = b && c;
  return x * d;
}

// CHECK: [[FILE]]:[[@LINE+2]]:20: error: a '!' that depends on values known only at run time is not supported yet; write the opposite comparison, or exchange the operands of nn::where
NN_DIFF() float opposite(float x, float y) {
  return nn::where(!(x > 0), x, y);
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: an 'assert' or other check that depends on values known only at run time is not supported yet; check arguments before the call, and what is known at compile time by static_assert
NN_DIFF() float asserted(float x) {
  assert(x > 0);
  return std::sqrt(x);
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: this check fails in every call
NN_DIFF() float wrongly_asserted(float x) {
  assert(sizeof(x) == 3);
  return x;
}

// CHECK-NOT: error
NN_DIFF() float rightly_asserted(const nn::Tensor<float, 6>& x) {
  assert(x.extent(0) % 2 == 0 && "six is even");
  return nn::sum(x) / (x.extent(0) / 2) * !(x.size() > 7);
}
