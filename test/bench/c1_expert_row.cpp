// The hand-written step for a single image: every product is a pass over the weights, as fast as memory gives
// them.
#include <algorithm>
#include <cstdint>

#include "c1_expert.h"
#include "nn/runtime.h"

namespace bench {

namespace {

using std::int64_t;

constexpr int lanes = 16, strips = 8;  // strips·lanes columns are summed in registers
typedef float V __attribute__((vector_size(4 * lanes), aligned(4)));

V load(const float* p) {
  return *reinterpret_cast<const V*>(p);
}
void store(float* p, V v) {
  *reinterpret_cast<V*>(p) = v;
}

// The sum over the lanes: half of them added to the other half, and so on.
template <int half>
V fold(V v) {
  if constexpr (half == 0) {
    return v;
  } else {
    V other;
    for (int i = 0; i < lanes; ++i) other[i] = v[i ^ half];
    return fold<half / 2>(v + other);
  }
}
float sum_lanes(V v) {
  return fold<lanes / 2>(v)[0];
}

// The entries of x that aren't zero, or all of them: their places, and how many.
int64_t list_rows(bool skip, int64_t n, const float* x, int* rows) {
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) {
    rows[count] = static_cast<int>(i);
    count += !skip || x[i] != 0;
  }
  return count;
}

// Columns [begin, end) of relu(bias + sum over the listed rows i of x[i]·w[i]).
void layer_columns(int64_t count, const int* rows, const float* x, const float* w, const float* bias,
                   float* h, int64_t begin, int64_t end) {
  for (int64_t j = begin; j < end; j += strips * lanes) {
    V sum[strips];
#pragma GCC unroll 8
    for (int s = 0; s < strips; ++s) sum[s] = load(bias + j + s * lanes);
    for (int64_t r = 0; r < count; ++r) {
      const float* row = w + rows[r] * hidden + j;
      const float scale = x[rows[r]];
#pragma GCC unroll 8
      for (int s = 0; s < strips; ++s) sum[s] += scale * load(row + s * lanes);
    }
#pragma GCC unroll 8
    for (int s = 0; s < strips; ++s) store(h + j + s * lanes, sum[s] > 0 ? sum[s] : V{});
  }
}

void layer(nn::Workspace& ws, bool skip, int64_t n, const float* x, const float* w, const float* bias,
           float* h) {
  int rows[inputs];
  const int64_t count = list_rows(skip, n, x, rows);
  constexpr int64_t block = strips * lanes;
  nn::rt::rows(ws, hidden / block, count * block, [=, &rows](int64_t begin, int64_t end) {
    layer_columns(count, rows, x, w, bias, h, begin * block, end * block);
  });
}

// row = scale·y
void scaled_row(float scale, const float* y, float* row) {
#pragma GCC unroll 4
  for (int64_t j = 0; j < hidden; j += lanes) store(row + j, scale * load(y + j));
}

// dh[i] = w[i]·dz for four listed rows i.
void dot_four(const int* rows, const float* w, const float* dz, float* dh) {
  V sum[4] = {};
  for (int64_t j = 0; j < hidden; j += lanes) {
    const V x = load(dz + j);
#pragma GCC unroll 4
    for (int r = 0; r < 4; ++r) sum[r] += load(w + rows[r] * hidden + j) * x;
  }
  for (int r = 0; r < 4; ++r) dh[rows[r]] = sum_lanes(sum[r]);
}

// dw = h·dz and dh = w·dz where h > 0, for rows [begin, end) of a layer of inputs h, weights w and output
// gradient dz.
void hidden_gradients(int64_t begin, int64_t end, const float* h, const float* w, const float* dz, float* dw,
                      float* dh) {
  int active[4], count = 0;
  for (int64_t i = begin; i < end; ++i) {
    scaled_row(h[i], dz, dw + i * hidden);
    dh[i] = 0;
    active[count] = static_cast<int>(i);
    count += h[i] > 0;
    if (count == 4) {
      dot_four(active, w, dz, dh);
      count = 0;
    }
  }
  for (int i = 0; i < count; ++i) {
    const int same[4] = {active[i], active[i], active[i], active[i]};
    dot_four(same, w, dz, dh);
  }
}

// The same for the last layer's weights.
void output_gradients(const float* h, const float* __restrict w, const float* __restrict dz,
                      float* __restrict dw, float* dh) {
  for (int64_t i = 0; i < hidden; ++i, w += classes, dw += classes) {
    const float x = h[i];
    float sum = 0;
    for (int64_t c = 0; c < classes; ++c) dw[c] = x * dz[c];
    for (int64_t c = 0; c < classes; ++c) sum += w[c] * dz[c];
    dh[i] = x > 0 ? sum : 0;
  }
}

void output_layer(const float* h, const float* __restrict w, float* z) {
  float sums[4][classes] = {};
  for (int64_t i = 0; i < hidden; i += 4)
    for (int64_t s = 0; s < 4; ++s)
      for (int64_t c = 0; c < classes; ++c) sums[s][c] += h[i + s] * w[(i + s) * classes + c];
  for (int64_t c = 0; c < classes; ++c) z[c] = (sums[0][c] + sums[1][c]) + (sums[2][c] + sums[3][c]);
}

}  // namespace

float forward_of_one_row(Expert& e, bool skip, const Parameters<const float>& model, const Batch& batch) {
  layer(e.ws, false, inputs, batch.x, model.w1, model.b1, e.h1);
  layer(e.ws, skip, hidden, e.h1, model.w2, model.b2, e.h2);
  output_layer(e.h2, model.w3, e.dz3);
  return cross_entropy(e.dz3, model.b3, batch.label[0], 1);
}

float step_of_one_row(Expert& e, bool skip, const Parameters<const float>& model, const Batch& batch,
                      const Parameters<float>& grad) {
  const float loss = forward_of_one_row(e, skip, model, batch);
  std::copy(e.dz3, e.dz3 + classes, grad.b3);
  output_gradients(e.h2, model.w3, e.dz3, grad.w3, grad.b2);
  nn::rt::rows(e.ws, hidden, 4 * hidden, [&](int64_t begin, int64_t end) {
    hidden_gradients(begin, end, e.h1, model.w2, grad.b2, grad.w2, grad.b1);
  });
  nn::rt::rows(e.ws, inputs, hidden, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) scaled_row(batch.x[i], grad.b1, grad.w1 + i * hidden);
  });
  return loss;
}

}  // namespace bench
