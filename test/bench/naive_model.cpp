// A dense network of one hidden layer, once in loops over elements and once in matrix products.
#ifndef NN_BENCH_NAIVE_MODEL_CPP
#define NN_BENCH_NAIVE_MODEL_CPP

#include <nn/nn.h>

#include <cmath>
#include <vector>

/// Mean squared error over `rows` of x. Weights are rows of a neuron each.
NN_DIFF(w1, b1, w2, b2)
double naive_loss(const double* w1, const double* b1, const double* w2, const double* b2, const double* x,
                  const double* target, int rows, int inputs, int hidden, int outputs) {
  std::vector<double> h(rows * hidden);
  for (int n = 0; n < rows; ++n)
    for (int j = 0; j < hidden; ++j) {
      double sum = b1[j];
      for (int i = 0; i < inputs; ++i) sum += w1[j * inputs + i] * x[n * inputs + i];
      h[n * hidden + j] = std::tanh(sum);
    }
  double loss = 0;
  for (int n = 0; n < rows; ++n)
    for (int j = 0; j < outputs; ++j) {
      double sum = b2[j];
      for (int i = 0; i < hidden; ++i) sum += w2[j * hidden + i] * h[n * hidden + i];
      loss += (sum - target[n * outputs + j]) * (sum - target[n * outputs + j]);
    }
  return loss / (rows * outputs);
}

inline constexpr nn::Dim N{"N"}, In{"In"}, Hid{"Hid"}, Out{"Out"};

NN_DIFF(w1, b1, w2, b2)
double product_loss(const nn::Tensor<double, Hid, In>& w1, const nn::Tensor<double, Hid>& b1,
                    const nn::Tensor<double, Out, Hid>& w2, const nn::Tensor<double, Out>& b2,
                    const nn::Tensor<double, N, In>& x, const nn::Tensor<double, N, Out>& target) {
  const auto h = nn::tanh(nn::matmul(x, nn::transpose(w1)) + b1);
  return nn::mse(nn::matmul(h, nn::transpose(w2)) + b2, target);
}

#endif  // NN_BENCH_NAIVE_MODEL_CPP
