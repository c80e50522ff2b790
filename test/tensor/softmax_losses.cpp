// Softmax, its relatives and the losses give the textbook's values, stay finite for logits of ±1e4, and take
// any axis.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
#include <cmath>

#include "tensor_test.h"

template <class T>
void softmaxes(double tolerance) {
  const auto x = varied(nn::Tensor<T, N, 4>(3), -3, 3);
  const nn::Tensor<T, N, 4> soft = nn::softmax(x), logs = nn::log_softmax(x), along_n = nn::softmax<0>(x);
  const nn::Tensor<T, N> lse = nn::logsumexp(x);
  std::vector<double> sums(3), columns(4);
  for (int n = 0; n < 3; ++n)
    for (int c = 0; c < 4; ++c) {
      sums[static_cast<std::size_t>(n)] += std::exp(static_cast<double>(x(n, c)));
      columns[static_cast<std::size_t>(c)] += std::exp(static_cast<double>(x(n, c)));
    }
  for (int n = 0; n < 3; ++n) {
    const double sum = sums[static_cast<std::size_t>(n)];
    near(lse(n), std::log(sum), tolerance);
    for (int c = 0; c < 4; ++c) {
      near(soft(n, c), std::exp(static_cast<double>(x(n, c))) / sum, tolerance);
      near(logs(n, c), static_cast<double>(x(n, c)) - std::log(sum), tolerance);
      near(along_n(n, c), std::exp(static_cast<double>(x(n, c))) / columns[static_cast<std::size_t>(c)],
           tolerance);
    }
  }
  const nn::Tensor<T, 2, 3> large{{1e4, 0, -1e4}, {-1e4, -1e4, -1e4}};
  has(nn::softmax(large), {1, 0, 0, 1.0 / 3, 1.0 / 3, 1.0 / 3}, tolerance);
  has(nn::logsumexp(large), {1e4, -1e4 + std::log(3.0)}, tolerance);
  has(nn::logsumexp<0>(large - 1e4), {0, -1e4, -2e4 + std::log(2.0)},
      tolerance);  // of an expression with a number in it
  has(nn::softmax_cross_entropy(large, nn::Tensor<int, 2>{2, 0}), {2e4, std::log(3.0)}, tolerance);
  check(nn::Tensor<T, N, 4>(nn::softmax(nn::Tensor<T, N, 4>(0))).size() == 0);
}

void cross_entropies() {
  const auto logits = varied(nn::Tensor<double, N, 3>(2), -2, 2);
  const nn::Tensor<int, N> labels{2, 0};
  const nn::Tensor<double, N, 3> logs = nn::log_softmax(logits);
  has(nn::softmax_cross_entropy(logits, labels), {-logs(0, 2), -logs(1, 0)}, 1e-14);
  has(nn::softmax_cross_entropy(logits, nn::one_hot<3, double>(labels)), {-logs(0, 2), -logs(1, 0)}, 1e-14);
  // Rows of weights that don't sum to 1 count as they are.
  const nn::Tensor<double, N, 3> weights{{0.5, 2, 0}, {0, 0, 0}};
  has(nn::softmax_cross_entropy(logits * 1, weights), {-0.5 * logs(0, 0) - 2 * logs(0, 1), 0}, 1e-14);
  near(nn::mean(nn::softmax_cross_entropy(nn::Tensor<float, N, 10>(64), nn::Tensor<int, N>(64))),
       std::log(10.0), 1e-6);
  throws<nn::Error>([&] { nn::softmax_cross_entropy(logits, nn::Tensor<int, N>{2, 3}); },
                    "index 3 at position 1 is out of range for 3 classes");
  const nn::Tensor<double, 3> row{1, 2, 3};
  const double one_row = nn::softmax_cross_entropy(row, nn::Tensor<double, 3>{0, 0, 1});
  near(one_row, std::log(std::exp(1) + std::exp(2) + std::exp(3)) - 3, 1e-14);
}

void losses() {
  const nn::Tensor<double, 2, 2> a{{1, -2}, {0.5, 3}}, b{{0, -1}, {0.5, -1}};
  near(nn::mse(a, b), (1 + 1 + 0 + 16) / 4.0, 1e-15);
  near(nn::mae(a, b), (1 + 1 + 0 + 4) / 4.0, 1e-15);
  near(nn::mse(a, 0.5), (0.25 + 6.25 + 0 + 6.25) / 4, 1e-15);
  const nn::Tensor<double, 4> score{2, 0.5, -1, 0}, sign{1, 1, -1, -1};
  near(nn::hinge(score, sign), (0 + 0.5 + 0 + 1) / 4, 1e-15);
  const nn::Tensor<double, 2> p{0.8, 0.3}, y{1, 0.25};
  near(nn::binary_cross_entropy(p, y), -(std::log(0.8) + 0.25 * std::log(0.3) + 0.75 * std::log(0.7)) / 2,
       1e-15);
  // Certain and right is no loss, certain and wrong an infinite one.
  const nn::Tensor<float, 3> certain{0, 1, 1}, wrong{0, 1, 0};
  check(nn::binary_cross_entropy(certain, certain) == 0 && nn::binary_cross_entropy(1.0, 1.0) == 0);
  check(std::isinf(nn::binary_cross_entropy(certain, wrong)));
  check(std::isnan(nn::binary_cross_entropy(nn::Tensor<float, 1>{std::nanf("")}, nn::Tensor<float, 1>{1})));
  has(nn::xlogy(certain, wrong * 2), {0, std::log(2), -INFINITY}, 1e-7);
  near(nn::l1_penalty(a), 6.5, 1e-15);
  near(nn::l2_penalty(a), 0.5 * (1 + 4 + 0.25 + 9), 1e-15);
  check(nn::mse(3.0, 1.0) == 4 && nn::mae(1.0f, 3.0f) == 2 && nn::hinge(0.5, 1.0) == 0.5 &&
        nn::l2_penalty(3.0) == 4.5);
  static_assert(std::is_same_v<decltype(nn::mse(nn::Tensor<float, N>(), nn::Tensor<float, N>())), float>);
  check(std::isnan(nn::mse(nn::Tensor<float, N>(0), nn::Tensor<float, N>(0))));
}

/// A 3×3 network of sigmoids whose values are printed in a textbook (rounded to 4 digits).
void known_network() {
  const nn::Tensor<double, 3> x{0.9, 0.1, 0.8};
  const nn::Tensor<double, 3, 3> w1{{.9, .3, .4}, {.2, .8, .2}, {.1, .5, .6}},
      w2{{.3, .7, .5}, {.6, .5, .2}, {.8, .1, .9}};
  has(nn::matmul(w1, x), {1.16, 0.42, 0.62}, 1e-12);
  auto hidden = nn::sigmoid(nn::matmul(w1, x));
  has(hidden, {0.7613, 0.6035, 0.6502}, 5e-5);
  has(nn::sigmoid(nn::matmul(w2, hidden)), {0.7263, 0.7086, 0.7781}, 5e-5);
}

int main() {
  softmaxes<float>(1e-6);
  softmaxes<double>(1e-14);
  cross_entropies();
  losses();
  known_network();
}
