// An RNN and an LSTM over a run-time number of steps, 64 inputs and 128 states.
#ifndef NN_BENCH_RECURRENT_MODEL_CPP
#define NN_BENCH_RECURRENT_MODEL_CPP
#include <nn/nn.h>

inline constexpr nn::Dim T{"T"};
inline constexpr nn::Dim N{"N"};

using Inputs = nn::Tensor<float, T, N, 64>;
using States = nn::Tensor<float, N, 128>;

struct Gate {
  nn::Tensor<float, 64, 128> w;
  nn::Tensor<float, 128, 128> u;
  nn::Tensor<float, 128> b;
  auto operator()(const nn::Tensor<float, N, 64>& x, const States& h) const {
    return nn::matmul(x, w) + nn::matmul(h, u) + b;
  }
};

struct Lstm {
  Gate input, forget, output, candidate;
};

struct LstmState {
  States h, c;
};

NN_DIFF()
float rnn_loss(const Gate& cell, const Inputs& x, const States& h0) {
  States h = h0;
  for (int t = 0; t < x.extent(0); ++t) h = nn::tanh(cell(x(t), h));
  return nn::sum(h * h);
}

NN_DIFF()
float lstm_loss(const Lstm& cell, const Inputs& x, const States& h0) {
  LstmState s{h0, h0};
  for (int t = 0; t < x.extent(0); ++t) {
    s.c = nn::sigmoid(cell.forget(x(t), s.h)) * s.c +
          nn::sigmoid(cell.input(x(t), s.h)) * nn::tanh(cell.candidate(x(t), s.h));
    s.h = nn::sigmoid(cell.output(x(t), s.h)) * nn::tanh(s.c);
  }
  return nn::sum(s.h * s.h);
}

#endif  // NN_BENCH_RECURRENT_MODEL_CPP
