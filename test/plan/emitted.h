// Derivatives of random IR programs as a C++ file that checks itself: emitted core functions, inputs, and
// what the interpreter of the IR says they return.
#ifndef TEST_PLAN_EMITTED_H
#define TEST_PLAN_EMITTED_H
#include <string>

#include "plan/plan.h"
#include "random_ir.h"

namespace test {

/// One way to turn a random program into a derivative.
struct Variant {
  bool fixed = false;  // named sizes replaced by numbers
  bool vjp = false;    // of a tensor, with an upstream gradient
  nndiff::ir::Elem elem = nndiff::ir::Elem::f64;
  nndiff::plan::Options options = {};
  Sizes sizes = {};
};

/// The derivative of `p` (in that variant), named `name`; no operations if it has none of that kind.
nndiff::ir::Function derivative(const RandomProgram& p, const Variant& variant, const std::string& name);

/// The derivative's core function in an anonymous namespace, and a function check_<name> that calls it and
/// compares.
std::string checked_core(const nndiff::ir::Function& f, const Variant& variant);

/// Prints a C++ file that checks random programs: argv[1] of them, from number argv[2] on, in every mode of
/// the planner. `head` includes what they need and defines the workspace `ws`; `tail` follows the helpers.
void print_checks(int argc, char** argv, nndiff::plan::Target target, const char* head,
                  const char* tail = "");

}  // namespace test

#endif
