// The mixture of Gaussians by hand: the backward sweep of a point follows its forward one, so nothing is kept
// longer.
#include <algorithm>

#include "loops_expert.h"
#include "nn/math.h"
#include "nn/rt/float_mode.h"

namespace bench {

namespace {

// The squared norm of the factor times a point without its mean; leaves both vectors.
double project(int n, const double* __restrict point, const double* __restrict mean,
               const double* __restrict diagonal, const double* __restrict below, double* __restrict centred,
               double* __restrict scaled) {
  for (int i = 0; i < n; ++i) {
    centred[i] = point[i] - mean[i];
    scaled[i] = diagonal[i] * centred[i];
  }
  for (int i = 0; i < n; ++i) {
    const double c = centred[i];
    double* rest = scaled + i + 1;
    for (int j = 0; j < n - i - 1; ++j) rest[j] += below[j] * c;
    below += n - i - 1;
  }
  double norm = 0;
#pragma omp simd reduction(+ : norm)
  for (int i = 0; i < n; ++i) norm += scaled[i] * scaled[i];
  return norm;
}

// Adds the gradients of −share/2 · norm; `scaled` becomes its own.
void project_back(int n, double share, const double* __restrict diagonal, const double* __restrict below,
                  const double* __restrict centred, double* __restrict scaled, double* __restrict d_mean,
                  double* __restrict d_diagonal, double* __restrict d_below) {
  for (int i = 0; i < n; ++i) scaled[i] *= -share;
  for (int i = 0; i < n; ++i) {
    const double c = centred[i];
    const double* rest = scaled + i + 1;
    double sum = diagonal[i] * scaled[i];
#pragma omp simd reduction(+ : sum)
    for (int j = 0; j < n - i - 1; ++j) {
      sum += below[j] * rest[j];
      d_below[j] += rest[j] * c;
    }
    d_diagonal[i] += scaled[i] * c;
    d_mean[i] -= sum;
    below += n - i - 1, d_below += n - i - 1;
  }
}

// log Σ exp(x); x becomes its gradient.
double log_sum_exp(int n, double* __restrict x) {
  const double largest = *std::max_element(x, x + n);
  double sum = 0;
  for (int i = 0; i < n; ++i) x[i] = nn::math::exp(x[i] - largest);
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < n; ++i) sum += x[i];
  for (int i = 0; i < n; ++i) x[i] *= 1 / sum;
  return largest + nn::math::log(sum);
}

}  // namespace

double mixture_by_hand(const double* weight, const double* mean, const double* factor, const double* x,
                       int points, int dims, int parts, double gamma, double* d_weight, double* d_mean,
                       double* d_factor, std::vector<double>& room) {
  const nn::rt::FlushSubnormals flush;
  const int n = dims, size = n * (n + 1) / 2;
  room.resize(static_cast<std::size_t>(4 * parts * n + 3 * parts));
  double *diagonal = room.data(), *d_diagonal = diagonal + parts * n, *centred = d_diagonal + parts * n;
  double *scaled = centred + parts * n, *trace = scaled + parts * n, *term = trace + parts,
         *sums = term + parts;
  double prior = 0, total = 0;
  for (int k = 0; k < parts; ++k) {
    double squares = 0;
    trace[k] = sums[k] = 0;
    for (int i = 0; i < n; ++i) trace[k] += factor[k * size + i];
    for (int i = 0; i < n; ++i) {
      const double d = diagonal[k * n + i] = nn::math::exp(factor[k * size + i]);
      d_diagonal[k * n + i] = gamma * gamma * d;
      squares += d * d;
    }
#pragma omp simd reduction(+ : squares)
    for (int i = n; i < size; ++i) squares += factor[k * size + i] * factor[k * size + i];
    prior += 0.5 * gamma * gamma * squares - trace[k];
  }
  for (int p = 0; p < points; ++p) {
    for (int k = 0; k < parts; ++k)
      term[k] = weight[k] + trace[k] -
                0.5 * project(n, x + p * n, mean + k * n, diagonal + k * n, factor + k * size + n,
                              centred + k * n, scaled + k * n);
    total += log_sum_exp(parts, term);
    for (int k = 0; d_weight && k < parts; ++k) {
      sums[k] += term[k];
      project_back(n, term[k], diagonal + k * n, factor + k * size + n, centred + k * n, scaled + k * n,
                   d_mean + k * n, d_diagonal + k * n, d_factor + k * size + n);
    }
  }
  std::copy(weight, weight + parts, term);
  const double value = total - points * log_sum_exp(parts, term) + prior;
  for (int k = 0; d_weight && k < parts; ++k) {
    d_weight[k] += sums[k] - points * term[k];
    double* row = d_factor + k * size;
    for (int i = 0; i < n; ++i) row[i] += sums[k] - 1 + d_diagonal[k * n + i] * diagonal[k * n + i];
    for (int i = n; i < size; ++i) row[i] += gamma * gamma * factor[k * size + i];
  }
  return value;
}

}  // namespace bench
