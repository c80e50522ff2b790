// One training step of C1 (784-512-512-10): generated code beside hand-written code, their forward halves,
// the matrix products alone and the core's peak. test/bench/run runs it and makes a table.
#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>
#include <string>

#include "c1_expert.h"
#include "c1_model.nn.h"
#include "fma_peak.h"
#include "harness.h"

namespace {

using bench::Variant;
using std::int64_t;

struct Named {
  Variant variant;
  const char* name;
};

constexpr Named all_variants[] = {{Variant::fused, "fused"},
                                  {Variant::row_blocks, "row_blocks"},
                                  {Variant::split, "split"},
                                  {Variant::one_row, "one_row"},
                                  {Variant::one_row_skip, "one_row_skip"}};

bool is_worth_a_try(Variant variant, int64_t n, int threads) {
  if (variant >= Variant::one_row) return n == 1;
  if (variant == Variant::row_blocks) return n > 64;
  return variant != Variant::split || (threads == 2 && n > 1);
}

// A network, a batch and room for its gradient.
struct Problem {
  explicit Problem(int64_t n, int threads)
      : n(n), x(n), label(n), ws(threads), expert(new bench::Expert(threads)) {
    nn::Random random(n);
    bench::fill(random, model.w1, 0.05f), bench::fill(random, model.w2, 0.01f);
    bench::fill(random, model.w3, 0.03f), bench::fill(random, model.b3, 0.1f);
    // About half of the units are active, and none is near 0, where rounding would decide.
    for (int64_t j = 0; j < bench::hidden; ++j) model.b1(j) = model.b2(j) = random.below(2) ? 3.0f : -3.0f;
    for (float& entry : x) entry = random.uniform(0.0f, 1.0f);
    for (int& entry : label) entry = static_cast<int>(random.below(10));
  }

  float generated() { return nn::value_and_grad<&loss>(model, x, label, grad, ws); }
  float by_hand(Variant variant) { return bench::step(*expert, variant, weights(), batch(), gradients()); }
  float forward(Variant variant) { return bench::forward(*expert, variant, weights(), batch()); }
  float products() {
    bench::products(*expert, weights(), batch(), gradients());
    return 0;
  }

  bench::Batch batch() const { return {n, x.data(), label.data()}; }
  bench::Parameters<const float> weights() const {
    return {model.w1.data(), model.b1.data(), model.w2.data(),
            model.b2.data(), model.w3.data(), model.b3.data()};
  }
  bench::Parameters<float> gradients() {
    Mlp& g = grad.model;
    return {g.w1.data(), g.b1.data(), g.w2.data(), g.b2.data(), g.w3.data(), g.b3.data()};
  }

  int64_t n;
  Mlp model;
  nn::Tensor<float, N, 784> x;
  nn::Tensor<int, N> label;
  nn::Gradients<&loss> grad;
  nn::Workspace ws;
  std::unique_ptr<bench::Expert> expert;
};

void check(Problem& p, const Named& expert) {
  const std::string contenders =
      "batch " + std::to_string(p.n) + ", generated code and the expert's " + expert.name;
  const auto compare = [&](const char* what, double d) { bench::require_rounding(contenders, what, d); };
  const double value = p.generated();
  const Mlp generated = p.grad.model;
  const Mlp& hand = p.grad.model = Mlp{};  // not what the generated code left there
  compare("the value", std::abs(value - p.by_hand(expert.variant)) / std::abs(value));
  compare("the gradient of w1", bench::difference(generated.w1, hand.w1));
  compare("the gradient of b1", bench::difference(generated.b1, hand.b1));
  compare("the gradient of w2", bench::difference(generated.w2, hand.w2));
  compare("the gradient of b2", bench::difference(generated.b2, hand.b2));
  compare("the gradient of w3", bench::difference(generated.w3, hand.w3));
  compare("the gradient of b3", bench::difference(generated.b3, hand.b3));
  compare("the value of the forward half", std::abs(value - p.forward(expert.variant)) / std::abs(value));
}

std::string named(const char* what, const char* how, int64_t n, int threads) {
  std::string name = what;
  for (const std::string& part : {std::string(how), std::to_string(n), std::to_string(threads)}) {
    name += '/';
    name += part;
  }
  return name;
}

void add_problem(int64_t n, int threads) {
  const auto p = std::make_shared<Problem>(n, threads);
  const double flops = bench::flops_of_step(n);
  bench::add(named("step", "generated", n, threads), flops, [p] { return p->generated(); });
  bench::add(named("products", "gemm", n, threads), flops, [p] { return p->products(); });
  for (const Named& v : all_variants) {
    if (!is_worth_a_try(v.variant, n, threads)) continue;
    check(*p, v);
    bench::add(named("step", v.name, n, threads), flops, [p, v] { return p->by_hand(v.variant); });
    if (v.variant == Variant::row_blocks) continue;  // its forward half is that of `fused`
    bench::add(named("forward", v.name, n, threads), flops, [p, v] { return p->forward(v.variant); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::add("peak", bench::run_fma_loop(), bench::run_fma_loop);
  for (const int threads : {1, 2})
    for (const int64_t n : {1, 64, 256}) add_problem(n, threads);
  benchmark::AddCustomContext("gemm", nn::Workspace(1).gemm_name());
  return bench::run(argc, argv);
}
