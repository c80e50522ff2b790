// What is as fast as memory: an elementwise chain, softmax by rows, and a loss over rows.
#ifndef NN_GPU_BENCH_ROWS_MODEL_CPP
#define NN_GPU_BENCH_ROWS_MODEL_CPP

#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

NN_DIFF(x)
nn::Tensor<float, N> silu_chain(const nn::Tensor<float, N>& x) {
  return nn::sigmoid(x) * x;
}

NN_DIFF(x)
nn::Tensor<float, N, 1024> softmax_rows(const nn::Tensor<float, N, 1024>& x) {
  return nn::softmax(x);
}

NN_DIFF(x)
float loss_of_rows(const nn::Tensor<float, N, 1024>& x, const nn::Tensor<int, N>& label) {
  return nn::mean(nn::softmax_cross_entropy(x, label));
}

#endif  // NN_GPU_BENCH_ROWS_MODEL_CPP
