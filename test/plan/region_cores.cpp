// Core functions of random programs with loops, branches and memory, as planned and emitted, return what an
// interpreter of the IR does, the second time too, and allocate nothing then.
// RUN: %cxx %s %S/region_programs.cpp %S/../unit/interpreter.cpp %S/../unit/random_ir.cpp %S/../unit/random_regions.cpp -I%S/../unit %rooms -o %t.gen
// RUN: %t.gen 40 > %t.cpp && %clang19 -I%S/../unit %san %t.cpp %lib -o %t && %t
// RUN: %t.gen 20 1000 > %t.cpp && %clang19 -I%S/../unit -Wno-unused-function %O3 %t.cpp %lib -o %t && %t
// RUN: %t.gen 20 2000 > %t.cpp && %cxx -I%S/../unit %O3 %t.cpp %lib -o %t && %t
#include "region_programs.h"

int main(int argc, char** argv) {
  test::print_region_checks(argc, argv, nndiff::plan::Target::cpp, R"(// Generated.
#include <nn/runtime.h>
#include "called.h"
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
