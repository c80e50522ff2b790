// A wide network: 4096-4096-4096, ReLU, softmax cross-entropy.
#ifndef NN_GPU_BENCH_WIDE_MODEL_CPP
#define NN_GPU_BENCH_WIDE_MODEL_CPP

#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

struct Wide {
  nn::Tensor<float, 4096, 4096> w1;
  nn::Tensor<float, 4096> b1;
  nn::Tensor<float, 4096, 4096> w2;
  nn::Tensor<float, 4096> b2;
};

NN_DIFF(model)
float wide_loss(const Wide& model, const nn::Tensor<float, N, 4096>& x, const nn::Tensor<int, N>& label) {
  auto h = nn::relu(nn::matmul(x, model.w1) + model.b1);
  return nn::mean(nn::softmax_cross_entropy(nn::matmul(h, model.w2) + model.b2, label));
}

#endif  // NN_GPU_BENCH_WIDE_MODEL_CPP
