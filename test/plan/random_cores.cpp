// Core functions of random programs, as planned in every mode and emitted, return what an interpreter of the
// IR does: for named and fixed sizes, empty ones, float and double, value_and_grad and vjp.
// RUN: %cxx %s %S/emitted.cpp %S/../unit/interpreter.cpp %S/../unit/random_ir.cpp -I%S/../unit %rooms -o %t.gen
// RUN: %t.gen 20 > %t.cpp && %cxx -fsanitize=address,undefined -fno-sanitize-recover=all %t.cpp %lib -o %t && %t
// RUN: %t.gen 20 1000 > %t.cpp && %clang19 -Wno-unused-function -O3 -march=native -fno-trapping-math %t.cpp %lib -o %t && %t
#include "emitted.h"

int main(int argc, char** argv) {
  test::print_checks(argc, argv, nndiff::plan::Target::cpp, R"(// Generated.
#include <nn/runtime.h>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <vector>

nn::Workspace ws{2};
)");
}
