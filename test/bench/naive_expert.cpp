// The network of one hidden layer by hand, in matrix products.
#include "loops_expert.h"
#include "nn/math.h"
#include "nn/rt/float_mode.h"
#include "nn/rt/gemm.h"

namespace bench {

namespace {

using nn::rt::gemm, nn::rt::Trans;

void add_columns(int rows, int columns, const double* __restrict from, double* __restrict to) {
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c) to[c] += from[r * columns + c];
}

}  // namespace

double naive_by_hand(const NaiveParameters& net, const double* x, const double* target, int rows, int inputs,
                     int hidden, int outputs, const NaiveGradients* grad, std::vector<double>& room,
                     nn::Workspace& ws) {
  const nn::rt::FlushSubnormals flush;
  room.resize(static_cast<std::size_t>(rows * (2 * hidden + outputs)));
  double *h = room.data(), *dh = h + rows * hidden, *y = dh + rows * hidden;
  gemm(ws, Trans::no, Trans::yes, rows, hidden, inputs, x, net.w1, h, false);
  for (int r = 0; r < rows; ++r)
    for (int j = 0; j < hidden; ++j) h[r * hidden + j] = nn::math::tanh(h[r * hidden + j] + net.b1[j]);
  gemm(ws, Trans::no, Trans::yes, rows, outputs, hidden, h, net.w2, y, false);
  double loss = 0;
  for (int r = 0; r < rows; ++r)
    for (int j = 0; j < outputs; ++j) {
      const double d = y[r * outputs + j] + net.b2[j] - target[r * outputs + j];
      loss += d * d;
      y[r * outputs + j] = 2 * d / (rows * outputs);
    }
  if (!grad) return loss / (rows * outputs);
  gemm(ws, Trans::yes, Trans::no, outputs, hidden, rows, y, h, grad->w2, true);
  add_columns(rows, outputs, y, grad->b2);
  gemm(ws, Trans::no, Trans::no, rows, hidden, outputs, y, net.w2, dh, false);
  for (int i = 0; i < rows * hidden; ++i) dh[i] *= 1 - h[i] * h[i];
  gemm(ws, Trans::yes, Trans::no, hidden, inputs, rows, dh, x, grad->w1, true);
  add_columns(rows, hidden, dh, grad->b1);
  return loss / (rows * outputs);
}

}  // namespace bench
