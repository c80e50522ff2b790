// Value and gradient of recurrent_model.cpp's networks by hand: one product for all inputs, states and
// activations kept, one product for the gradient of each matrix.
#ifndef NN_BENCH_RECURRENT_EXPERT_H
#define NN_BENCH_RECURRENT_EXPERT_H

#include <cstdint>
#include <vector>

#include "nn/workspace.h"

namespace bench {

inline constexpr std::int64_t inputs_of_cell = 64, states_of_cell = 128;

/// w: [64, gates·128], u: [128, gates·128], b: [gates·128].
struct Cell {
  const float *w, *u, *b;
};
struct CellGradients {
  float *w, *u, *b, *x, *h0;
};
struct Sequence {
  const float *x, *h0;  // [steps, rows, 64] and [rows, 128]
  std::int64_t steps, rows;
};

/// Σ h² of the last state, and the gradients where there is a place for them. `room` grows to what is needed.
float rnn_by_hand(nn::Workspace& ws, const Cell& cell, const Sequence& s, const CellGradients* gradients,
                  std::vector<float>& room);

/// Likewise; the gates are, in order, input, forget, output and candidate. Cells begin at h0 as well.
float lstm_by_hand(nn::Workspace& ws, const Cell& cell, const Sequence& s, const CellGradients* gradients,
                   std::vector<float>& room);

}  // namespace bench

#endif  // NN_BENCH_RECURRENT_EXPERT_H
