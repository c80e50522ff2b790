// A function whose NN_DIFF comes out of a macro belongs to the main file if the macro is expanded there or
// its text is written there, as for an X-macro; functions of included files don't, and a fragment's are not
// passed over in silence.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
// RUN: nn-diff %t/model.cpp -o %t/out 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=HEADER --input-file %t/out.nn.h
// CHECK-NOT: unit
// CHECK: fragment.inc:1:18: remark: 'fragment' is marked in an included file and not differentiated here; run nn-diff on that file, or define the function in this one
// CHECK-NOT: remark
// HEADER: Gradients<&::square>
// HEADER: Gradients<&::cube>
// HEADER: Gradients<&::declared_here>
// HEADER: Gradients<&::marked>
// HEADER-NOT: struct nn::Gradients
//--- marks.h
#ifndef MARKS_H
#define MARKS_H
#include <nn/nn.h>
#define MARKED NN_DIFF() double
#endif
//--- powers.def
POWER(square, x* x)
POWER(cube, x* x* x)
//--- unit.h
#pragma once
#include "marks.h"
MARKED unit(double x) {
  return x;
}
double declared_here(double x) {
  return 7 * x;
}
//--- fragment.inc
NN_DIFF() double fragment(double x) {
  return x;
}
NN_DIFF() double fragment_too(double x) {
  return x;
}
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include "marks.h"
#define POWER(name, formula)        \
  NN_DIFF() double name(double x) { \
    return formula;                 \
  }
#include "powers.def"
#undef POWER
NN_DIFF() double declared_here(double x);
#include "unit.h"
namespace inner {
#include "fragment.inc"
}
MARKED marked(double x) {
  return 3 * unit(x) + inner::fragment(x);
}
#endif
//--- driver.cpp
#include "gradcheck.h"
#include "model.nn.h"

int main() {
  near(nn::value_and_grad<&square>(3.0).grad.x, 6, 1e-15);
  near(nn::value_and_grad<&cube>(3.0).grad.x, 27, 1e-15);
  near(nn::value_and_grad<&marked>(3.0).grad.x, 4, 1e-15);
  near(nn::value_and_grad<&declared_here>(3.0).grad.x, 7, 1e-15);
}
