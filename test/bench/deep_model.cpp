// A deep and narrow net: 50 layers of 32 sigmoids, batch 64, all sizes static.
#ifndef NN_BENCH_DEEP_MODEL_CPP
#define NN_BENCH_DEEP_MODEL_CPP

#include <nn/nn.h>

struct Layer {
  nn::Tensor<float, 32, 32> w;
  nn::Tensor<float, 32> b;
};

struct Deep {
  Layer layers[50];
};

NN_DIFF(model)
float deep_loss(const Deep& model, const nn::Tensor<float, 64, 32>& x,
                const nn::Tensor<float, 64, 32>& target) {
  auto h = x;
  for (const Layer& layer : model.layers) h = nn::sigmoid(nn::matmul(h, layer.w) + layer.b);
  return nn::mse(h, target);
}

#endif  // NN_BENCH_DEEP_MODEL_CPP
