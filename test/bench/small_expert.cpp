// The small nets by hand: sizes are constants, everything is unrolled, and nothing is called.
#include "small_expert.h"

#include <utility>

#include "nn/math.h"
#include "nn/rt/float_mode.h"
#include "nn/rt/gemm_small.h"

namespace bench {

namespace {

using nn::rt::gemm_small, nn::rt::Trans;

constexpr int xor_rows = 4, xor_hidden = 8;

// Adds −(y·log p + (1 − y)·log(1 − p)) for p = sigmoid(z) to the loss; returns p − y.
float cross_entropy(float z, float y, float& loss) {
  const float e = nn::math::exp(z > 0 ? -z : z), reciprocal = 1 / (1 + e);
  loss += (z > 0 ? z : 0) - y * z + nn::math::log(1 + e);
  return (z > 0 ? reciprocal : e * reciprocal) - y;
}

}  // namespace

float xor_step(const XorParameters<const float>& model, const float* __restrict x, const float* __restrict y,
               const XorParameters<float>& grad) {
  const nn::rt::FlushSubnormals flush;
  const float* __restrict w1 = model.w1, * __restrict b1 = model.b1, * __restrict w2 = model.w2;
  float* __restrict dw1 = grad.w1, * __restrict db1 = grad.b1, * __restrict dw2 = grad.w2;
  float h[xor_rows][xor_hidden], dz[xor_rows], losses[xor_rows] = {};
  for (int i = 0; i < xor_rows; ++i)
    for (int j = 0; j < xor_hidden; ++j)
      h[i][j] = nn::math::tanh(x[2 * i] * w1[j] + x[2 * i + 1] * w1[xor_hidden + j] + b1[j]);
  for (int i = 0; i < xor_rows; ++i) {
    float z[4];
    for (int j = 0; j < 4; ++j) z[j] = h[i][j] * w2[j] + h[i][j + 4] * w2[j + 4];
    dz[i] = model.b2[0] + ((z[0] + z[2]) + (z[1] + z[3]));
  }
  for (int i = 0; i < xor_rows; ++i) dz[i] = cross_entropy(dz[i], y[i], losses[i]) * (1.0f / xor_rows);
  grad.b2[0] = (dz[0] + dz[1]) + (dz[2] + dz[3]);
  for (int j = 0; j < xor_hidden; ++j) {
    float sum_w2 = 0, sum_b1 = 0, sum_0 = 0, sum_1 = 0;
    for (int i = 0; i < xor_rows; ++i) {
      const float d = dz[i] * w2[j] * (1 - h[i][j] * h[i][j]);
      sum_w2 += h[i][j] * dz[i];
      sum_b1 += d;
      sum_0 += x[2 * i] * d;
      sum_1 += x[2 * i + 1] * d;
    }
    dw2[j] = sum_w2, db1[j] = sum_b1, dw1[j] = sum_0, dw1[xor_hidden + j] = sum_1;
  }
  return ((losses[0] + losses[1]) + (losses[2] + losses[3])) / xor_rows;
}

namespace {

constexpr int rows = deep_rows, width = deep_width;

// h = sigmoid(x·w + b)
void layer(const float* x, const float* w, const float* __restrict b, float* __restrict h) {
  gemm_small<rows, width, width, Trans::no, Trans::no>(x, w, h);
  for (int i = 0; i < rows; ++i, h += width)
    for (int j = 0; j < width; ++j) h[j] = nn::math::sigmoid(h[j] + b[j]);
}

// dz becomes the gradient before the activation with output h; db its column sums.
void activation_gradient(const float* __restrict h, float* __restrict dz, float* __restrict db) {
  float sums[width] = {};
  for (int i = 0; i < rows; ++i, h += width, dz += width)
    for (int j = 0; j < width; ++j) sums[j] += dz[j] *= h[j] * (1 - h[j]);
  for (int j = 0; j < width; ++j) db[j] = sums[j];
}

// The loss, and dz = its gradient with respect to h.
float squared_error(const float* __restrict h, const float* __restrict target, float* __restrict dz) {
  constexpr float mean = 1.0f / (rows * width);
  float sums[width] = {}, loss = 0;
  for (int i = 0; i < rows; ++i, h += width, target += width, dz += width) {
    for (int j = 0; j < width; ++j) {
      const float d = h[j] - target[j];
      sums[j] += d * d;
      dz[j] = 2 * mean * d;
    }
  }
  for (const float sum : sums) loss += sum;
  return loss * mean;
}

}  // namespace

float deep_step(const DeepParameters<const float>& model, const float* x, const float* target,
                const DeepParameters<float>& grad, DeepBuffers& buffers) {
  const nn::rt::FlushSubnormals flush;
  auto& h = buffers.h;
  for (int l = 0; l < deep_layers; ++l) layer(l ? h[l - 1] : x, model.w[l], model.b[l], h[l]);
  float *dz = buffers.dz[0], *before = buffers.dz[1];
  const float loss = squared_error(h[deep_layers - 1], target, dz);
  for (int l = deep_layers - 1; l > 0; --l) {
    activation_gradient(h[l], dz, grad.b[l]);
    gemm_small<width, width, rows, Trans::yes, Trans::no>(h[l - 1], dz, grad.w[l]);
    gemm_small<rows, width, width, Trans::no, Trans::yes>(dz, model.w[l], before);
    std::swap(dz, before);
  }
  activation_gradient(h[0], dz, grad.b[0]);
  gemm_small<width, width, rows, Trans::yes, Trans::no>(x, dz, grad.w[0]);
  return loss;
}

}  // namespace bench
