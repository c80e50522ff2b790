// The network of the benchmark as a user writes it: 784-512-512-10, ReLU, softmax cross-entropy.
#ifndef NN_BENCH_C1_MODEL_CPP
#define NN_BENCH_C1_MODEL_CPP

#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

struct Mlp {
  nn::Tensor<float, 784, 512> w1;
  nn::Tensor<float, 512> b1;
  nn::Tensor<float, 512, 512> w2;
  nn::Tensor<float, 512> b2;
  nn::Tensor<float, 512, 10> w3;
  nn::Tensor<float, 10> b3;
};

NN_DIFF(model)
float loss(const Mlp& model, const nn::Tensor<float, N, 784>& x, const nn::Tensor<int, N>& label) {
  auto h1 = nn::relu(nn::matmul(x, model.w1) + model.b1);
  auto h2 = nn::relu(nn::matmul(h1, model.w2) + model.b2);
  auto logits = nn::matmul(h2, model.w3) + model.b3;
  return nn::mean(nn::softmax_cross_entropy(logits, label));
}

#endif  // NN_BENCH_C1_MODEL_CPP
