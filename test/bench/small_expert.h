// The training steps of the small nets, written by hand.
#ifndef NN_BENCH_SMALL_EXPERT_H
#define NN_BENCH_SMALL_EXPERT_H

namespace bench {

/// The weights of the 2-8-1 net, or where their gradients go.
template <class T>
struct XorParameters {
  T *w1, *b1, *w2, *b2;
};

/// Mean binary cross-entropy of four rows x[4, 2] with targets y[4], and its gradient.
float xor_step(const XorParameters<const float>& model, const float* x, const float* y,
               const XorParameters<float>& grad);

inline constexpr int deep_layers = 50, deep_rows = 64, deep_width = 32;

/// The deep net's weights[width, width] and biases[width], or where their gradients go.
template <class T>
struct DeepParameters {
  T *w[deep_layers], *b[deep_layers];
};

/// What a step of the deep net computes on its way.
struct DeepBuffers {
  alignas(64) float h[deep_layers][deep_rows * deep_width];  // outputs of the layers
  alignas(64) float dz[2][deep_rows * deep_width];           // gradients before the activations of two layers
};

/// Mean squared error of x[rows, width] through all layers against target, and its gradient.
float deep_step(const DeepParameters<const float>& model, const float* x, const float* target,
                const DeepParameters<float>& grad, DeepBuffers& buffers);

}  // namespace bench

#endif  // NN_BENCH_SMALL_EXPERT_H
