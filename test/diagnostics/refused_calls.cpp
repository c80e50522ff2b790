// Calls of what is not known at compile time are refused at the call, with what to write instead, and nothing
// is written.
// RUN: not nn-diff %s -o %t.out 2>&1 | FileCheck %s
// RUN: not ls %t.out.nn.h %t.out.nn.cpp
#include <nn/nn.h>

#include <csetjmp>
#include <cstdarg>
#include <cstdlib>
#include <functional>
#include <stdexcept>

struct Shape {
  double r = 1;
  virtual double area(double x) const { return r * x; }
};
struct Round : Shape {
  double area(double x) const override { return x * x; }
};
struct Plain {
  double r;
  double get(double x) const { return r * x; }
};
inline double square(double x) {
  return x * x;
}
inline double twice(double x) {
  return 2 * x;
}

// CHECK: {{^}}[[FILE:.*refused_calls.cpp]]:[[@LINE+2]]:20: error: classes with virtual functions or bases are not supported; use a template
NN_DIFF() double virtual_reference(double x) {
  const Shape& s = Round();
  return s.area(x);
}

// CHECK: [[FILE]]:[[@LINE+1]]:60: error: 's' cannot be a parameter: classes with virtual functions or bases are not supported; use a template
NN_DIFF(x) double virtual_parameter(double x, const Shape& s) {
  return s.area(x);
}

// CHECK: [[FILE]]:[[@LINE+1]]:58: error: 's' is a pointer to 'const Shape', which is not supported; take a pointer to numbers or to structs of numbers of one type, a std::span or an nn::Tensor
NN_DIFF(x) double virtual_pointer(double x, const Shape* s) {
  return s->area(x);
}

// CHECK: [[FILE]]:[[@LINE+2]]:9: error: classes with virtual functions or bases are not supported; use a template
NN_DIFF() double dynamic(double x) {
  Round round;
  return dynamic_cast<const Round&>(static_cast<const Shape&>(round)).area(x);
}

// CHECK: [[FILE]]:[[@LINE+1]]:55: error: 'f' is a pointer to a function, which must be known at compile time; call a template that takes the function or a lambda
NN_DIFF() double pointer_parameter(double x, double (*f)(double)) {
  return f(x);
}

// CHECK: [[FILE]]:[[@LINE+2]]:25: error: a function that depends on a condition is not supported, because it must be known at compile time; call each one in a branch of its own
NN_DIFF() double pointer_chosen(double x) {
  double (*f)(double) = x > 0 ? square : twice;
  return f(x);
}

// CHECK: [[FILE]]:[[@LINE+3]]:10: error: a function that depends on a condition is not supported, because it must be known at compile time; call each one in a branch of its own
NN_DIFF() double pointer_of_table(double x, int n) {
  double (*const table[])(double) = {square, twice};
  return table[n](x);
}

// CHECK: [[FILE]]:[[@LINE+3]]:3: error: a function that changes from round to round is not supported, because it must be known at compile time; call each one in a branch of its own
NN_DIFF() double pointer_changed_in_loop(double x, int n) {
  double (*f)(double) = twice;
  for (int i = 0; i < n; ++i) f = square;
  return f(x);
}

// CHECK: [[FILE]]:[[@LINE+1]]:84: error: 'f' cannot be a parameter: std::function is not supported; pass the function or a lambda to a template
NN_DIFF() double function_parameter(double x, const std::function<double(double)>& f) {
  return f(x);
}

// CHECK: [[FILE]]:[[@LINE+5]]:16: error: std::function is not supported; pass the function or a lambda to a template
NN_DIFF() double function_member(double x) {
  struct Holder {
    std::function<double(double)> f;
  };
  Holder holder{square};
  return holder.f(x);
}

// CHECK: [[FILE]]:[[@LINE+2]]:19: error: pointers to members are not supported; name the member
NN_DIFF() double method_pointer(double x) {
  double (Plain::*method)(double) const = &Plain::get;
  return (Plain{2}.*method)(x);
}

inline double c_sum(int n, ...) {
  va_list list;
  va_start(list, n);
  const double s = va_arg(list, double);
  va_end(list);
  return s;
}
// CHECK: [[FILE]]:[[@LINE+2]]:10: error: functions with variable arguments in the manner of C are not supported; use a template
NN_DIFF() double c_variadic(double x) {
  return c_sum(1, x);
}

// CHECK: [[FILE]]:[[@LINE+2]]:14: error: exceptions are not supported; check arguments before the call
inline double checked(double x) {
  if (x < 0) throw std::runtime_error("negative");
  return x;
}
// CHECK: [[FILE]]:[[@LINE+2]]:10: note: in the call of 'checked' from here
NN_DIFF() double throws_in_helper(double x) {
  return checked(x);
}

// CHECK: [[FILE]]:[[@LINE+1]]:41: error: exceptions are not supported; check arguments before the call
NN_DIFF() double function_try(double x) try { return x; } catch (...) {
  return 0;
}

// CHECK: [[FILE]]:[[@LINE+3]]:7: error: '_setjmp' is not supported; use a loop, 'break' or 'return'
NN_DIFF() double jumps(double x) {
  std::jmp_buf buffer;
  if (setjmp(buffer)) return 0;
  return x;
}

// CHECK: [[FILE]]:[[@LINE+3]]:3: error: 'longjmp' is not supported; use a loop, 'break' or 'return'
NN_DIFF() double jumps_away(double x) {
  std::jmp_buf buffer;
  std::longjmp(buffer, 1);
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:14: error: 'abort' ends the program, which is not supported; use assert, or check arguments before the call
NN_DIFF() double aborts(double x) {
  if (x < 0) std::abort();
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:14: error: 'goto' and labels are not supported; use a loop, 'break' or 'return'
NN_DIFF() double goes_forward(double x) {
  if (x > 0) goto end;
  x *= 2;
end:
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:14: error: 'rand' is not supported; pass random numbers as a parameter
NN_DIFF() double random_number(double x) {
  return x * std::rand();
}
