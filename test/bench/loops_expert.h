// What the programs of loops over elements cost when value and gradient are written by hand: each function
// adds the gradients to its last arguments, or computes the value alone where these are null.
#ifndef NN_BENCH_LOOPS_EXPERT_H
#define NN_BENCH_LOOPS_EXPERT_H

#include <vector>

#include "nn/workspace.h"

namespace bench {

/// Of lstm_loss; `room` is what it keeps, for the next call to use again.
double lstm_by_hand(const double* layer, const double* outer, const double* start, const double* sequence,
                    int layers, int size, int length, double* d_layer, double* d_outer,
                    std::vector<double>& room);

/// Of mixture_likelihood.
double mixture_by_hand(const double* weight, const double* mean, const double* factor, const double* x,
                       int points, int dims, int parts, double gamma, double* d_weight, double* d_mean,
                       double* d_factor, std::vector<double>& room);

/// Of naive_loss and product_loss.
struct NaiveParameters {
  const double *w1, *b1, *w2, *b2;
};
struct NaiveGradients {
  double *w1, *b1, *w2, *b2;
};
double naive_by_hand(const NaiveParameters& net, const double* x, const double* target, int rows, int inputs,
                     int hidden, int outputs, const NaiveGradients* grad, std::vector<double>& room,
                     nn::Workspace& ws);

}  // namespace bench

#endif  // NN_BENCH_LOOPS_EXPERT_H
