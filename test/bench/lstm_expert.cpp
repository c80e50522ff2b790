// The LSTM over scalars by hand: the forward sweep keeps its gates, the backward one goes along the rows.
#include <algorithm>

#include "loops_expert.h"
#include "nn/math.h"
#include "nn/rt/float_mode.h"

namespace bench {

namespace {

// What is kept of a layer in a step: rows of `size` numbers.
enum Row { forget, in, out, change, squashed, old_hidden, old_cell, input, rows };

void forward(int n, const double* __restrict weight, double* __restrict state, const double* __restrict x,
             double* __restrict kept) {
  const double* bias = weight + 4 * n;
#pragma GCC ivdep
  for (int i = 0; i < n; ++i) {
    const double h = state[i], c = state[n + i];
    const double f = nn::math::sigmoid(x[i] * weight[i] + bias[i]);
    const double g = nn::math::sigmoid(h * weight[n + i] + bias[n + i]);
    const double o = nn::math::sigmoid(x[i] * weight[2 * n + i] + bias[2 * n + i]);
    const double a = nn::math::tanh(h * weight[3 * n + i] + bias[3 * n + i]);
    const double cell = c * f + g * a, t = nn::math::tanh(cell);
    kept[forget * n + i] = f, kept[in * n + i] = g, kept[out * n + i] = o, kept[change * n + i] = a;
    kept[squashed * n + i] = t, kept[old_hidden * n + i] = h, kept[old_cell * n + i] = c;
    kept[input * n + i] = x[i];
    state[i] = o * t;
    state[n + i] = cell;
  }
}

// dx: of the layer's output on entry, of its input on return.
void backward(int n, const double* __restrict weight, const double* __restrict kept,
              double* __restrict d_state, double* __restrict dx, double* __restrict d_weight) {
  double* d_bias = d_weight + 4 * n;
#pragma GCC ivdep
  for (int i = 0; i < n; ++i) {
    const double f = kept[forget * n + i], g = kept[in * n + i], o = kept[out * n + i];
    const double a = kept[change * n + i], t = kept[squashed * n + i], h = kept[old_hidden * n + i];
    const double x = kept[input * n + i], dh = d_state[i] + dx[i];
    const double dc = d_state[n + i] + dh * o * (1 - t * t);
    const double df = dc * kept[old_cell * n + i] * f * (1 - f), dg = dc * a * g * (1 - g);
    const double d_out = dh * t * o * (1 - o), da = dc * g * (1 - a * a);
    d_weight[i] += df * x, d_weight[n + i] += dg * h;
    d_weight[2 * n + i] += d_out * x, d_weight[3 * n + i] += da * h;
    d_bias[i] += df, d_bias[n + i] += dg, d_bias[2 * n + i] += d_out, d_bias[3 * n + i] += da;
    d_state[i] = dg * weight[n + i] + da * weight[3 * n + i];
    d_state[n + i] = dc * f;
    dx[i] = df * weight[i] + d_out * weight[2 * n + i];
  }
}

// The loss of one step; leaves the exponentials of the predictions and returns their sum in `sum`.
double predict(int n, const double* __restrict outer, const double* __restrict h,
               const double* __restrict gold, double* __restrict exponential, double& sum) {
  double total = 2, loss = 0, weights = 0;
  for (int i = 0; i < n; ++i) exponential[i] = nn::math::exp(h[i] * outer[n + i] + outer[2 * n + i]);
  for (int i = 0; i < n; ++i) {
    total += exponential[i];
    loss += gold[i] * (h[i] * outer[n + i] + outer[2 * n + i]);
    weights += gold[i];
  }
  sum = total;
  return loss - weights * nn::math::log(total);
}

}  // namespace

double lstm_by_hand(const double* layer, const double* outer, const double* start, const double* sequence,
                    int layers, int size, int length, double* d_layer, double* d_outer,
                    std::vector<double>& room) {
  const nn::rt::FlushSubnormals flush;
  const int n = size, steps = length - 1, one = rows * n, whole = layers * one + 2 * n;
  room.resize(static_cast<std::size_t>(2 * layers * n + n + (d_layer ? steps : 1) * (whole + 1)));
  double *state = room.data(), *dx = state + 2 * layers * n, *kept = dx + n, total = 0;
  double* sums = kept + (d_layer ? steps : 1) * whole;
  std::copy(start, start + 2 * layers * n, state);
  for (int t = 0; t < steps; ++t) {
    double* now = kept + (d_layer ? t * whole : 0);
    for (int i = 0; i < n; ++i) dx[i] = sequence[t * n + i] * outer[i];
    const double* x = dx;
    for (int l = 0; l < layers; ++l, x = state + 2 * (l - 1) * n)
      forward(n, layer + 8 * l * n, state + 2 * l * n, x, now + l * one);
    double* last = now + layers * one;
    std::copy(x, x + n, last);
    total += predict(n, outer, x, sequence + (t + 1) * n, last + n, sums[d_layer ? t : 0]);
  }
  const double scale = -1.0 / (steps * n);
  if (!d_layer) return total * scale;
  double* d_state = state;
  std::fill(d_state, d_state + 2 * layers * n, 0.0);
  for (int t = steps - 1; t >= 0; --t) {
    const double *now = kept + t * whole, *last = now + layers * one, *gold = sequence + (t + 1) * n;
    double weights = 0;
    for (int i = 0; i < n; ++i) weights += gold[i];
    const double share = weights / sums[t];
    for (int i = 0; i < n; ++i) {
      const double dy = scale * (gold[i] - share * last[n + i]);
      d_outer[2 * n + i] += dy;
      d_outer[n + i] += dy * last[i];
      dx[i] = dy * outer[n + i];
    }
    for (int l = layers - 1; l >= 0; --l)
      backward(n, layer + 8 * l * n, now + l * one, d_state + 2 * l * n, dx, d_layer + 8 * l * n);
    for (int i = 0; i < n; ++i) d_outer[i] += dx[i] * sequence[t * n + i];
  }
  return total * scale;
}

}  // namespace bench
