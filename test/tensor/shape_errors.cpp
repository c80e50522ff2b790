// A mistake in shapes or element types is one readable sentence from the C++ compiler, whichever it is.
// RUN: not %cxx -fsyntax-only -fmax-errors=0 -fno-diagnostics-show-caret %s 2>&1 | FileCheck %s
// RUN: not %clang14 -fsyntax-only -ferror-limit=0 -fno-caret-diagnostics %s 2>&1 | FileCheck %s
// RUN: not %clang19 -fsyntax-only -ferror-limit=0 -fno-caret-diagnostics %s 2>&1 | FileCheck %s
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"}, M{"M"};

void broadcast() {
  nn::Tensor<float, 2, 3>() + nn::Tensor<float, 4>();
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: shapes cannot be broadcast together: sizes of an axis differ and neither is 1

void names() {
  nn::Tensor<float, N>() * nn::Tensor<float, M>();
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: shapes cannot be broadcast together: sizes of an axis differ and neither is 1

void named() {
  nn::exp(nn::Tensor<float, N>()) - nn::Tensor<float, 5>();
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: shapes cannot be broadcast together: sizes of an axis differ and neither is 1

void where() {
  nn::where(nn::Tensor<float, 2>() > 0, nn::Tensor<float, 3>(), 1);
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: shapes cannot be broadcast together: sizes of an axis differ and neither is 1

void types() {
  nn::Tensor<float, 3>() + nn::Tensor<double, 3>();
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: element types differ: use nn::cast<T>(x) to convert one of them

void mask() {
  nn::Tensor<float, 3>() * (nn::Tensor<float, 3>() > 0);
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: element types differ: use nn::cast<T>(x) to convert one of them

void bools() {
  (nn::Tensor<float, 3>() > 0) + (nn::Tensor<float, 3>() > 1);
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: arithmetic on bool elements: use nn::cast<float>(x)

void integers() {
  nn::exp(nn::Tensor<int, 3>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: this operation needs floating-point elements: use nn::cast<float>(x)

void half() {
  nn::Tensor<int, 3>() * 0.5;
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: a floating-point number beside an integer tensor: use nn::cast<float>(x) on the tensor

void condition() {
  nn::where(nn::Tensor<float, 3>(), 1, 2);
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::where: the condition is not a bool tensor: write a comparison such as x != 0

void inner() {
  nn::matmul(nn::Tensor<float, N, 3>(), nn::Tensor<float, 4, 2>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::matmul: the inner sizes differ: the last of the first operand, the first of the second

void rank() {
  nn::matmul(nn::Tensor<float, 2, 2, 2>(), nn::Tensor<float, 2>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::matmul: the operands are matrices or vectors, with two axes or one

void dot() {
  nn::dot(nn::Tensor<float, 2, 2>(), nn::Tensor<float, 2>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::dot: the operands are not vectors: use nn::matmul

void axis() {
  nn::sum<2>(nn::Tensor<float, 2, 2>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: an axis of a reduction is out of range for this tensor

void twice() {
  nn::max<1, -1>(nn::Tensor<float, 2, 2>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: an axis of a reduction is given twice

void mean() {
  nn::mean(nn::Tensor<int, 2>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::mean: the elements are not floating-point: use nn::cast<float>(x)

void reshape() {
  nn::reshape<4, 2>(nn::Tensor<float, 3, 3>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::reshape: the new shape has another number of elements

void reshaped() {
  nn::reshape<N, 2, 4>(nn::Tensor<float, N, 8>() * 2), nn::reshape<N + 1, 8>(nn::Tensor<float, N, 8>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::reshape: the new shape has another number of elements

void unknown() {
  nn::reshape<M, 4>(nn::Tensor<float, N, 8>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: the new shape names sizes that the tensor doesn't have: give their values after the tensor

void repeat() {
  nn::broadcast_to<3, 2>(nn::Tensor<float, 2, 2>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::broadcast_to: the tensor cannot be broadcast to this shape

void permute() {
  nn::transpose<0, 0>(nn::Tensor<float, 2, 2>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::transpose: an axis is given twice

void few() {
  nn::transpose<0>(nn::Tensor<float, 2, 2>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::transpose: give every axis of the tensor once, or none to reverse them

void pick() {
  nn::pick(nn::Tensor<float, N, 3>(), nn::Tensor<int, M>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::pick: the indices do not have the shape of the tensor without its last axis

void fraction() {
  nn::pick(nn::Tensor<float, N, 3>(), nn::Tensor<float, N>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn::pick: the indices are not integers

void loss() {
  nn::mse(nn::Tensor<float, N, 1>(), nn::Tensor<float, N>());
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: the prediction and the target of a loss have different shapes

void assign() {
  nn::Tensor<float, 3> x;
  nn::Tensor<float, 2> y;
  auto e = x + 1;
  x = y + 1;
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: the expression assigned to a tensor has another shape or element type

void reassign() {
  nn::Tensor<float, 3> x;
  nn::Tensor<float, 2> y;
  auto e = x + 1;
  e = y;
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: the expression assigned to a variable has another shape or element type

void add() {
  nn::Tensor<float, 3> x;
  nn::Tensor<float, 2> y;
  auto e = x + 1;
  x += nn::Tensor<float, 4, 3>();
}
// CHECK-DAG: error: static{{[_ ]assert(ion)?}} failed{{.*}}nn: the right side of += and its like has more axes or elements than the tensor
