// Classes and functions of the standard library that are not supported are refused by name, with what to use
// instead, and nothing is written.
// RUN: not nn-diff %s -o %t.out 2>&1 | FileCheck %s
// RUN: not ls %t.out.nn.h %t.out.nn.cpp
#include <nn/nn.h>

#include <atomic>
#include <complex>
#include <coroutine>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

// CHECK: {{^}}[[FILE:.*refused_library.cpp]]:[[@LINE+2]]:30: error: std::complex is not supported; compute with the real and the imaginary part
NN_DIFF() double complex_variable(double x) {
  const std::complex<double> z(x, 1);
  return std::abs(z * z);
}

// CHECK: [[FILE]]:[[@LINE+1]]:64: error: 'z' cannot be a parameter: std::complex is not supported; compute with the real and the imaginary part
NN_DIFF() double complex_parameter(const std::complex<double>& z) {
  return z.real();
}

// CHECK: [[FILE]]:[[@LINE+2]]:23: error: the conversion to '_Complex double' is not supported
NN_DIFF() double complex_of_c(double x) {
  _Complex double z = x;
  return __real__ z;
}

// CHECK: [[FILE]]:[[@LINE+3]]:15: error: threads are not supported; write a plain loop, whose work the generated code divides
NN_DIFF() double thread_started(double x) {
  double y = 0;
  std::thread t([&] { y = x; });
  t.join();
  return y;
}

// CHECK: [[FILE]]:[[@LINE+2]]:10: error: threads are not supported; write a plain loop, whose work the generated code divides
NN_DIFF() double async_called(double x) {
  return std::async([x] { return x * x; }).get();
}

// CHECK: [[FILE]]:[[@LINE+2]]:27: error: threads are not supported; write a plain loop, whose work the generated code divides
NN_DIFF() double atomic_variable(double x) {
  std::atomic<double> a = x;
  return a;
}

// CHECK: [[FILE]]:[[@LINE+3]]:3: error: atomic operations are not supported; the generated code divides the work itself
NN_DIFF() double atomic_builtin(double x) {
  int n = 0;
  __atomic_fetch_add(&n, 1, __ATOMIC_SEQ_CST);
  return x * n;
}

// CHECK: [[FILE]]:[[@LINE+3]]:14: error: threads are not supported; write a plain loop, whose work the generated code divides
// CHECK: [[FILE]]:[[@LINE+16]]:26: error: coroutines are not supported; collect the values in a std::vector
NN_DIFF() double locked(double x) {
  std::mutex m;
  const std::lock_guard lock(m);
  return x;
}

struct Generator {
  struct promise_type {
    Generator get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
inline Generator waits() {
  co_await std::suspend_never();
}
// CHECK: [[FILE]]:[[@LINE+2]]:3: note: in the call of 'waits' from here
NN_DIFF() double calls_coroutine(double x) {
  waits();
  return x;
}

// CHECK: [[FILE]]:[[@LINE+2]]:35: error: std::optional is not supported; use a struct with a value and a flag
NN_DIFF() double optional_value(double x) {
  const std::optional<double> o = x;
  return *o;
}

// CHECK: [[FILE]]:[[@LINE+2]]:39: error: std::variant is not supported; use a struct with a value and a flag
NN_DIFF() double variant_value(double x) {
  const std::variant<int, double> v = x;
  return std::get<1>(v);
}

// CHECK: [[FILE]]:[[@LINE+2]]:25: error: std::map is not supported; use a std::vector or a std::array
NN_DIFF() double mapped(double x) {
  std::map<int, double> m;
  m[1] = x;
  return m[1];
}

// CHECK: [[FILE]]:[[@LINE+2]]:21: error: std::list is not supported; use a std::vector or a std::array
NN_DIFF() double listed(double x) {
  std::list<double> l;
  l.push_back(x);
  return l.front();
}

// CHECK: [[FILE]]:[[@LINE+2]]:25: error: std::string is not supported; choose by an integer or an enumeration
NN_DIFF() double text(double x) {
  const std::string s = "a";
  return x * static_cast<double>(s.size());
}

// CHECK: [[FILE]]:[[@LINE+2]]:18: error: cannot look into 'std::make_shared': std::shared_ptr is not supported; use a local variable, a std::vector or a std::unique_ptr
NN_DIFF() double shared(double x) {
  const auto p = std::make_shared<double>(x);
  return *p;
}

// CHECK: [[FILE]]:[[@LINE+2]]:19: error: values of type 'long double' are not supported at run time; use float, double, integers or bool
NN_DIFF() double long_number(double x) {
  long double y = x;
  y *= 2;
  return static_cast<double>(y);
}
