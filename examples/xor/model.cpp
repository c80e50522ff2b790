// XOR by a 2-8-1 network, once with each activation between its two layers.
#ifndef XOR_MODEL_CPP
#define XOR_MODEL_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};  // examples

struct Net {
  nn::Tensor<float, 2, 8> w1;
  nn::Tensor<float, 8> b1;
  nn::Tensor<float, 8, 1> w2;
  nn::Tensor<float, 1> b2;
};

inline nn::Tensor<float, N, 8> first(const Net& net, const nn::Tensor<float, N, 2>& x) {
  return nn::matmul(x, net.w1) + net.b1;
}

inline nn::Tensor<float, N, 1> second(const Net& net, const nn::Tensor<float, N, 8>& h) {
  return nn::matmul(h, net.w2) + net.b2;
}

// What the network answers, without and with something that bends between the layers.
inline nn::Tensor<float, N, 1> answer_linear(const Net& net, const nn::Tensor<float, N, 2>& x) {
  return second(net, first(net, x));
}
inline nn::Tensor<float, N, 1> answer_relu(const Net& net, const nn::Tensor<float, N, 2>& x) {
  return second(net, nn::relu(first(net, x)));
}
inline nn::Tensor<float, N, 1> answer_tanh(const Net& net, const nn::Tensor<float, N, 2>& x) {
  return second(net, nn::tanh(first(net, x)));
}
inline nn::Tensor<float, N, 1> answer_sigmoid(const Net& net, const nn::Tensor<float, N, 2>& x) {
  return second(net, nn::sigmoid(first(net, x)));
}

NN_DIFF(net)
float loss_linear(const Net& net, const nn::Tensor<float, N, 2>& x, const nn::Tensor<float, N, 1>& y) {
  return nn::mse(answer_linear(net, x), y);
}
NN_DIFF(net)
float loss_relu(const Net& net, const nn::Tensor<float, N, 2>& x, const nn::Tensor<float, N, 1>& y) {
  return nn::mse(answer_relu(net, x), y);
}
NN_DIFF(net)
float loss_tanh(const Net& net, const nn::Tensor<float, N, 2>& x, const nn::Tensor<float, N, 1>& y) {
  return nn::mse(answer_tanh(net, x), y);
}
NN_DIFF(net)
float loss_sigmoid(const Net& net, const nn::Tensor<float, N, 2>& x, const nn::Tensor<float, N, 1>& y) {
  return nn::mse(answer_sigmoid(net, x), y);
}

#endif
