// Backpropagation through time as it is written by hand.
#include "recurrent_expert.h"

#include <algorithm>

#include "nn/math.h"
#include "nn/runtime.h"

namespace bench {

namespace {

using nn::rt::gemm;
using nn::rt::Trans;
using std::int64_t;

constexpr int64_t in = inputs_of_cell, width = states_of_cell;

// Memory handed out piece by piece.
struct Pieces {
  std::vector<float>& room;
  std::size_t used = 0;

  float* take(int64_t size) {
    float* piece = room.data() + used;
    used += static_cast<std::size_t>(size);
    return piece;
  }
};

float square_sum(const float* h, int64_t size) {
  float lanes[16] = {};
  for (int64_t i = 0; i < size; i += 16)
    for (int64_t k = 0; k < 16; ++k) lanes[k] += h[i + k] * h[i + k];
  float sum = 0;
  for (float lane : lanes) sum += lane;
  return sum;
}

// The gradients of weights and inputs from those of all gates' arguments; `h` are the states before each
// step.
void gather(nn::Workspace& ws, const Cell& cell, const Sequence& s, const float* h, const float* dz,
            int64_t gates, const CellGradients& d) {
  const int64_t all = s.steps * s.rows, columns = gates * width;
  gemm(ws, Trans::yes, Trans::no, width, columns, all, h, dz, d.u);
  gemm(ws, Trans::yes, Trans::no, in, columns, all, s.x, dz, d.w);
  gemm(ws, Trans::no, Trans::yes, all, in, columns, dz, cell.w, d.x);
  std::fill_n(d.b, columns, 0.0f);
  for (int64_t i = 0; i < all; ++i)
    for (int64_t j = 0; j < columns; ++j) d.b[j] += dz[i * columns + j];
}

void tanh_of_sum(int64_t n, float* __restrict h, const float* __restrict a, const float* __restrict c,
                 const float* __restrict bias) {
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < width; ++j)
      h[i * width + j] = nn::math::tanh(a[i * width + j] + c[i * width + j] + bias[j]);
}

void through_tanh(int64_t size, float* __restrict dz, const float* __restrict dh, const float* __restrict h) {
  for (int64_t i = 0; i < size; ++i) dz[i] = dh[i] * (1 - h[i] * h[i]);
}

// One step of the gates: their arguments, in `gate`, become their values.
void lstm_step(int64_t n, float* __restrict gate, const float* __restrict more, const float* __restrict bias,
               const float* __restrict c, float* __restrict next_c, float* __restrict tanh_c,
               float* __restrict h) {
  for (int64_t i = 0; i < n; ++i) {
    float* __restrict g = gate + i * 4 * width;
    const float* __restrict m = more + i * 4 * width;
    for (int64_t j = 0; j < width; ++j) {
      const float input = nn::math::sigmoid(g[j] + m[j] + bias[j]);
      const float forget = nn::math::sigmoid(g[j + width] + m[j + width] + bias[j + width]);
      const float output = nn::math::sigmoid(g[j + 2 * width] + m[j + 2 * width] + bias[j + 2 * width]);
      const float candidate = nn::math::tanh(g[j + 3 * width] + m[j + 3 * width] + bias[j + 3 * width]);
      const float now = forget * c[i * width + j] + input * candidate, squashed = nn::math::tanh(now);
      g[j] = input, g[j + width] = forget, g[j + 2 * width] = output, g[j + 3 * width] = candidate;
      next_c[i * width + j] = now;
      tanh_c[i * width + j] = squashed;
      h[i * width + j] = output * squashed;
    }
  }
}

void lstm_step_back(int64_t n, float* __restrict gate, const float* __restrict c,
                    const float* __restrict tanh_c, const float* __restrict dh, float* __restrict dc) {
  for (int64_t i = 0; i < n; ++i) {
    float* __restrict g = gate + i * 4 * width;
    for (int64_t j = 0; j < width; ++j) {
      const float input = g[j], forget = g[j + width], output = g[j + 2 * width],
                  candidate = g[j + 3 * width];
      const float squashed = tanh_c[i * width + j], up = dh[i * width + j];
      const float cell = dc[i * width + j] + up * output * (1 - squashed * squashed);
      g[j] = cell * candidate * (input * (1 - input));
      g[j + width] = cell * c[i * width + j] * (forget * (1 - forget));
      g[j + 2 * width] = up * squashed * (output * (1 - output));
      g[j + 3 * width] = cell * input * (1 - candidate * candidate);
      dc[i * width + j] = cell * forget;
    }
  }
}

}  // namespace

float rnn_by_hand(nn::Workspace& ws, const Cell& cell, const Sequence& s, const CellGradients* gradients,
                  std::vector<float>& room) {
  const int64_t state = s.rows * width, all = s.steps * state;
  room.resize(static_cast<std::size_t>(2 * all + 3 * state));
  Pieces pieces{room};
  float *z = pieces.take(all), *h = pieces.take(all + state), *more = pieces.take(state),
        *dh = pieces.take(state);
  gemm(ws, Trans::no, Trans::no, s.steps * s.rows, width, in, s.x, cell.w, z);
  std::copy_n(s.h0, state, h);
  for (int64_t t = 0; t < s.steps; ++t) {
    gemm(ws, Trans::no, Trans::no, s.rows, width, width, h + t * state, cell.u, more);
    tanh_of_sum(s.rows, h + (t + 1) * state, z + t * state, more, cell.b);
  }
  const float value = square_sum(h + all, state);
  if (!gradients) return value;
  for (int64_t i = 0; i < state; ++i) dh[i] = 2 * h[all + i];
  for (int64_t t = s.steps - 1; t >= 0; --t) {
    through_tanh(state, z + t * state, dh, h + (t + 1) * state);
    gemm(ws, Trans::no, Trans::yes, s.rows, width, width, z + t * state, cell.u, dh);
  }
  std::copy_n(dh, state, gradients->h0);
  gather(ws, cell, s, h, z, 1, *gradients);
  return value;
}

float lstm_by_hand(nn::Workspace& ws, const Cell& cell, const Sequence& s, const CellGradients* gradients,
                   std::vector<float>& room) {
  const int64_t state = s.rows * width, all = s.steps * state, gates = 4 * state;
  room.resize(static_cast<std::size_t>(s.steps * gates + 3 * all + 3 * state + gates + state));
  Pieces pieces{room};
  float *gate = pieces.take(s.steps * gates), *h = pieces.take(all + state), *c = pieces.take(all + state);
  float *tanh_c = pieces.take(all), *more = pieces.take(gates), *dh = pieces.take(state),
        *dc = pieces.take(state);
  gemm(ws, Trans::no, Trans::no, s.steps * s.rows, 4 * width, in, s.x, cell.w, gate);
  std::copy_n(s.h0, state, h);
  std::copy_n(s.h0, state, c);
  for (int64_t t = 0; t < s.steps; ++t) {
    gemm(ws, Trans::no, Trans::no, s.rows, 4 * width, width, h + t * state, cell.u, more);
    lstm_step(s.rows, gate + t * gates, more, cell.b, c + t * state, c + (t + 1) * state, tanh_c + t * state,
              h + (t + 1) * state);
  }
  const float value = square_sum(h + all, state);
  if (!gradients) return value;
  for (int64_t i = 0; i < state; ++i) dh[i] = 2 * h[all + i];
  std::fill_n(dc, state, 0.0f);
  for (int64_t t = s.steps - 1; t >= 0; --t) {
    lstm_step_back(s.rows, gate + t * gates, c + t * state, tanh_c + t * state, dh, dc);
    gemm(ws, Trans::no, Trans::yes, s.rows, width, 4 * width, gate + t * gates, cell.u, dh);
  }
  for (int64_t i = 0; i < state; ++i) gradients->h0[i] = dh[i] + dc[i];
  gather(ws, cell, s, h, gate, 4, *gradients);
  return value;
}

}  // namespace bench
