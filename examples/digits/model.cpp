// A classifier of 28×28 images of digits: two hidden layers of 512, as ordinary C++ for nn-diff to
// differentiate.
#ifndef DIGITS_MODEL_CPP
#define DIGITS_MODEL_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};  // images in a batch: known only at run time

struct Mlp {
  nn::Tensor<float, 784, 512> w1;
  nn::Tensor<float, 512> b1;
  nn::Tensor<float, 512, 512> w2;
  nn::Tensor<float, 512> b2;
  nn::Tensor<float, 512, 10> w3;
  nn::Tensor<float, 10> b3;
};

inline nn::Tensor<float, N, 10> logits(const Mlp& model, const nn::Tensor<float, N, 784>& x) {
  auto h1 = nn::relu(nn::matmul(x, model.w1) + model.b1);
  auto h2 = nn::relu(nn::matmul(h1, model.w2) + model.b2);
  return nn::matmul(h2, model.w3) + model.b3;
}

NN_DIFF(model)
float loss(const Mlp& model, const nn::Tensor<float, N, 784>& x, const nn::Tensor<int, N>& label) {
  return nn::mean(nn::softmax_cross_entropy(logits(model, x), label));
}

#endif
