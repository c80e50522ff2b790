// A wrong name or size stops the C++ compiler at a function whose name says what is wrong.
// RUN: not %cxx -fsyntax-only -DNAME %s 2>&1 | FileCheck --check-prefix=NAME %s
// RUN: not %clang14 -fsyntax-only -DNAME %s 2>&1 | FileCheck --check-prefix=NAME %s
// RUN: not %clang19 -fsyntax-only -DNAME %s 2>&1 | FileCheck --check-prefix=NAME %s
// RUN: not %cxx -fsyntax-only -DLONG %s 2>&1 | FileCheck --check-prefix=LONG %s
// RUN: not %clang19 -fsyntax-only -DLONG %s 2>&1 | FileCheck --check-prefix=LONG %s
// RUN: not %cxx -fsyntax-only -DZERO %s 2>&1 | FileCheck --check-prefix=ZERO %s
// RUN: not %clang19 -fsyntax-only -DZERO %s 2>&1 | FileCheck --check-prefix=ZERO %s
// RUN: not %cxx -fsyntax-only -DSIZE %s 2>&1 | FileCheck --check-prefix=SIZE %s
// RUN: not %clang19 -fsyntax-only -DSIZE %s 2>&1 | FileCheck --check-prefix=SIZE %s
// RUN: not %cxx -fsyntax-only -DELEMENT %s 2>&1 | FileCheck --check-prefix=ELEMENT %s
// RUN: not %clang19 -fsyntax-only -DELEMENT %s 2>&1 | FileCheck --check-prefix=ELEMENT %s
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};
#if defined(NAME)
inline constexpr nn::Dim twice{"2*N"};
// NAME: name_must_be_an_identifier
#elif defined(LONG)
inline constexpr nn::Dim long_name{"a_name_of_a_size_that_goes_on_and_on_for_48_chars"};
// LONG: nn::Dim: a name has at most 47 characters
#elif defined(ZERO)
nn::Tensor<float, N / (N - N)> x(1);
// ZERO: division_by_zero
#elif defined(SIZE)
nn::Tensor<float, 3 - 3> x;
// SIZE: nn: a size is a positive integer or a named nn::Dim
#elif defined(ELEMENT)
nn::Tensor<const char*, 3> x;
// ELEMENT: nn: a tensor's elements are float, double, std::int32_t, std::int64_t or bool
#endif
