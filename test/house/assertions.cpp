// The tests' own assertions fail when they must: a wrong value, a missing error, a wrong gradient, no check
// at all.
// RUN: %cxx %s -o %t && %t right
// RUN: not %t nothing 2>&1 | FileCheck --check-prefix=NOTHING %s
// RUN: not %t value 2>&1 | FileCheck --check-prefix=VALUE %s
// RUN: not %t nan
// RUN: not %t size
// RUN: not %t error 2>&1 | FileCheck --check-prefix=ERROR %s
// RUN: not %t gradient 2>&1 | FileCheck --check-prefix=GRADIENT %s
// NOTHING: 0 checks, 0 failed
// VALUE: assertions.cpp:{{[0-9]+}}: got 1, expected 1.5
// VALUE: 1 checks, 1 failed
// ERROR: expected an error saying 'size'; nothing was thrown
// GRADIENT: in derivative 1 of 2
#include <limits>
#include <stdexcept>
#include <string>

#include "gradcheck.h"

int main(int, char** arguments) {
  const std::string what = arguments[1];
  std::vector<double> x{0.5, 1e-5}, gradient{1, 1}, wrong{1, 1.001}, empty;
  const auto sum = [&] { return x[0] + std::abs(x[1]); };
  if (what == "right") {
    near(1, 1 + 1e-12, 1e-10);
    near(std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(), 0);
    throws<std::runtime_error>([] { throw std::runtime_error("wrong size"); }, "size");
    gradient_near(sum, x, gradient);
    check(x[0] == 0.5 && x[1] == 1e-5);
  }
  if (what == "value") near(1, 1.5, 0.1);
  if (what == "nan") near(std::numeric_limits<double>::quiet_NaN(), 0, 1e9);
  if (what == "size") all_near(x, empty, 1);
  if (what == "error") throws<std::runtime_error>([] {}, "size");
  if (what == "gradient") gradient_near(sum, x, wrong);
}
