// A net so small that only overhead counts: 2-8-1, tanh, the four rows of XOR, all sizes static.
#ifndef NN_BENCH_XOR_MODEL_CPP
#define NN_BENCH_XOR_MODEL_CPP

#include <nn/nn.h>

struct Xor {
  nn::Tensor<float, 2, 8> w1;
  nn::Tensor<float, 8> b1;
  nn::Tensor<float, 8, 1> w2;
  nn::Tensor<float, 1> b2;
};

NN_DIFF(model)
float xor_loss(const Xor& model, const nn::Tensor<float, 4, 2>& x, const nn::Tensor<float, 4, 1>& y) {
  auto h = nn::tanh(nn::matmul(x, model.w1) + model.b1);
  auto p = nn::sigmoid(nn::matmul(h, model.w2) + model.b2);
  return nn::binary_cross_entropy(p, y);
}

#endif  // NN_BENCH_XOR_MODEL_CPP
