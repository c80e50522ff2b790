// Training steps of two small nets, generated beside hand-written: 2-8-1 on four rows, and 50 layers of 32
// sigmoids.
#include <cmath>
#include <memory>
#include <string>

#include "deep_model.nn.h"
#include "harness.h"
#include "small_expert.h"
#include "xor_model.nn.h"

namespace {

struct XorProblem {
  XorProblem() {
    nn::Random random(1);
    bench::fill(random, model.w1, 1), bench::fill(random, model.b1, 1);
    bench::fill(random, model.w2, 1), bench::fill(random, model.b2, 1);
  }

  float generated() { return nn::value_and_grad<&xor_loss>(model, x, y, grad, ws); }
  float by_hand() {
    const Xor& m = model;
    Xor& g = grad.model;
    return bench::xor_step({m.w1.data(), m.b1.data(), m.w2.data(), m.b2.data()}, std::as_const(x).data(),
                           std::as_const(y).data(), {g.w1.data(), g.b1.data(), g.w2.data(), g.b2.data()});
  }

  Xor model;
  nn::Tensor<float, 4, 2> x{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  nn::Tensor<float, 4, 1> y{{0}, {1}, {1}, {0}};
  nn::Gradients<&xor_loss> grad;
  nn::Workspace ws{1};
};

void check(XorProblem& p) {
  const auto compare = [](const char* what, double d) { bench::require_rounding("2-8-1", what, d); };
  const double value = p.generated();
  const Xor generated = p.grad.model;
  const Xor& hand = p.grad.model = Xor{};
  compare("the value", std::abs(value - p.by_hand()) / std::abs(value));
  compare("the gradient of w1", bench::difference(generated.w1, hand.w1));
  compare("the gradient of b1", bench::difference(generated.b1, hand.b1));
  compare("the gradient of w2", bench::difference(generated.w2, hand.w2));
  compare("the gradient of b2", bench::difference(generated.b2, hand.b2));
}

struct DeepProblem {
  DeepProblem() {
    nn::Random random(2);
    bench::fill(random, x, 1), bench::fill(random, target, 1);
    for (Layer& layer : model.layers) bench::fill(random, layer.w, 1), bench::fill(random, layer.b, 1);
  }

  float generated() { return nn::value_and_grad<&deep_loss>(model, x, target, grad, ws); }
  float by_hand() {
    bench::DeepParameters<const float> weights;
    bench::DeepParameters<float> gradients;
    for (int l = 0; l < bench::deep_layers; ++l) {
      const Layer& layer = model.layers[l];
      weights.w[l] = layer.w.data(), weights.b[l] = layer.b.data();
      gradients.w[l] = grad.model.layers[l].w.data(), gradients.b[l] = grad.model.layers[l].b.data();
    }
    return bench::deep_step(weights, std::as_const(x).data(), std::as_const(target).data(), gradients,
                            buffers);
  }

  Deep model;
  nn::Tensor<float, 64, 32> x, target;
  nn::Gradients<&deep_loss> grad;
  nn::Workspace ws{1};
  bench::DeepBuffers buffers;
};

void check(DeepProblem& p) {
  const double value = p.generated();
  const Deep generated = p.grad.model;
  const Deep& hand = p.grad.model = Deep{};
  bench::require_rounding("50 layers", "the value", std::abs(value - p.by_hand()) / std::abs(value));
  for (int l = 0; l < bench::deep_layers; ++l) {
    const std::string layer = "50 layers, layer " + std::to_string(l);
    const Layer &a = generated.layers[l], &b = hand.layers[l];
    bench::require_rounding(layer, "the gradient of w", bench::difference(a.w, b.w));
    bench::require_rounding(layer, "the gradient of b", bench::difference(a.b, b.b));
  }
}

template <class Problem>
void add_problem(const std::string& net, double flops) {
  const auto p = std::make_shared<Problem>();
  check(*p);
  bench::add(net + "/generated", flops, [p] { return p->generated(); });
  bench::add(net + "/by_hand", flops, [p] { return p->by_hand(); });
}

}  // namespace

int main(int argc, char** argv) {
  constexpr double product = 2.0 * bench::deep_rows * bench::deep_width * bench::deep_width;
  add_problem<XorProblem>("xor", 2.0 * 4 * (2 * 16 + 3 * 8));
  add_problem<DeepProblem>("deep", product * (3 * bench::deep_layers - 1));
  return bench::run(argc, argv);
}
