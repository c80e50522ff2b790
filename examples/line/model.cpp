// A line through the origin: the sum of squared distances between y and w·x.
#ifndef LINE_MODEL_CPP
#define LINE_MODEL_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};  // points

NN_DIFF(w)
double cost(double w, const nn::Tensor<double, N>& x, const nn::Tensor<double, N>& y) {
  auto residual = y - w * x;
  return nn::sum(residual * residual);
}

#endif
