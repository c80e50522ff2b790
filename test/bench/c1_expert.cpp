// The hand-written step: every pass over memory that can be saved is saved.
#include "c1_expert.h"

#include <algorithm>
#include <cmath>

#include "nn/runtime.h"

namespace bench {

namespace {

using nn::rt::Trans;
using std::int64_t;

constexpr int64_t hidden_work = 4 * hidden, class_work = 40 * classes;  // of a row in a pass, for rt::rows

template <bool bias_is_in>
void bias_relu(nn::Workspace& ws, int64_t n, const float* __restrict bias, float* h) {
  nn::rt::rows(ws, n, hidden_work, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float* __restrict row = h + i * hidden;
      for (int64_t j = 0; j < hidden; ++j) {
        const float z = bias_is_in ? row[j] : row[j] + bias[j];
        row[j] = z > 0 ? z : 0;
      }
    }
  });
}

void fill_rows(int64_t n, const float* bias, float* h) {
  for (int64_t i = 0; i < n; ++i) std::copy(bias, bias + hidden, h + i * hidden);
}

// h = relu(x·w + bias), rows of h.
void layer(nn::Workspace& ws, Variant variant, int64_t n, int64_t k, const float* x, const float* w, const float* bias,
           float* h) {
  if (variant == Variant::bias_first) {
    fill_rows(n, bias, h);
    nn::rt::gemm(ws, Trans::no, Trans::no, n, hidden, k, x, w, h, 1.0f);
    bias_relu<true>(ws, n, bias, h);
  } else {
    nn::rt::gemm(ws, Trans::no, Trans::no, n, hidden, k, x, w, h);
    bias_relu<false>(ws, n, bias, h);
  }
}

float cross_entropy_rows(int64_t n, float one_nth, const int* label, const float* b3, float* z, float* db3) {
  float loss = 0, sums[classes] = {};
  for (int64_t i = 0; i < n; ++i) {
    loss += cross_entropy(z + i * classes, b3, label[i], one_nth);
    for (int64_t c = 0; c < classes; ++c) sums[c] += z[i * classes + c];
  }
  for (int64_t c = 0; c < classes; ++c) db3[c] += sums[c];
  return loss;
}

// d = h > 0 ? d : 0 and db += its column sums. Threads share out the columns, so they need no sums of their own.
void mask_and_sum(nn::Workspace& ws, int64_t n, const float* h, float* d, float* db) {
  constexpr int64_t strip = 64;
  nn::rt::rows(ws, hidden / strip, n * 4 * strip, [=](int64_t begin, int64_t end) {
    const int64_t first = begin * strip, last = end * strip;
    for (int64_t i = 0; i < n; ++i) {
      const float* __restrict mask = h + i * hidden;
      float *__restrict row = d + i * hidden, *__restrict sum = db;
      for (int64_t j = first; j < last; ++j) sum[j] += row[j] = mask[j] > 0 ? row[j] : 0;
    }
  });
}

// Where the bias gradients of some rows are added.
struct BiasGradients {
  float *b1, *b2, *b3;
};

// Rows [begin, end) forwards and backwards down to dh1; the loss times n.
float rows_through(Variant variant, nn::Workspace& ws, const Parameters<const float>& model, const Batch& batch,
                   int64_t begin, int64_t end, Expert& e, const BiasGradients& db) {
  const int64_t n = end - begin;
  float *h1 = e.h1 + begin * hidden, *h2 = e.h2 + begin * hidden, *dz3 = e.dz3 + begin * classes;
  float *dh1 = e.dh1 + begin * hidden, *dh2 = e.dh2 + begin * hidden;
  layer(ws, variant, n, inputs, batch.x + begin * inputs, model.w1, model.b1, h1);
  layer(ws, variant, n, hidden, h1, model.w2, model.b2, h2);
  nn::rt::gemm(ws, Trans::no, Trans::no, n, classes, hidden, h2, model.w3, dz3);
  const float one_nth = 1 / static_cast<float>(batch.n);
  const float loss = cross_entropy_rows(n, one_nth, batch.label + begin, model.b3, dz3, db.b3);
  nn::rt::gemm(ws, Trans::no, Trans::yes, n, hidden, classes, dz3, model.w3, dh2);
  mask_and_sum(ws, n, h2, dh2, db.b2);
  nn::rt::gemm(ws, Trans::no, Trans::yes, n, hidden, hidden, dh2, model.w2, dh1);
  mask_and_sum(ws, n, h1, dh1, db.b1);
  return loss;
}

void weight_gradients(nn::Workspace& ws, const Batch& batch, const Expert& e, const Parameters<float>& grad) {
  nn::rt::gemm(ws, Trans::yes, Trans::no, hidden, classes, batch.n, e.h2, e.dz3, grad.w3);
  nn::rt::gemm(ws, Trans::yes, Trans::no, hidden, hidden, batch.n, e.h1, e.dh2, grad.w2);
  nn::rt::gemm(ws, Trans::yes, Trans::no, inputs, hidden, batch.n, batch.x, e.dh1, grad.w1);
}

void set_zero(const BiasGradients& db) {
  std::fill(db.b1, db.b1 + hidden, 0.0f);
  std::fill(db.b2, db.b2 + hidden, 0.0f);
  std::fill(db.b3, db.b3 + classes, 0.0f);
}

// Two threads, half of the rows each; the sums over all rows of the second are added at the end.
float split_rows(Expert& e, const Parameters<const float>& model, const Batch& batch, const BiasGradients& db) {
  struct Job {
    Expert& e;
    const Parameters<const float>& model;
    const Batch& batch;
    BiasGradients db[2];
    float loss[2];
    float b3[classes];
  } job{e, model, batch, {db, {e.sums[0], e.sums[1], nullptr}}, {}, {}};
  job.db[1].b3 = job.b3;
  const auto half = [](void* context, int part) {
    Job& j = *static_cast<Job*>(context);
    set_zero(j.db[part]);
    const int64_t middle = (j.batch.n + 1) / 2, begin = part == 0 ? 0 : middle, end = part == 0 ? middle : j.batch.n;
    j.loss[part] =
        rows_through(Variant::fused, j.e.own[part], j.model, j.batch, begin, end, j.e, j.db[part]);
  };
  nn::rt::parallel(e.ws, 2, half, &job);
  for (int64_t j = 0; j < hidden; ++j) db.b1[j] += job.db[1].b1[j], db.b2[j] += job.db[1].b2[j];
  for (int64_t c = 0; c < classes; ++c) db.b3[c] += job.b3[c];
  return job.loss[0] + job.loss[1];
}

float all_rows(Expert& e, Variant variant, const Parameters<const float>& model, const Batch& batch,
               const BiasGradients& db) {
  if (variant == Variant::split) return split_rows(e, model, batch, db);
  set_zero(db);
  const int64_t block = variant == Variant::row_blocks ? 64 : batch.n;
  float loss = 0;
  for (int64_t begin = 0; begin < batch.n; begin += block)
    loss += rows_through(variant, e.ws, model, batch, begin, std::min(begin + block, batch.n), e, db);
  return loss;
}

}  // namespace

float cross_entropy(float* __restrict z, const float* __restrict bias, int label, float scale) {
  float top = z[0] += bias[0], sum = 0;
  for (int64_t c = 1; c < classes; ++c) top = std::max(top, z[c] += bias[c]);
  const float correct = z[label] - top;
  for (int64_t c = 0; c < classes; ++c) z[c] = nn::math::exp(z[c] - top);
  for (int64_t c = 0; c < classes; ++c) sum += z[c];
  const float factor = scale / sum;
  for (int64_t c = 0; c < classes; ++c) z[c] *= factor;
  z[label] -= scale;
  return nn::math::log(sum) - correct;
}

float step(Expert& e, Variant variant, const Parameters<const float>& model, const Batch& batch,
           const Parameters<float>& grad) {
  const nn::rt::FlushSubnormals flush;
  if (variant >= Variant::one_row) return step_of_one_row(e, variant == Variant::one_row_skip, model, batch, grad);
  const float loss = all_rows(e, variant, model, batch, {grad.b1, grad.b2, grad.b3});
  weight_gradients(e.ws, batch, e, grad);
  return loss / static_cast<float>(batch.n);
}

float forward(Expert& e, Variant variant, const Parameters<const float>& model, const Batch& batch) {
  const nn::rt::FlushSubnormals flush;
  if (variant >= Variant::one_row) return forward_of_one_row(e, variant == Variant::one_row_skip, model, batch);
  layer(e.ws, variant, batch.n, inputs, batch.x, model.w1, model.b1, e.h1);
  layer(e.ws, variant, batch.n, hidden, e.h1, model.w2, model.b2, e.h2);
  nn::rt::gemm(e.ws, Trans::no, Trans::no, batch.n, classes, hidden, e.h2, model.w3, e.dz3);
  float db3[classes];
  return cross_entropy_rows(batch.n, 1, batch.label, model.b3, e.dz3, db3) / static_cast<float>(batch.n);
}

void products(Expert& e, const Parameters<const float>& model, const Batch& batch, const Parameters<float>& grad) {
  const nn::rt::FlushSubnormals flush;
  const int64_t n = batch.n;
  nn::rt::gemm(e.ws, Trans::no, Trans::no, n, hidden, inputs, batch.x, model.w1, e.h1);
  nn::rt::gemm(e.ws, Trans::no, Trans::no, n, hidden, hidden, e.h1, model.w2, e.h2);
  nn::rt::gemm(e.ws, Trans::no, Trans::no, n, classes, hidden, e.h2, model.w3, e.dz3);
  nn::rt::gemm(e.ws, Trans::no, Trans::yes, n, hidden, classes, e.dz3, model.w3, e.dh2);
  nn::rt::gemm(e.ws, Trans::no, Trans::yes, n, hidden, hidden, e.dh2, model.w2, e.dh1);
  weight_gradients(e.ws, batch, e, grad);
}

double flops_of_step(int64_t n) {
  return 2.0 * static_cast<double>(n) * (2 * inputs * hidden + 3 * hidden * hidden + 3 * hidden * classes);
}

}  // namespace bench
