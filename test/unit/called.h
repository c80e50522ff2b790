// Functions with derivatives of their own that random programs call: from the interpreter and from generated
// code.
#ifndef TEST_UNIT_CALLED_H
#define TEST_UNIT_CALLED_H
#include <nn/view.h>

#include <cmath>

namespace called {

inline double mixed(double x, double y, std::int64_t k) {
  return std::sin(x) * std::tanh(y) + 0.1 * static_cast<double>(k);
}
inline void mixed_adjoint(double d_result, double y, double x, double& d_y, double& d_x) {
  const double t = std::tanh(y);
  d_x = d_result * std::cos(x) * t;
  d_y = d_result * std::sin(x) * (1 - t * t);
}

using Row = nn::Tensor<double, 3>;
inline Row turned(const Row& v, double x) {
  Row r;
  for (int i = 0; i < 3; ++i) r(i) = v((i + 1) % 3) * std::tanh(x);
  return r;
}
inline void turned_adjoint(const Row& v, double x, const Row& d_result, Row& d_v, double& d_x) {
  const double t = std::tanh(x);
  for (int i = 0; i < 3; ++i) {
    d_v((i + 1) % 3) += d_result(i) * t;
    d_x += d_result(i) * v((i + 1) % 3) * (1 - t * t);
  }
}

using Column = nn::Tensor<double, nn::Dim{"N"}>;
inline double length(const Column& v) {
  double sum = 0.5;
  for (std::int64_t i = 0; i < v.extent(0); ++i) sum += v(i) * v(i);
  return std::sqrt(sum);
}
inline void length_adjoint(double result, const Column& v, double d_result, Column& d_v) {
  for (std::int64_t i = 0; i < v.extent(0); ++i) d_v(i) = d_result * v(i) / result;
}

}  // namespace called

#endif
