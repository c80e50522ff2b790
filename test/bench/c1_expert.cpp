// The hand-written step: every pass over memory that can be saved is saved.
#include "c1_expert.h"

#include <algorithm>
#include <cmath>

#include "nn/runtime.h"

namespace bench {

namespace {

using nn::rt::Trans;
using std::int64_t;

// h = relu(x·w + bias) for n rows of k inputs.
void layer(nn::Workspace& ws, int64_t n, int64_t k, const float* x, const float* w, const float* bias,
           float* h) {
  nn::rt::gemm(ws, Trans::no, Trans::no, n, hidden, k, x, w, h);
  nn::rt::rows(ws, n, 4 * hidden, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float* __restrict row = h + i * hidden;
      const float* __restrict b = bias;
      for (int64_t j = 0; j < hidden; ++j) {
        const float z = row[j] + b[j];
        row[j] = z > 0 ? z : 0;
      }
    }
  });
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

// d = h > 0 ? d : 0 and db += its column sums. Threads share out columns: they need no sums of their own.
void mask_and_sum(nn::Workspace& ws, int64_t n, const float* h, float* d, float* db) {
  constexpr int64_t strip = 64;
  nn::rt::rows(ws, hidden / strip, n * 4 * strip, [=](int64_t begin, int64_t end) {
    const int64_t first = begin * strip, last = end * strip;
    for (int64_t i = 0; i < n; ++i) {
      const float* __restrict mask = h + i * hidden;
      float* __restrict row = d + i * hidden, * __restrict sum = db;
      for (int64_t j = first; j < last; ++j) sum[j] += row[j] = mask[j] > 0 ? row[j] : 0;
    }
  });
}

// Where the bias gradients of some rows are added.
struct BiasGradients {
  float *b1, *b2, *b3;
};

// Some of the batch's rows.
struct Rows {
  int64_t begin, end;
};

// The rows' products with w3, the logits without their biases.
void logits_of(nn::Workspace& ws, const Parameters<const float>& model, const Batch& batch, Rows rows,
               Expert& e) {
  const int64_t n = rows.end - rows.begin;
  float *h1 = e.h1 + rows.begin * hidden, *h2 = e.h2 + rows.begin * hidden;
  layer(ws, n, inputs, batch.x + rows.begin * inputs, model.w1, model.b1, h1);
  layer(ws, n, hidden, h1, model.w2, model.b2, h2);
  nn::rt::gemm(ws, Trans::no, Trans::no, n, classes, hidden, h2, model.w3, e.dz3 + rows.begin * classes);
}

// The rows' losses; their logits become gradients.
float losses_of(const Parameters<const float>& model, const Batch& batch, Rows rows, Expert& e, float* db3) {
  return cross_entropy_rows(rows.end - rows.begin, 1 / static_cast<float>(batch.n), batch.label + rows.begin,
                            model.b3, e.dz3 + rows.begin * classes, db3);
}

// The rows forwards, and backwards down to the first layer; the sum of their losses.
float through(nn::Workspace& ws, const Parameters<const float>& model, const Batch& batch, Rows rows,
              Expert& e, const BiasGradients& db) {
  const int64_t n = rows.end - rows.begin, first = rows.begin * hidden;
  logits_of(ws, model, batch, rows, e);
  const float loss = losses_of(model, batch, rows, e, db.b3);
  nn::rt::gemm(ws, Trans::no, Trans::yes, n, hidden, classes, e.dz3 + rows.begin * classes, model.w3,
               e.dh2 + first);
  mask_and_sum(ws, n, e.h2 + first, e.dh2 + first, db.b2);
  nn::rt::gemm(ws, Trans::no, Trans::yes, n, hidden, hidden, e.dh2 + first, model.w2, e.dh1 + first);
  mask_and_sum(ws, n, e.h1 + first, e.dh1 + first, db.b1);
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

// f(part, rows) for two threads with half of the rows each; the sum of the results.
template <class F>
float in_halves(Expert& e, int64_t n, const F& f) {
  struct Job {
    const F& f;
    int64_t n;
    float results[2];
  } job{f, n, {}};
  const auto half = [](void* context, int part) {
    Job& j = *static_cast<Job*>(context);
    const int64_t middle = (j.n + 1) / 2;
    j.results[part] = j.f(part, part == 0 ? Rows{0, middle} : Rows{middle, j.n});
  };
  nn::rt::parallel(e.ws, 2, half, &job);
  return job.results[0] + job.results[1];
}

// As `through`, for all rows. The bias gradients of the second half are added at the end.
float through_in_halves(Expert& e, const Parameters<const float>& model, const Batch& batch,
                        const BiasGradients& db) {
  float second_db3[classes];
  const BiasGradients parts[2] = {db, {e.sums[0], e.sums[1], second_db3}};
  const float loss = in_halves(e, batch.n, [&](int part, Rows rows) {
    set_zero(parts[part]);
    return through(e.own[part], model, batch, rows, e, parts[part]);
  });
  for (int64_t j = 0; j < hidden; ++j) db.b1[j] += e.sums[0][j], db.b2[j] += e.sums[1][j];
  for (int64_t c = 0; c < classes; ++c) db.b3[c] += second_db3[c];
  return loss;
}

float through_in_blocks(Expert& e, int64_t block, const Parameters<const float>& model, const Batch& batch,
                        const BiasGradients& db) {
  set_zero(db);
  float loss = 0;
  for (int64_t begin = 0; begin < batch.n; begin += block)
    loss += through(e.ws, model, batch, {begin, std::min(begin + block, batch.n)}, e, db);
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
  if (variant >= Variant::one_row)
    return step_of_one_row(e, variant == Variant::one_row_skip, model, batch, grad);
  const BiasGradients db{grad.b1, grad.b2, grad.b3};
  const float loss =
      variant == Variant::split
          ? through_in_halves(e, model, batch, db)
          : through_in_blocks(e, variant == Variant::row_blocks ? 64 : batch.n, model, batch, db);
  weight_gradients(e.ws, batch, e, grad);
  return loss / static_cast<float>(batch.n);
}

float forward(Expert& e, Variant variant, const Parameters<const float>& model, const Batch& batch) {
  const nn::rt::FlushSubnormals flush;
  if (variant >= Variant::one_row)
    return forward_of_one_row(e, variant == Variant::one_row_skip, model, batch);
  const auto loss_of = [&](nn::Workspace& ws, Rows rows) {
    float db3[classes] = {};
    logits_of(ws, model, batch, rows, e);
    return losses_of(model, batch, rows, e, db3);
  };
  const float loss =
      variant == Variant::split
          ? in_halves(e, batch.n, [&](int part, Rows rows) { return loss_of(e.own[part], rows); })
          : loss_of(e.ws, {0, batch.n});
  return loss / static_cast<float>(batch.n);
}

void products(Expert& e, const Parameters<const float>& model, const Batch& batch,
              const Parameters<float>& grad) {
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
