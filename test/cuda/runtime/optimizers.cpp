// Optimisers on a device do what they do on the host, in one launch for all tensors of a model.
// RUN: %emulated %s %cuda_runtime -o %t && %t && env NN_EMULATION_SEED=6 %t
#include <nn/train.h>

#include <array>

#include "device_test.h"

namespace {

struct Layer {
  nn::Tensor<float, 7, 9> w;
  nn::Tensor<float, 9> b;
};
struct Model {
  std::array<Layer, 3> layers;
  nn::Tensor<double, N> wide;
  nn::Tensor<std::int64_t, 3> table;
};

Model numbered(int seed) {
  Model model;
  model.wide = nn::Tensor<double, N>(5000);
  for (Layer& layer : model.layers) number(layer.w, seed), number(layer.b, seed + 1);
  number(model.wide, seed + 2);
  return model;
}

void same(const Model& there, const Model& here, double tolerance) {
  const Model back = nn::to(nn::Device(), there);
  nn::for_each_tensor(back, here, [&](const auto& a, const auto& b) { all_near(a, b, tolerance); });
}

template <class Optimizer>
void test(Optimizer host, Optimizer device, long launches) {
  const nn::Device gpu = nn::cuda();
  nn::Workspace ws(gpu), host_ws(1);
  Model here = numbered(1), there = nn::to(gpu, here);
  for (int i = 0; i < 7; ++i) {
    const Model grad = numbered(i), grad_there = nn::to(gpu, grad);
    if (i == 5) host.options.learning_rate = device.options.learning_rate = 0.003;
    host.step(here, grad, host_ws);
    nn_emulation::reset_counters();
    device.step(there, grad_there, ws);
    check(nn_emulation::counters().launches == launches, std::to_string(nn_emulation::counters().launches));
    check(i == 0 || nn_emulation::counters().allocations == 0);
    check(i == 0 || nn_emulation::counters().synchronisations == 0);
    same(there, here, 1e-5);
  }
}

// More tensors than one launch takes; Adam counts the step once.
void test_many() {
  struct Many {
    std::array<nn::Tensor<float, 3>, 150> w;
  };
  const nn::Device gpu = nn::cuda();
  nn::Workspace ws(gpu), host_ws(1);
  Many here, grad;
  for (int i = 0; i < 150; ++i) number(here.w[i], i), number(grad.w[i], i + 3);
  Many there = nn::to(gpu, here);
  const Many grad_there = nn::to(gpu, grad);
  nn::Adam<Many> host, device;
  for (int i = 0; i < 3; ++i) {
    host.step(here, grad, host_ws);
    nn_emulation::reset_counters();
    device.step(there, grad_there, ws);
    check(nn_emulation::counters().launches == 3);
  }
  const Many back = nn::to(nn::Device(), there);
  for (int i = 0; i < 150; ++i) all_near(back.w[i], here.w[i], 1e-6);
}

void test_places() {
  const nn::Device gpu = nn::cuda();
  nn::Workspace ws(gpu), host_ws(1);
  Model here = numbered(1), there = nn::to(gpu, here);
  nn::Sgd<Model> sgd;
  throws<nn::Error>([&] { sgd.step(there, there); },
                    "layers.0.w is on cuda:0, the step runs on the host; give step() a workspace on cuda:0");
  throws<nn::Error>([&] { sgd.step(there, there, host_ws); },
                    "layers.0.w is on cuda:0, the step runs on the host");
  throws<nn::Error>([&] { sgd.step(there, here, ws); },
                    "gradient of layers.0.w is on the host, the step runs on cuda:0; copy it with nn::to");
  throws<nn::Error>([&] { sgd.step(here, there, ws); }, "layers.0.w is on the host, the step runs on cuda:0");
  same(there, here, 0);

  struct Bare {
    nn::Tensor<float, 2> w;
    float scale = 3;
  };
  Bare bare = nn::to(gpu, Bare());
  const Bare grad = nn::to(gpu, Bare{{}, 1});
  nn::Sgd<Bare> bare_sgd({.learning_rate = 0.5});
  bare_sgd.step(bare, grad, ws);
  check(bare.scale == 2.5f);
  nn::Step step(ws);
  throws<nn::Error>([&] { step([&] { bare_sgd.step(bare, grad, ws); }); },
                    "a bare number among the parameters");
}

// The best weights are kept where the weights are.
void test_keep_best() {
  const nn::Device gpu = nn::cuda();
  Model model = nn::to(gpu, numbered(1));
  nn::train::KeepBest<Model> best;
  check(best.offer(model, 1));
  model = nn::to(gpu, numbered(5));
  check(!best.offer(model, 0));
  best.restore(model);
  check(model.wide.device() == gpu);
  same(model, numbered(1), 0);
}

}  // namespace

int main() {
  test(nn::Sgd<Model>(), nn::Sgd<Model>(), 2);  // one for float, one for double
  test(nn::Momentum<Model>(), nn::Momentum<Model>(), 2);
  test(nn::Adam<Model>({.weight_decay = 0.02}), nn::Adam<Model>({.weight_decay = 0.02}), 2);
  test_many();
  test_places();
  test_keep_best();
  no_leaks();
}
