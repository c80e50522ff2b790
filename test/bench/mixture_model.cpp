// The log-likelihood of a mixture of Gaussians, whose inverse covariances are given by triangular factors.
#ifndef NN_BENCH_MIXTURE_MODEL_CPP
#define NN_BENCH_MIXTURE_MODEL_CPP

#include <nn/nn.h>

#include <cmath>
#include <vector>

/// log(Σ exp(x)).
inline double log_sum_exp(int n, const double* x) {
  double largest = x[0];
  for (int i = 1; i < n; ++i)
    if (x[i] > largest) largest = x[i];
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += std::exp(x[i] - largest);
  return largest + std::log(sum);
}

/// Of `points` rows of x, of width `dims`, in a mixture of `parts` with logarithmic weights `weight` and
/// means `mean`. A row of `factor` holds the logarithms of a factor's diagonal and what is below it, column
/// by column. Up to a constant, and with a Wishart prior.
NN_DIFF(weight, mean, factor)
double mixture_likelihood(const double* weight, const double* mean, const double* factor, const double* x,
                          int points, int dims, int parts, double gamma) {
  const int size = dims * (dims + 1) / 2;
  std::vector<double> diagonal(parts * dims), trace(parts), centred(dims), scaled(dims), term(parts);
  for (int k = 0; k < parts; ++k) {
    trace[k] = 0;
    for (int i = 0; i < dims; ++i) {
      trace[k] += factor[k * size + i];
      diagonal[k * dims + i] = std::exp(factor[k * size + i]);
    }
  }
  double total = 0;
  for (int p = 0; p < points; ++p) {
    for (int k = 0; k < parts; ++k) {
      for (int i = 0; i < dims; ++i) centred[i] = x[p * dims + i] - mean[k * dims + i];
      for (int i = 0; i < dims; ++i) scaled[i] = diagonal[k * dims + i] * centred[i];
      int at = k * size + dims;
      for (int i = 0; i < dims; ++i)
        for (int j = i + 1; j < dims; ++j) scaled[j] += factor[at++] * centred[i];
      double norm = 0;
      for (int i = 0; i < dims; ++i) norm += scaled[i] * scaled[i];
      term[k] = weight[k] + trace[k] - 0.5 * norm;
    }
    total += log_sum_exp(parts, term.data());
  }
  double prior = 0;
  for (int k = 0; k < parts; ++k) {
    double squares = 0;
    for (int i = 0; i < dims; ++i) squares += diagonal[k * dims + i] * diagonal[k * dims + i];
    for (int i = dims; i < size; ++i) squares += factor[k * size + i] * factor[k * size + i];
    prior += 0.5 * gamma * gamma * squares - trace[k];
  }
  return total - points * log_sum_exp(parts, weight) + prior;
}

#endif  // NN_BENCH_MIXTURE_MODEL_CPP
