// How a network's training step is checked and timed, whatever the network: nn::value_and_grad and gradient
// descent in one nn::Step.
#ifndef NN_GPU_BENCH_NETWORK_STEP_H
#define NN_GPU_BENCH_NETWORK_STEP_H

#include <nn/derivative.h>

#include <tuple>

#include "harness.h"
#include "products.h"

namespace bench {

/// Compares value and gradient on the device with the host's.
template <auto Loss, class Model, class... Batch>
void compare(const std::string& name, nn::Workspace& ws, const Model& model, const Batch&... batch) {
  const auto expected = nn::value_and_grad<Loss>(model, batch...);
  nn::Gradients<Loss> grad;
  const float value =
      nn::value_and_grad<Loss>(nn::to(ws.device(), model), nn::to(ws.device(), batch)..., grad, ws);
  require_near(name + ", the loss", value, expected.value, 1e-5);
  require_near_gradients(name, grad.model, expected.grad.model);
}

/// Times the step, and `products` in a graph of their own.
template <auto Loss, class Model, class... Batch>
StepRow time_step(const std::string& name, bool tiny, nn::Workspace& ws, const Model& model,
                  Products products, const Batch&... batch) {
  Model there = nn::to(ws.device(), model);
  const std::tuple<Batch...> inputs(nn::to(ws.device(), batch)...);
  nn::Gradients<Loss> grad;
  nn::Sgd<Model> sgd({.learning_rate = 1e-3});
  nn::Step step(ws), products_step(ws);
  const auto call = [&] {
    std::apply([&](const Batch&... input) { nn::value_and_grad<Loss>(there, input..., grad, ws); }, inputs);
    sgd.step(there, grad.model, ws);
  };
  StepRow row{.name = name, .step = 0, .products = 0};
  row.step = time_of(ws, tiny, [&] { step(call); });
  row.products = time_of(ws, tiny, [&] { products_step([&] { products.submit(); }); });
  if (!std::isfinite(step.template value<float>()))
    throw std::runtime_error(name + ": the loss is not finite");
  return row;
}

}  // namespace bench

#endif  // NN_GPU_BENCH_NETWORK_STEP_H
