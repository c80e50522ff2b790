// NN_ADJOINT stands before a function whose parameters are known by their names; what does not fit is
// refused, with the declaration that would.
// RUN: not nn-diff %s -o %t 2>&1 | FileCheck %s
#include <nn/nn.h>

#include <array>
#include <span>
#include <vector>

inline constexpr nn::Dim N{"N"};
inline constexpr nn::Dim M{"M"};

double f(double x, const nn::Tensor<double, N, 3>& w, int n);
double g(double x);
double h(double x);

// CHECK: {{^}}[[FILE:.*adjoints.cpp]]:[[@LINE+2]]:82: error: 'y' is not the name of anything that an adjoint of 'f' is given; the adjoint of 'f' is declared 'void unknown(double x, const nn::Tensor<double, N, 3>& w, int n, double result, double d_result, double& d_x, nn::Tensor<double, N, 3>& d_w)', and may leave out what it does not use of the function's parameters, 'result' and 'd_result'
NN_ADJOINT(f)
void unknown(double& d_x, nn::Tensor<double, N, 3>& d_w, double d_result, double y);

// CHECK: [[FILE]]:[[@LINE+2]]:39: error: 'd_x' is of type 'double'; the adjoint of 'g' is declared 'void by_value(double x, double result, double d_result, double& d_x)'
NN_ADJOINT(g)
void by_value(double d_result, double d_x);

// CHECK: [[FILE]]:[[@LINE+2]]:39: error: 'd_x' is of type 'float &'
NN_ADJOINT(g)
void by_float(double d_result, float& d_x);

// CHECK: [[FILE]]:[[@LINE+2]]:22: error: 'x' is of type 'double &'
NN_ADJOINT(g)
void changed(double& x, double d_result, double& d_x);

// CHECK: [[FILE]]:[[@LINE+2]]:6: error: 'missing' has no parameter 'd_w'; the adjoint of 'f' is declared 'void missing(
NN_ADJOINT(f)
void missing(double d_result, double& d_x);

// CHECK: [[FILE]]:[[@LINE+2]]:81: error: 'n' is of type 'int', which has no derivative
NN_ADJOINT(f)
void integral(double d_result, double& d_x, nn::Tensor<double, N, 3>& d_w, int& d_n);

// CHECK: [[FILE]]:[[@LINE+2]]:8: error: 'returning' returns something
NN_ADJOINT(g)
double returning(double d_result, double& d_x);

// CHECK: [[FILE]]:[[@LINE+2]]:25: error: a parameter has no name
NN_ADJOINT(g)
void without_name(double, double& d_x);

// CHECK: [[FILE]]:[[@LINE+2]]:6: error: NN_ADJOINT names 'nobody', but there is no function of that name here
NN_ADJOINT(nobody)
void of_nobody(double d_result, double& d_x);

// CHECK: [[FILE]]:[[@LINE+5]]:6: error: 'h' has an adjoint already
// CHECK: [[FILE]]:[[@LINE+2]]:6: note: it is this one
NN_ADJOINT(h)
void first_of_h(double d_result, double& d_x);
NN_ADJOINT(h)
void second_of_h(double d_result, double& d_x);

class Private {
  double x = 0;
};

struct Scale {
  double by = 1;
  double apply(double x) const { return by * x; }
  // CHECK: [[FILE]]:[[@LINE+2]]:15: error: the adjoint 'apply_adjoint' is a member; it must be at namespace scope
  NN_ADJOINT(apply)
  static void apply_adjoint(double d_result, double& d_x);
};

double of_struct(const Scale& s, double x);
// CHECK: [[FILE]]:[[@LINE+2]]:6: error: 'of_struct_adjoint' has no parameter 'd_s'; the adjoint of 'of_struct' is declared 'void of_struct_adjoint(const Scale& s, double x, double result, double d_result, Scale& d_s, double& d_x)'
NN_ADJOINT(of_struct)
void of_struct_adjoint(double d_result, double& d_x);

double of_memory(const double* x, int n, std::span<const float> y, const std::vector<double>& z,
                 const double (&a)[3], const std::array<double, 2>& b, const std::array<int, 2>& c);
// CHECK: [[FILE]]:[[@LINE+2]]:55: error: 'd_x' is of type 'const double *'; the adjoint of 'of_memory' is declared 'void of_memory_adjoint(const double *x, int n, std::span<const float> y, const std::vector<double>& z, const double (&a)[3], const std::array<double, 2>& b, const std::array<int, 2>& c, double result, double d_result, double *d_x, std::span<float> d_y, std::vector<double>& d_z, double (&d_a)[3], std::array<double, 2>& d_b)'
NN_ADJOINT(of_memory)
void of_memory_adjoint(double d_result, const double* d_x);

double of_private(const Private& p);
// CHECK: [[FILE]]:[[@LINE+2]]:6: error: 'p' of 'of_private' is of type 'const Private &' (the member 'x' is not public); a function with an adjoint takes
NN_ADJOINT(of_private)
void of_private_adjoint(double d_result, Private& d_p);

double of_structs(const Scale* s, int n);
// CHECK: [[FILE]]:[[@LINE+2]]:6: error: 's' of 'of_structs' is of type 'const Scale *' (memory of 'Scale' is not supported there; use numbers of float, double, bool, int or std::int64_t)
NN_ADJOINT(of_structs)
void of_structs_adjoint(double d_result, Scale* d_s);

double writes(double* x, int n);
// CHECK: [[FILE]]:[[@LINE+2]]:6: error: 'x' of 'writes' is of type 'double *' (it could be written)
NN_ADJOINT(writes)
void writes_adjoint(double d_result, double* d_x);

double of_number_tensor(const nn::Tensor<double>& x);
// CHECK: [[FILE]]:[[@LINE+2]]:6: error: 'x' of 'of_number_tensor' is of type 'const nn::Tensor<double> &' (a tensor without axes is not supported there; use a number); a function with an adjoint takes
NN_ADJOINT(of_number_tensor)
void of_number_tensor_adjoint(double d_result, nn::Tensor<double>& d_x);

double changes(double& x);
// CHECK: [[FILE]]:[[@LINE+2]]:6: error: 'x' of 'changes' is of type 'double &' (it could be written); a function with an adjoint takes numbers, and tensors, arrays, std::vectors and structs of these by value or const&, const T* and std::span<const T>
NN_ADJOINT(changes)
void changes_adjoint(double d_result, double& d_x);

int counts(double x);
// CHECK: [[FILE]]:[[@LINE+2]]:6: error: 'counts' returns 'int'; a function with an adjoint returns float, double or a floating-point nn::Tensor
NN_ADJOINT(counts)
void counts_adjoint(double d_result, double& d_x);

nn::Tensor<double, M> grows(const nn::Tensor<double, N>& x);
// CHECK: [[FILE]]:[[@LINE+2]]:6: error: the size M of the result of 'grows' is not one of an argument
NN_ADJOINT(grows)
void grows_adjoint(const nn::Tensor<double, M>& d_result, nn::Tensor<double, N>& d_x);

double names(double result);
// CHECK: [[FILE]]:[[@LINE+2]]:6: error: 'result' of 'names' has a name that means something else in an adjoint; rename it
NN_ADJOINT(names)
void names_adjoint(double d_result, double& d_x);

NN_DIFF() double marked(double x) {
  return x;
}
// CHECK: [[FILE]]:[[@LINE+2]]:6: error: 'marked' is marked NN_DIFF; a function with an adjoint is differentiated where another one calls it
NN_ADJOINT(marked)
void marked_adjoint(double d_result, double& d_x);

inline double two(double x) {
  return x;
}
inline float two(float y) {
  return y;
}
// CHECK: [[FILE]]:[[@LINE+4]]:6: error: 'of_two' fits none of the functions 'two'
// CHECK: [[FILE]]:[[@LINE-7]]:15: note: for this one: 'd_z' is not the name of anything that an adjoint of 'two' is given; the adjoint of 'two' is declared 'void of_two(double x, double result, double d_result, double& d_x)'
// CHECK: [[FILE]]:[[@LINE-5]]:14: note: for this one: 'd_result' is of type 'double'; the adjoint of 'two' is declared 'void of_two(float y, float result, float d_result, float& d_y)'
NN_ADJOINT(two)
void of_two(double d_result, double& d_z);

// CHECK: [[FILE]]:[[@LINE+3]]:6: error: the adjoint 'general' cannot be a template
template <class T>
NN_ADJOINT(g)
void general(T d_result, T& d_x);
