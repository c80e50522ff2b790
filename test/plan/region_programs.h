// Random programs with loops, branches and memory, and their derivatives, as a file that checks itself:
// emitted core functions, inputs, and what the interpreter of the IR says they return.
#ifndef TEST_PLAN_REGION_PROGRAMS_H
#define TEST_PLAN_REGION_PROGRAMS_H
#include "plan/plan.h"

namespace test {

/// Prints a C++ file that checks argv[1] programs from number argv[2] on, each twice. `head` includes what
/// they need and defines the workspace `ws`; `tail` follows the helpers.
void print_region_checks(int argc, char** argv, nndiff::plan::Target target, const char* head,
                         const char* tail = "");

}  // namespace test

#endif
