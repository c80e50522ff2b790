// State outside of the function, and memory looked at as another type, are refused where they are used, with
// what to write instead, and nothing is written.
// RUN: not nn-diff %s -o %t.out 2>&1 | FileCheck %s
// RUN: not ls %t.out.nn.h %t.out.nn.cpp
#include <nn/nn.h>

#include <bit>
#include <cstdlib>
#include <cstring>
#include <vector>

inline double total = 0;
inline thread_local double per_thread = 0;
extern double elsewhere;
struct Counter {
  static inline double sum = 0;
};
union Both {
  double d;
  long n;
};
struct Unnamed {
  union {
    double a;
    long b;
  };
};

// CHECK: {{^}}[[FILE:.*refused_memory.cpp]]:[[@LINE+2]]:3: error: the variable 'total' can change outside of the function; pass it as a parameter, or make it constexpr
NN_DIFF() double adds_to_global(double x) {
  total += x;
  return x;
}

// CHECK: [[FILE]]:[[@LINE+3]]:35: error: the variable 'total' can change outside of the function; pass it as a parameter, or make it constexpr
// CHECK: [[FILE]]:[[@LINE+3]]:10: note: in the call of 'reads_in_lambda(double)::(anonymous class)::operator()' from here
NN_DIFF() double reads_in_lambda(double x) {
  const auto f = [&] { return x * total; };
  return f();
}

// CHECK: [[FILE]]:[[@LINE+2]]:14: error: the variable 'per_thread' can change outside of the function; pass it as a parameter, or make it constexpr
NN_DIFF() double thread_local_variable(double x) {
  return x * per_thread;
}

// CHECK: [[FILE]]:[[@LINE+2]]:14: error: the variable 'elsewhere' can change outside of the function; pass it as a parameter, or make it constexpr
NN_DIFF() double external_variable(double x) {
  return x * elsewhere;
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: the variable 'Counter::sum' can change outside of the function; pass it as a parameter, or make it constexpr
NN_DIFF() double static_member(double x) {
  Counter::sum += x;
  return x;
}

// CHECK: [[FILE]]:[[@LINE+3]]:10: error: the value of 'first' is not known at compile time; pass it as a parameter
NN_DIFF() double static_of_argument(double x) {
  static const double first = x;
  return first * x;
}

// CHECK: [[FILE]]:[[@LINE+1]]:46: error: 'both' cannot be a parameter: unions are not supported; use a struct
NN_DIFF() double union_parameter(const Both& both) {
  return both.d;
}

// CHECK: [[FILE]]:[[@LINE+2]]:11: error: unions are not supported; use a struct
NN_DIFF() double union_without_name(double x) {
  Unnamed u;
  u.a = x;
  return u.a;
}

// CHECK: [[FILE]]:[[@LINE+2]]:11: error: a cast that looks at memory as another type is not supported; convert values with static_cast
NN_DIFF() double cast_in_the_manner_of_c(double x) {
  return *(float*)&x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:34: error: 'reinterpret_cast' is not supported; convert values with static_cast
NN_DIFF() double address_as_number(double x) {
  return x * static_cast<double>(reinterpret_cast<std::size_t>(&x));
}

// CHECK: [[FILE]]:[[@LINE+3]]:11: error: memory without a type is not supported; use a std::vector or 'new'
NN_DIFF() double through_void(double x) {
  void* p = &x;
  return *static_cast<double*>(p);
}

// CHECK: [[FILE]]:[[@LINE+2]]:34: error: 'bit_cast' is not supported, because bits have no derivative; compute with the number
NN_DIFF() double bits_of_number(double x) {
  return x * static_cast<double>(std::bit_cast<long>(x));
}

// CHECK: [[FILE]]:[[@LINE+3]]:3: error: 'memcpy' from 'double' to 'long' is not supported, because bits have no derivative; convert the numbers
NN_DIFF() double copied_bits(double x) {
  long n;
  std::memcpy(&n, &x, sizeof n);
  return x * static_cast<double>(n);
}

// CHECK: [[FILE]]:[[@LINE+3]]:10: error: volatile variables are not supported; remove 'volatile'
NN_DIFF() double volatile_pointer(double x) {
  volatile double* p = &x;
  return *p;
}

// CHECK: [[FILE]]:[[@LINE+2]]:15: error: memory without a type is not supported; use a std::vector or 'new'
NN_DIFF() double allocated(double x) {
  double* p = static_cast<double*>(std::malloc(16));
  *p = x;
  return *p;
}

// CHECK: [[FILE]]:[[@LINE+2]]:3: error: 'asm' is not supported; write it in C++
NN_DIFF() double assembly(double x) {
  asm volatile("" : "+x"(x));
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:23: error: statements inside expressions are not supported; use a lambda
NN_DIFF() double statements_in_expression(double x) {
  return __extension__({ x * 2; });
}

// CHECK: [[FILE]]:[[@LINE+2]]:21: error: std::vector<bool> is not supported; use a std::vector<int> or a std::array<bool, n>
NN_DIFF() double bits_of_vector(double x) {
  std::vector<bool> b(3);
  b[1] = x > 0;
  return b[1] ? x : 0;
}

double length(const double* x, int n);
NN_ADJOINT(length)
void length_adjoint(const double* x, int n, double result, double d_result, double* d_x);

// CHECK: [[FILE]]:[[@LINE+2]]:10: error: 'x' of 'length' points into memory whose extent the compiler does not know, and which is not const; take a std::span
NN_DIFF() double pointer_into_lent(double* x, int n) {
  return length(x, n);
}

// CHECK: [[FILE]]:[[@LINE+4]]:10: error: 'x' of 'length' points into memory whose extent the compiler does not know, and which is not const; take a std::span
NN_DIFF() double pointer_into_grown(double x) {
  std::vector<double> grown;
  for (int i = 0; i < 3 * x; ++i) grown.push_back(x);
  return length(grown.data(), 1);
}

// CHECK: [[FILE]]:[[@LINE+2]]:10: error: 'x' of 'length' must be a pointer to elements of one array; take a number by value
NN_DIFF() double pointer_to_number(double x) {
  return length(&x, 1);
}
