// A model file is included by several others: what would then break the program is refused, with a fix-it.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <array>

inline constexpr nn::Dim N{"N"};
constexpr double half = 0.5;
const int count = 3;
template <class T>
T twice(T x) {
  return x + x;
}
constexpr double third(double x) {
  return x / 3;
}
double declared(double x);

// CHECK: {{^}}[[FILE:.*model_file.cpp]]:[[@LINE+4]]:1: error: 'plain' is not inline; a model file is included by several files; write 'inline' before it
// CHECK-NEXT:  | double plain(double x) {
// CHECK-NEXT:  | ^
// CHECK-NEXT:  | inline{{ *$}}
double plain(double x) {
  return x;
}

// CHECK: [[FILE]]:[[@LINE+4]]:1: error: 'internal' is static; a model file is included by several files; write 'inline' instead
// CHECK-NEXT:  | static double internal(double x) {
// CHECK-NEXT:  | ^
// CHECK-NEXT:  | inline
static double internal(double x) {
  return x;
}

// CHECK: [[FILE]]:[[@LINE+1]]:1: error: 'variable' is not inline; a model file is included by several files, and its variables must be one
double variable = 1;

// CHECK: [[FILE]]:[[@LINE+1]]:1: error: 'hidden' is static
static double hidden = 1;

// CHECK: [[FILE]]:[[@LINE+1]]:11: error: a model file is included by several files and cannot hold an anonymous namespace; give it a name
namespace {
double unseen(double x) {
  return x;
}
}  // namespace

struct Layer {
  double w;
  double apply(double x) const;
  static double zero() { return 0; }
};
// CHECK: [[FILE]]:[[@LINE+1]]:1: error: 'apply' is not inline
double Layer::apply(double x) const {
  return w * x;
}

NN_DIFF() double fine(double x) {
  return twice(third(x)) * half * count;
}

// CHECK-NOT: error
// CHECK: [[FILE]]:[[@LINE+1]]:5: error: a model file is included by other files and cannot hold 'main'; move it to a file that includes this one
int main() {
  return 0;
}
