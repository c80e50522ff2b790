// Compares what generated derivatives return with an oracle (dual numbers, or central differences), and with
// what must hold between calls: twice and in two threads the same, linear in the upstream gradient, arguments
// that are only read unchanged, and the rules for sums and compositions of two programs.
#ifndef TEST_RANDOM_CHECKER_H
#define TEST_RANDOM_CHECKER_H
#include <nn/workspace.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "dual.h"

/// What a program is called with: numbers and integers in the order of its parameters.
struct Inputs {
  int n = 0;  // the extent of pointers
  std::vector<double> reals;
  std::vector<int> wholes;
};

/// Hands out the numbers of inputs one after another; as dual numbers, each has a direction of its own.
template <class T>
class Reader {
 public:
  explicit Reader(const Inputs& inputs) : n(inputs.n), inputs_(inputs) {}

  const int n;

  T number() {
    T x(inputs_.reals[at_]);
    if constexpr (std::is_same_v<T, Dual>) x.d[at_] = 1;
    ++at_;
    return x;
  }
  int whole() { return inputs_.wholes[whole_++]; }
  void fill(T* to, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) to[i] = number();
  }
  std::vector<T> numbers(std::int64_t count) {
    std::vector<T> v(static_cast<std::size_t>(count));
    fill(v.data(), count);
    return v;
  }

 private:
  const Inputs& inputs_;
  std::size_t at_ = 0, whole_ = 0;
};

/// What a derivative returned: value, gradient with respect to all real inputs, and what is left in
/// arguments.
struct Result {
  std::vector<double> value, gradients, arguments;

  void gradient(double g) { gradients.push_back(g); }
  void gradient(const double* g, std::size_t count, double base);
  void left(const double* x, std::size_t count);
};

/// What the oracle's copy of a program returned.
struct Duals {
  Dual value;
  std::vector<Dual> arguments;

  void left(const Dual* x, std::size_t count) { arguments.insert(arguments.end(), x, x + count); }
};

/// A parameter: `fixed` + `per_n` · n numbers, an integer, or n itself.
struct Part {
  enum Kind { real, whole, size } kind;
  enum Access { by_value, read, written } access;
  const char* name;
  int fixed, per_n;

  std::size_t count(int n) const { return static_cast<std::size_t>(fixed + per_n * n); }
};

using Upstream = std::vector<double>;

struct Program {
  const char* name;
  std::vector<Part> parts;
  Result (*run)(const Inputs&, const Upstream*, nn::Workspace&);  // without upstream: value_and_grad
  Duals (*dual)(const Inputs&);  // null: differences of `plain` are the oracle
  std::vector<double> (*plain)(const Inputs&);
};

/// A program made of two others, given by their indices: a·f + b·g, or g with f's value as its first
/// argument.
struct Composed {
  enum Rule { sum, chain } rule;
  std::size_t whole, first, second;
  double a, b;
  std::vector<int> of_first, of_second;  // for each part of f and g its index in the whole; −1: f's value
};

/// Checks all programs, or those named on the command line; the exit status of a driver.
int check_all(const std::vector<Program>& programs, const std::vector<Composed>& composed, int argc,
              char** argv);

#endif
