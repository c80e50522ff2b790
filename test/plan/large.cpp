// Sizes at which rows are shared out and sums are cut into chunks: gradients of sums over all axes, over rows
// and over columns agree with the formulas and are bitwise the same for any number of threads.
// RUN: split-file %s %t && nn-diff %t/model.cpp -o %t/model && %cxx -I%t %t/driver.cpp %t/model.nn.cpp %lib -o %t/run && %t/run
//--- model.cpp
#ifndef MODEL
#define MODEL
#include <nn/nn.h>
inline constexpr nn::Dim N{"N"}, M{"M"};
NN_DIFF(x, b, s)
float f(const nn::Tensor<float, N, M>& x, const nn::Tensor<float, M>& b, const nn::Tensor<float, N>& s) {
  auto y = nn::tanh(x + b);
  auto rows = nn::max<1>(y) * s;
  return nn::sum(rows) + nn::mean(nn::square(y));
}
#endif
//--- driver.cpp
#include <cmath>
#include <vector>

#include "gradcheck.h"
#include "model.nn.h"

int main() {
  const int rows = 3001, columns = 203;
  nn::Tensor<float, N, M> x(rows, columns);
  nn::Tensor<float, M> b(columns);
  nn::Tensor<float, N> s(rows);
  Random random(5);
  random.fill(x), random.fill(b), random.fill(s);
  nn::Gradients<&f> grad;
  nn::Workspace one{1}, three{3};
  const float value = nn::value_and_grad<&f>(x, b, s, grad, one);

  double total = 0, squares = 0;
  std::vector<double> db(columns);
  for (int n = 0; n < rows; ++n) {
    int largest = 0;
    for (int m = 1; m < columns; ++m)
      if (x(n, m) + b(m) > x(n, largest) + b(largest)) largest = m;
    for (int m = 0; m < columns; ++m) {
      const double y = std::tanh(double{x(n, m)} + double{b(m)});
      squares += y * y;
      const double dy = (m == largest ? double{s(n)} : 0) + 2 * y / (double{rows} * columns);
      db[m] += dy * (1 - y * y);
      near(grad.x(n, m), dy * (1 - y * y), 1e-5);
      if (m == largest) total += y * s(n), near(grad.s(n), y, 1e-6);
    }
  }
  near(value, total + squares / (double{rows} * columns), 1e-4);
  for (int m = 0; m < columns; ++m) near(grad.b(m), db[m], 1e-4);

  nn::Gradients<&f> again;
  check(nn::value_and_grad<&f>(x, b, s, again, three) == value);
  for (std::int64_t i = 0; i < grad.x.size(); ++i) check(grad.x.data()[i] == again.x.data()[i]);
  for (int m = 0; m < columns; ++m) check(grad.b(m) == again.b(m));
}
