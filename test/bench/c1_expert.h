// One training step of the 784-512-512-10 network, written by hand: what generated code is measured against.
#ifndef NN_BENCH_C1_EXPERT_H
#define NN_BENCH_C1_EXPERT_H

#include <cstdint>

#include "nn/workspace.h"

namespace bench {

inline constexpr std::int64_t inputs = 784, hidden = 512, classes = 10, most_rows = 256;

/// The network's weights, or where their gradients go.
template <class T>
struct Parameters {
  T *w1, *b1, *w2, *b2, *w3, *b3;
};

/// A batch: images x[n, inputs] and their labels[n].
struct Batch {
  std::int64_t n;
  const float* x;
  const int* label;
};

/// What a step needs besides its arguments: threads, and room for everything that it computes on its way.
struct Expert {
  explicit Expert(int threads) : ws(threads) {}

  nn::Workspace ws;
  nn::Workspace own[2]{nn::Workspace(1), nn::Workspace(1)};            // for threads that work apart
  alignas(64) float h1[most_rows * hidden], h2[most_rows * hidden];    // outputs of the hidden layers
  alignas(64) float dh1[most_rows * hidden], dh2[most_rows * hidden];  // gradients before their activations
  alignas(64) float dz3[most_rows * classes];  // logits, and in their place their gradient
  alignas(64) float sums[2][hidden];           // a second thread's share of db1 and db2
};

/// How a step is written.
enum class Variant {
  fused,        // whole batch: product, then one pass for bias and activation, or for mask and bias gradient
  row_blocks,   // as `fused`, in blocks of 64 rows that stay in the second-level cache
  split,        // two threads go through the layers apart, each with half of the rows
  one_row,      // n == 1: loops over the weights instead of products
  one_row_skip  // as `one_row`, passing over the weights that a zero of a ReLU would be multiplied with
};

/// The loss and its gradient.
float step(Expert& expert, Variant variant, const Parameters<const float>& model, const Batch& batch,
           const Parameters<float>& grad);

/// The loss alone.
float forward(Expert& expert, Variant variant, const Parameters<const float>& model, const Batch& batch);

/// The matrix products of a step and nothing else.
void products(Expert& expert, const Parameters<const float>& model, const Batch& batch,
              const Parameters<float>& grad);

/// The steps that `one_row` and `one_row_skip` stand for.
float step_of_one_row(Expert& expert, bool skip, const Parameters<const float>& model, const Batch& batch,
                      const Parameters<float>& grad);
float forward_of_one_row(Expert& expert, bool skip, const Parameters<const float>& model, const Batch& batch);

/// Biases added to a row of logits, which then become the gradient of scale·cross-entropy; returns the
/// cross-entropy.
float cross_entropy(float* logits, const float* bias, int label, float scale);

/// Floating-point operations in the products of a step of n rows.
double flops_of_step(std::int64_t n);

}  // namespace bench

#endif  // NN_BENCH_C1_EXPERT_H
