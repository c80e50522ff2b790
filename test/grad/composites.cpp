// The library's composites, softmax, losses, penalties and activations: value and gradient, in double and in
// float.
// RUN: split-file %s %t && %matrix %t/composites.cpp %t/driver.cpp
//--- composites.cpp
#ifndef COMPOSITES_CPP
#define COMPOSITES_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"}, C{"C"};
using Labels = nn::Tensor<int, N>;

// Each function once in double and once in float.
#define BOTH(result, name, ...)              \
  BOTH_IN(double, result, name, __VA_ARGS__) \
  BOTH_IN(float, result, name##_f, __VA_ARGS__)
#define BOTH_IN(element, result, name, arguments, ...) \
  NN_DIFF() result(element) name arguments(element) {  \
    return __VA_ARGS__;                                \
  }
#define NUMBER(element) element
#define ROWS(element) nn::Tensor<element, N>
#define MATRIX(element) nn::Tensor<element, N, C>
#define X(element) (const MATRIX(element) & x)
#define XY(element) (const MATRIX(element) & x, const MATRIX(element) & y)
#define XYZ(element) (const MATRIX(element) & x, const MATRIX(element) & y, const MATRIX(element) & z)
#define LABELLED(element) (const MATRIX(element) & x, const Labels& label)

BOTH(MATRIX, softmax_rows, X, nn::softmax(x))
BOTH(MATRIX, softmax_columns, X, nn::softmax<0>(x))
BOTH(MATRIX, log_softmax_rows, X, nn::log_softmax(x))
BOTH(MATRIX, log_softmax_columns, X, nn::log_softmax<0>(x))
BOTH(ROWS, logsumexp_rows, X, nn::logsumexp(x))
BOTH(ROWS, cross_entropy, LABELLED, nn::softmax_cross_entropy(x, label))
BOTH(ROWS, cross_entropy_weights, XY, nn::softmax_cross_entropy(x, y))
BOTH(NUMBER, mean_cross_entropy, LABELLED, nn::mean(nn::softmax_cross_entropy(x, label)))
BOTH(NUMBER, binary, XY, nn::binary_cross_entropy(nn::sigmoid(x), nn::sigmoid(y)))
BOTH(NUMBER, squared, XY, nn::mse(x, y))
BOTH(NUMBER, absolute, XY, nn::mae(x, y))
BOTH(NUMBER, hinge_loss, XY, nn::hinge(x, nn::sign(y)))
BOTH(NUMBER, penalties, X, nn::l1_penalty(x) * 0.25 + 2 * nn::l2_penalty(x))
BOTH(MATRIX, largest, XYZ, nn::maxout(x, y, z))
BOTH(MATRIX, silu_of, X, nn::silu(x))
BOTH(MATRIX, gelu_of, X, nn::gelu(x))
BOTH(MATRIX, gelu_tanh_of, X, nn::gelu_tanh(x))
BOTH(MATRIX, hard_tanh_of, X, nn::hard_tanh(x * 2))
BOTH(MATRIX, leaky, X, nn::leaky_relu(x) + nn::leaky_relu(x, 0.1) + nn::leaky_relu(x, 1))
BOTH(MATRIX, elus, X, nn::elu(x) * nn::elu(x, 0.5))
BOTH(MATRIX, chosen, XY, nn::where(x > y, nn::exp(x), x* y))
BOTH(MATRIX, capped, X, nn::where(x > 0.25, x, 0.25))
BOTH(ROWS, picked, LABELLED, nn::pick(x* x, label))

NN_DIFF() nn::Tensor<double, N, 4> hot(const nn::Tensor<double, N, 4>& x, const Labels& label) {
  return x * x * nn::one_hot<4, double>(label);
}
NN_DIFF() nn::Tensor<double, N> through_float(const nn::Tensor<double, N>& x) {
  return nn::cast<double>(nn::cast<float>(x) * 3) * x;
}
NN_DIFF() nn::Tensor<float, N> to_float(const nn::Tensor<double, N>& x) {
  return nn::cast<float>(x * x);
}
// Sequences of N words by C classes, with a label for each word.
NN_DIFF()
nn::Tensor<double, 2, N> per_word(const nn::Tensor<double, 2, N, C>& x,
                                  const nn::Tensor<std::int64_t, 2, N>& label) {
  return nn::softmax_cross_entropy(x, label) + nn::pick(x, label);
}
NN_DIFF() double labels_from_one(const nn::Tensor<double, N, C>& x, const Labels& label) {
  return nn::sum(nn::pick(x * x, label - 1));
}
NN_DIFF() double one_row(const nn::Tensor<double, C>& x, int label) {
  return nn::pick(nn::log_softmax(x), label);
}
#undef X
#endif
//--- driver.cpp
#include "composites.nn.h"
#include "verify.h"

Random source(5);
using Matrix = nn::Tensor<double, N, C>;
Matrix matrix(int n, int c) {
  return random_tensor(Matrix(n, c), source, -2, 2);
}
Labels labels(int n, int c) {
  Labels result(n);
  for (int& label : result) label = static_cast<int>(source.index(c));
  return result;
}

template <auto Double, auto Float, class... X>
void both(X... x) {
  verify<Double>(1e-8, x...);
  verify_float<Float, Double>(2e-5, x...);
}
#define BOTH_OF(name, ...) both<&name, &name##_f>(__VA_ARGS__)

void everything(int n, int c) {
  BOTH_OF(softmax_rows, matrix(n, c));
  BOTH_OF(softmax_columns, matrix(n, c));
  BOTH_OF(log_softmax_rows, matrix(n, c));
  BOTH_OF(log_softmax_columns, matrix(n, c));
  BOTH_OF(logsumexp_rows, matrix(n, c));
  BOTH_OF(cross_entropy, matrix(n, c), labels(n, c));
  BOTH_OF(cross_entropy_weights, matrix(n, c), matrix(n, c));
  BOTH_OF(mean_cross_entropy, matrix(n, c), labels(n, c));
  BOTH_OF(binary, matrix(n, c), matrix(n, c));
  BOTH_OF(squared, matrix(n, c), matrix(n, c));
  BOTH_OF(absolute, matrix(n, c), matrix(n, c));
  BOTH_OF(hinge_loss, matrix(n, c), matrix(n, c));
  BOTH_OF(penalties, matrix(n, c));
  BOTH_OF(largest, matrix(n, c), matrix(n, c), matrix(n, c));
  BOTH_OF(silu_of, matrix(n, c));
  BOTH_OF(gelu_of, matrix(n, c));
  BOTH_OF(gelu_tanh_of, matrix(n, c));
  BOTH_OF(hard_tanh_of, matrix(n, c));
  BOTH_OF(leaky, matrix(n, c));
  BOTH_OF(elus, matrix(n, c));
  BOTH_OF(chosen, matrix(n, c), matrix(n, c));
  BOTH_OF(capped, matrix(n, c));
  BOTH_OF(picked, matrix(n, c), labels(n, c));
  const auto sequence = random_tensor(nn::Tensor<double, 2, N, C>(n, c), source);
  nn::Tensor<std::int64_t, 2, N> words(n);
  for (auto& word : words) word = source.index(c);
  verify<&per_word>(1e-8, sequence, words);
}

// ŷ(δ − ŷ) and its relatives.
void formulas() {
  const Matrix x = matrix(3, 4), y = matrix(3, 4), u = matrix(3, 4);
  const Matrix p = nn::softmax(x);
  const auto jacobian = nn::vjp<&softmax_rows>(x, u);
  const auto weighted = nn::vjp<&cross_entropy_weights>(x, y, nn::Tensor<double, N>{1, 1, 1});
  const auto squares = nn::value_and_grad<&squared>(x, y);
  const auto distances = nn::value_and_grad<&absolute>(x, y);
  const auto margins = nn::value_and_grad<&hinge_loss>(x, y);
  const auto norms = nn::value_and_grad<&penalties>(x);
  for (int n = 0; n < 3; ++n)
    for (int i = 0; i < 4; ++i) {
      double expected = 0, total = 0;
      for (int j = 0; j < 4; ++j) {
        expected += u(n, j) * p(n, j) * ((i == j) - p(n, i));
        total += y(n, j);
      }
      near(jacobian.grad.x(n, i), expected, 1e-14);
      near(weighted.grad.x(n, i), p(n, i) * total - y(n, i), 1e-13);  // rows of y don't sum to 1
      near(squares.grad.x(n, i), 2 * (x(n, i) - y(n, i)) / 12, 1e-14);
      near(distances.grad.x(n, i), (x(n, i) > y(n, i) ? 1.0 : -1.0) / 12, 1e-14);
      const double side = y(n, i) > 0 ? 1 : -1;
      near(margins.grad.x(n, i), side * x(n, i) < 1 ? -side / 12 : 0, 1e-14);
      near(norms.grad.x(n, i), (x(n, i) > 0 ? 0.25 : -0.25) + 2 * x(n, i), 1e-14);
    }
}

// The subgradients that the library states: 0 at the kink of mae, hinge and l1; the first of equal operands.
void kinks() {
  const Matrix zero(1, 2), one{{1, 1}};
  near(nn::value_and_grad<&absolute>(one, one).grad.x(0, 0), 0, 0);
  near(nn::value_and_grad<&hinge_loss>(one, one).grad.x(0, 0), 0, 0);
  near(nn::value_and_grad<&penalties>(zero).grad.x(0, 1), 0, 0);
  const auto tie = nn::vjp<&largest>(one, one, one, one);
  near(tie.grad.x(0, 0), 1, 0);
  near(tie.grad.y(0, 0) + tie.grad.z(0, 0), 0, 0);
}

int main() {
  for (auto [n, c] : {std::pair(1, 1), {3, 5}, {5, 2}, {1, 9}, {0, 4}}) everything(n, c);
  formulas();
  kinks();
  verify<&hot>(1e-8, random_tensor(nn::Tensor<double, N, 4>(3), source), Labels{3, 0, 1});
  verify<&labels_from_one>(1e-8, matrix(3, 4), Labels{1, 4, 2});
  verify<&one_row>(1e-8, random_tensor(nn::Tensor<double, C>(6), source), 4);
  const nn::Tensor<double, N> x{0.5, -1.25, 3}, u{1, 2, 3};  // exact in float
  const auto through = nn::vjp<&through_float>(x, u);
  const auto narrowed = nn::vjp<&to_float>(x, nn::Tensor<float, N>{1, 2, 3});
  for (int i = 0; i < 3; ++i) {
    near(through.value(i), 3 * x(i) * x(i), 1e-15);
    near(through.grad.x(i), u(i) * 6 * x(i), 1e-15);
    near(narrowed.grad.x(i), u(i) * 2 * x(i), 1e-15);
  }
}
