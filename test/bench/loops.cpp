// Value and gradient of programs that are loops over elements: generated, by hand, and the forward sweeps
// alone.
#include <memory>
#include <string>
#include <vector>

#include "harness.h"
#include "loops_expert.h"
#include "lstm_model.nn.h"
#include "mixture_model.nn.h"
#include "naive_model.nn.h"

namespace {

using Numbers = std::vector<double>;

Numbers normal(nn::Random& random, std::size_t size, double deviation) {
  Numbers numbers(size);
  for (double& x : numbers) x = random.normal(0.0, deviation);
  return numbers;
}

/// Ends the program unless contenders agree to 1e-9 of the largest entry.
void require_equal(const std::string& net, const char* what, const Numbers& a, const Numbers& b) {
  double most = 0, largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(a[i] - b[i]);
    if (!(d <= most)) most = d;  // a NaN stays
    largest = std::max(largest, std::abs(a[i]));
  }
  if (most <= 1e-9 * largest) return;
  std::fprintf(stderr, "%s: %s differs by %g of %g\n", net.c_str(), what, most, largest);
  std::exit(1);
}

struct LstmProblem {
  static constexpr int layers = 2, size = 14, length = 1024;

  double plain() const {
    return lstm_loss(layer.data(), outer.data(), start.data(), sequence.data(), layers, size, length);
  }
  double generated() {
    return nn::value_and_grad<&lstm_loss>(layer.data(), outer.data(), start.data(), sequence.data(), layers,
                                          size, length, grad, ws);
  }
  double by_hand(bool sweeps_back) {
    return bench::lstm_by_hand(layer.data(), outer.data(), start.data(), sequence.data(), layers, size,
                               length, sweeps_back ? d_layer.data() : nullptr, d_outer.data(), room);
  }
  std::vector<Numbers*> gradients() { return {&d_layer, &d_outer}; }

  nn::Random random{1};
  Numbers layer = normal(random, 8 * layers * size, 1), outer = normal(random, 3 * size, 1);
  Numbers start = normal(random, 2 * layers * size, 1), sequence = normal(random, length* size, 1);
  Numbers d_layer = Numbers(layer.size()), d_outer = Numbers(outer.size()), room;
  nn::Gradients<&lstm_loss> grad{d_layer.data(), d_outer.data()};
  nn::Workspace ws{1};
};

template <int dims, int parts>
struct MixtureProblem {
  static constexpr int points = 1000;
  static constexpr double gamma = 0.7;

  double plain() const {
    return mixture_likelihood(weight.data(), mean.data(), factor.data(), x.data(), points, dims, parts,
                              gamma);
  }
  double generated() {
    return nn::value_and_grad<&mixture_likelihood>(weight.data(), mean.data(), factor.data(), x.data(),
                                                   points, dims, parts, gamma, grad, ws);
  }
  double by_hand(bool sweeps_back) {
    return bench::mixture_by_hand(weight.data(), mean.data(), factor.data(), x.data(), points, dims, parts,
                                  gamma, sweeps_back ? d_weight.data() : nullptr, d_mean.data(),
                                  d_factor.data(), room);
  }
  std::vector<Numbers*> gradients() { return {&d_weight, &d_mean, &d_factor}; }

  nn::Random random{2};
  Numbers weight = normal(random, parts, 1), mean = normal(random, parts* dims, 1);
  Numbers factor = normal(random, parts* dims*(dims + 1) / 2, 0.2), x = normal(random, points* dims, 1);
  Numbers d_weight = Numbers(weight.size()), d_mean = Numbers(mean.size()), d_factor = Numbers(factor.size()),
          room;
  nn::Gradients<&mixture_likelihood> grad{d_weight.data(), d_mean.data(), d_factor.data()};
  nn::Workspace ws{1};
};

struct NaiveProblem {
  static constexpr int rows = 16, inputs = 784, hidden = 128, outputs = 10;

  double plain() const {
    return naive_loss(w1.data(), b1.data(), w2.data(), b2.data(), x.data(), target.data(), rows, inputs,
                      hidden, outputs);
  }
  double generated() {
    return nn::value_and_grad<&naive_loss>(w1.data(), b1.data(), w2.data(), b2.data(), x.data(),
                                           target.data(), rows, inputs, hidden, outputs, grad, ws);
  }
  double by_hand(bool sweeps_back) {
    const bench::NaiveGradients out{d_w1.data(), d_b1.data(), d_w2.data(), d_b2.data()};
    return bench::naive_by_hand({w1.data(), b1.data(), w2.data(), b2.data()}, x.data(), target.data(), rows,
                                inputs, hidden, outputs, sweeps_back ? &out : nullptr, room, ws);
  }
  std::vector<Numbers*> gradients() { return {&d_w1, &d_b1, &d_w2, &d_b2}; }

  nn::Random random{3};
  Numbers w1 = normal(random, hidden* inputs, 0.05), b1 = normal(random, hidden, 1);
  Numbers w2 = normal(random, outputs* hidden, 0.1), b2 = normal(random, outputs, 1);
  Numbers x = normal(random, rows* inputs, 1), target = normal(random, rows* outputs, 1);
  Numbers d_w1 = Numbers(w1.size()), d_b1 = Numbers(b1.size()), d_w2 = Numbers(w2.size());
  Numbers d_b2 = Numbers(b2.size()), room;
  nn::Gradients<&naive_loss> grad{d_w1.data(), d_b1.data(), d_w2.data(), d_b2.data()};
  nn::Workspace ws{1};
};

/// The same network in tensors.
struct ProductProblem {
  explicit ProductProblem(const NaiveProblem& p) {
    const auto copy = [](const Numbers& from, auto& to) { std::copy(from.begin(), from.end(), to.data()); };
    copy(p.w1, w1), copy(p.b1, b1), copy(p.w2, w2), copy(p.b2, b2), copy(p.x, x), copy(p.target, target);
  }
  double generated() { return nn::value_and_grad<&product_loss>(w1, b1, w2, b2, x, target, grad, ws); }

  using P = NaiveProblem;
  using Weights1 = nn::Tensor<double, Hid, In>;
  using Weights2 = nn::Tensor<double, Out, Hid>;
  Weights1 w1 = Weights1(P::hidden, P::inputs);
  nn::Tensor<double, Hid> b1 = nn::Tensor<double, Hid>(P::hidden);
  Weights2 w2 = Weights2(P::outputs, P::hidden);
  nn::Tensor<double, Out> b2 = nn::Tensor<double, Out>(P::outputs);
  nn::Tensor<double, N, In> x = nn::Tensor<double, N, In>(P::rows, P::inputs);
  nn::Tensor<double, N, Out> target = nn::Tensor<double, N, Out>(P::rows, P::outputs);
  nn::Gradients<&product_loss> grad{w1, b1, w2, b2};
  nn::Workspace ws{1};
};

template <class Problem>
void check(const std::string& net, Problem& p) {
  const auto gradients = [&](bool by_hand, Numbers& value) {
    for (Numbers* g : p.gradients()) std::fill(g->begin(), g->end(), 0.0);
    value = {by_hand ? p.by_hand(true) : p.generated()};
    std::vector<Numbers> all;
    for (const Numbers* g : p.gradients()) all.push_back(*g);
    return all;
  };
  Numbers value, hand_value;
  const auto generated = gradients(false, value), hand = gradients(true, hand_value);
  require_equal(net, "the value", value, hand_value);
  require_equal(net, "the value of the plain function", value, {p.plain()});
  require_equal(net, "the value alone", value, {p.by_hand(false)});
  for (std::size_t i = 0; i < hand.size(); ++i) require_equal(net, "a gradient", generated[i], hand[i]);
}

template <class Problem>
std::shared_ptr<Problem> add_problem(const std::string& net) {
  const auto p = std::make_shared<Problem>();
  check(net, *p);
  bench::add(net + "/plain", 0, [p] { return p->plain(); });
  bench::add(net + "/forward", 0, [p] { return p->by_hand(false); });
  bench::add(net + "/by_hand", 0, [p] { return p->by_hand(true); });
  bench::add(net + "/generated", 0, [p] { return p->generated(); });
  return p;
}

}  // namespace

int main(int argc, char** argv) {
  add_problem<LstmProblem>("lstm");
  add_problem<MixtureProblem<10, 50>>("mixture_10");
  add_problem<MixtureProblem<32, 25>>("mixture_32");
  const auto naive = add_problem<NaiveProblem>("naive");
  const auto products = std::make_shared<ProductProblem>(*naive);
  require_equal("naive", "the value in products", {naive->plain()}, {products->generated()});
  bench::add("naive/products", 0, [products] { return products->generated(); });
  return bench::run(argc, argv);
}
