// A member that is no parameter stops the C++ compiler with a sentence, instead of being left untrained in
// silence.
// RUN: split-file %s %t
// RUN: not %cxx -fsyntax-only %t/text.cpp 2>&1 | FileCheck --check-prefix=ELSE %s
// RUN: not %clang14 -fsyntax-only %t/text.cpp 2>&1 | FileCheck --check-prefix=ELSE %s
// RUN: not %clang19 -fsyntax-only %t/pointer.cpp 2>&1 | FileCheck --check-prefix=ELSE %s
// RUN: not %cxx -fsyntax-only %t/reference.cpp 2>&1 | FileCheck --check-prefix=LISTED %s
// RUN: not %clang19 -fsyntax-only %t/many.cpp 2>&1 | FileCheck --check-prefix=MANY %s
// ELSE: parameters are tensors, numbers, arrays, and structs of these; this member is something else
// LISTED: the members of this type can't be listed: it is no plain aggregate
// MANY: an aggregate of parameters has at most 32 members: nest structs or use arrays
//--- text.cpp
#include <nn/train/reflect.h>
struct Model {
  nn::Tensor<float, 2> w;
  std::string name;
};
void f(Model& model) {
  nn::for_each_tensor(model, [](auto&) {});
}
//--- pointer.cpp
#include <nn/train/reflect.h>
struct Model {
  nn::Tensor<float, 2> w;
  float* raw;
};
void f(Model& model) {
  nn::for_each_tensor(model, [](auto&) {});
}
//--- reference.cpp
#include <nn/train/reflect.h>
struct Model {
  nn::Tensor<float, 2>& w;
};
void f(Model& model) {
  nn::for_each_tensor(model, [](auto&) {});
}
//--- many.cpp
#include <nn/train/reflect.h>
struct Model {
  float a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22,
      a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33;
};
void f(Model& model) {
  nn::for_each_tensor(model, [](auto&) {});
}
