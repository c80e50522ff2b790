// The programs of the benchmark of loops over elements, and their derivatives: an LSTM over scalars, a
// mixture of Gaussians with triangular factors, a dense net, against central differences, small and without
// any elements.
// RUN: split-file %s %t && %matrix %root/test/bench/lstm_model.cpp %root/test/bench/mixture_model.cpp %root/test/bench/naive_model.cpp %t/driver.cpp
//--- driver.cpp
#include <cmath>
#include <vector>

#include "lstm_model.nn.h"
#include "mixture_model.nn.h"
#include "naive_model.nn.h"

#include "gradcheck.h"

namespace {

using Numbers = std::vector<double>;

// Numbers of all sizes below 1, always the same; at least one, for there to be memory.
Numbers some(int size, int seed) {
  Numbers numbers = {std::sin(seed)};
  for (int i = 1; i < size; ++i) numbers.push_back(std::sin(seed + 1.7 * i));
  return numbers;
}

void lstm(int layers, int size, int length) {
  Numbers layer = some(8 * layers * size, 1), outer = some(3 * size, 2);
  const Numbers start = some(2 * layers * size, 3), sequence = some(length * size, 4);
  Numbers d_layer(layer.size()), d_outer(outer.size());
  nn::Gradients<&lstm_loss> grad{d_layer.data(), d_outer.data()};
  nn::Workspace ws{1};
  const auto plain = [&] {
    return lstm_loss(layer.data(), outer.data(), start.data(), sequence.data(), layers, size, length);
  };
  near(nn::value_and_grad<&lstm_loss>(layer.data(), outer.data(), start.data(), sequence.data(), layers, size,
                                      length, grad, ws),
       plain(), 1e-12);
  gradient_near(plain, layer, d_layer);
  gradient_near(plain, outer, d_outer);
}

void mixture(int points, int dims, int parts) {
  Numbers weight = some(parts, 1), mean = some(parts * dims, 2),
          factor = some(parts * dims * (dims + 1) / 2, 3);
  const Numbers x = some(points * dims, 4);
  Numbers d_weight(weight.size()), d_mean(mean.size()), d_factor(factor.size());
  nn::Gradients<&mixture_likelihood> grad{d_weight.data(), d_mean.data(), d_factor.data()};
  nn::Workspace ws{1};
  const auto plain = [&] {
    return mixture_likelihood(weight.data(), mean.data(), factor.data(), x.data(), points, dims, parts, 0.7);
  };
  near(nn::value_and_grad<&mixture_likelihood>(weight.data(), mean.data(), factor.data(), x.data(), points,
                                               dims, parts, 0.7, grad, ws),
       plain(), 1e-12);
  gradient_near(plain, weight, d_weight);
  gradient_near(plain, mean, d_mean);
  gradient_near(plain, factor, d_factor);
}

void naive(int rows, int inputs, int hidden, int outputs) {
  Numbers w1 = some(hidden * inputs, 1), b1 = some(hidden, 2), w2 = some(outputs * hidden, 3);
  Numbers b2 = some(outputs, 4);
  const Numbers x = some(rows * inputs, 5), target = some(rows * outputs, 6);
  Numbers d_w1(w1.size()), d_b1(b1.size()), d_w2(w2.size()), d_b2(b2.size());
  nn::Gradients<&naive_loss> grad{d_w1.data(), d_b1.data(), d_w2.data(), d_b2.data()};
  nn::Workspace ws{1};
  const auto plain = [&] {
    return naive_loss(w1.data(), b1.data(), w2.data(), b2.data(), x.data(), target.data(), rows, inputs,
                      hidden, outputs);
  };
  near(nn::value_and_grad<&naive_loss>(w1.data(), b1.data(), w2.data(), b2.data(), x.data(), target.data(),
                                       rows, inputs, hidden, outputs, grad, ws),
       plain(), 1e-12);
  gradient_near(plain, w1, d_w1);
  gradient_near(plain, b1, d_b1);
  gradient_near(plain, w2, d_w2);
  gradient_near(plain, b2, d_b2);
}

}  // namespace

int main() {
  lstm(2, 3, 5), lstm(1, 9, 3);
  mixture(4, 3, 2), mixture(2, 1, 1), mixture(0, 2, 3);
  naive(3, 4, 5, 2), naive(2, 0, 3, 1), naive(2, 3, 0, 1);
}
