// An LSTM over scalars and arrays: layers of cells whose gates have a weight each, one character after the
// other.
#ifndef NN_BENCH_LSTM_MODEL_CPP
#define NN_BENCH_LSTM_MODEL_CPP

#include <nn/nn.h>

#include <cmath>
#include <vector>

inline double lstm_sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

/// One layer, a step in time: `hidden` and `cell` go on to the next step. Weights and biases of the gates lie
/// one after the other: forget, in, out, change.
inline void lstm_layer(int size, const double* weight, const double* bias, double* hidden, double* cell,
                       const double* input) {
  for (int i = 0; i < size; ++i) {
    const double forget = lstm_sigmoid(input[i] * weight[i] + bias[i]);
    const double in = lstm_sigmoid(hidden[i] * weight[size + i] + bias[size + i]);
    const double out = lstm_sigmoid(input[i] * weight[2 * size + i] + bias[2 * size + i]);
    const double change = std::tanh(hidden[i] * weight[3 * size + i] + bias[3 * size + i]);
    cell[i] = cell[i] * forget + in * change;
    hidden[i] = out * std::tanh(cell[i]);
  }
}

/// The mean loss of predicting each of `length` characters, rows of `sequence`, from those before. `layer`
/// has weights and biases of all layers, `outer` a weight of the inputs, a weight and a bias of the
/// predictions, `start` the hidden values and the cells of all layers.
NN_DIFF(layer, outer)
double lstm_loss(const double* layer, const double* outer, const double* start, const double* sequence,
                 int layers, int size, int length) {
  std::vector<double> state(2 * layers * size);
  for (int i = 0; i < 2 * layers * size; ++i) state[i] = start[i];
  std::vector<double> value(size);
  double total = 0;
  for (int t = 0; t + 1 < length; ++t) {
    for (int i = 0; i < size; ++i) value[i] = sequence[t * size + i] * outer[i];
    for (int l = 0; l < layers; ++l) {
      double* hidden = &state[2 * l * size];
      lstm_layer(size, &layer[8 * l * size], &layer[(8 * l + 4) * size], hidden, hidden + size, value.data());
      for (int i = 0; i < size; ++i) value[i] = hidden[i];
    }
    double sum = 2;
    for (int i = 0; i < size; ++i) {
      value[i] = value[i] * outer[size + i] + outer[2 * size + i];
      sum += std::exp(value[i]);
    }
    const double normaliser = std::log(sum);
    for (int i = 0; i < size; ++i) total += sequence[(t + 1) * size + i] * (value[i] - normaliser);
  }
  return -total / ((length - 1) * size);
}

#endif  // NN_BENCH_LSTM_MODEL_CPP
