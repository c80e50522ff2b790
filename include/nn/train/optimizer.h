// Optimisers over any aggregate of tensors: gradient descent, momentum, Adam and AdamW, one fused pass per
// tensor.
#ifndef NN_TRAIN_OPTIMIZER_H
#define NN_TRAIN_OPTIMIZER_H

#include <cmath>
#include <cstdint>
#include <optional>

#include "nn/rt/float_mode.h"
#include "nn/rt/parallel.h"
#include "nn/train/device_update.h"
#include "nn/train/reflect.h"

namespace nn {

namespace train {

/// What one Adam update needs: rate and scale with the bias corrections in them.
struct AdamStep {
  double beta1, beta2, epsilon;
  double rate;   ///< learning rate / (1 - beta1^t)
  double scale;  ///< 1 / sqrt(1 - beta2^t)
  double keep;   ///< what is left of the weights: 1 - learning rate * weight decay
};

/// The loops behind the optimisers, for T = float and double (runtime/train/optimizer.cpp).
template <class T>
void sgd_update(T* weights, const T* gradient, std::int64_t count, double rate);
template <class T>
void momentum_update(T* weights, const T* gradient, T* velocity, std::int64_t count, double rate,
                     double momentum);
template <class T>
void adam_update(T* weights, const T* gradient, T* first, T* second, std::int64_t count,
                 const AdamStep& step);

/// Calls f(begin, end) over all of [0, count), on the threads of a workspace if there is one.
template <class F>
void update_ranges(Workspace* ws, std::int64_t count, F&& f) {
  constexpr std::int64_t operations_per_element = 10;
  if (ws != nullptr) {
    rt::rows(*ws, count, operations_per_element, f);
  } else if (count > 0) {
    f(std::int64_t{0}, count);
  }
}

/// Throws nn::Error before anything is written if a gradient has not as many elements as its parameter, or
/// one of them is not where the step runs: on the workspace's device, or on the host if there is none.
template <class A>
void check_gradient(const A& model, const A& gradient, const Workspace* ws) {
  const Device device = ws != nullptr ? ws->device() : Device();
  for_each_named_tensor(model, gradient, [&](const Path& path, const auto& p, const auto& g) {
    using P = std::remove_cvref_t<decltype(p)>;
    if (count_of(p) != count_of(g)) {
      throw Error("gradient of " + path.text() + ": " + std::to_string(count_of(g)) +
                  " elements, the parameter has " + std::to_string(count_of(p)));
    }
    if constexpr (is_learnt<P> && !std::is_floating_point_v<P>) {
      if (p.device() != device) refuse_place(path.text(), p.device(), device);
      if (g.device() != device) refuse_place("gradient of " + path.text(), g.device(), device);
    }
  });
}

}  // namespace train

struct SgdOptions {
  double learning_rate = 0.01;
};

/// Gradient descent: w -= learning_rate * g.
template <class Model>
class Sgd {
 public:
  SgdOptions options;  ///< may be changed between steps

  explicit Sgd(SgdOptions o = {}) : options(o) {}

  /// One update of all learnt parameters; integer tensors are left alone. Throws nn::Error if a size differs.
  void step(Model& model, const Model& gradient) { update(model, gradient, nullptr); }
  /// The same on the threads of a workspace, where the numbers are the same, or on its device.
  void step(Model& model, const Model& gradient, Workspace& ws) { update(model, gradient, &ws); }

 private:
  void update(Model& model, const Model& gradient, Workspace* ws) {
    train::check_gradient(model, gradient, ws);
    const rt::FlushSubnormals flush;  // running means fade towards zero, and subnormal numbers are slow
    rt::Update what{};
    what.kind = rt::Update::Kind::sgd;
    what.learning_rate = options.learning_rate;
    train::DeviceUpdates on_device(ws, what);
    for_each_tensor(model, gradient, [&](auto& p, const auto& g) {
      if constexpr (train::is_learnt<std::remove_reference_t<decltype(p)>>) {
        if (on_device.took(p, g)) return;
        const auto w = train::elements(p);
        const auto dw = train::elements(g);
        train::update_ranges(ws, std::ssize(w), [&](std::int64_t begin, std::int64_t end) {
          train::sgd_update(w.data() + begin, dw.data() + begin, end - begin, options.learning_rate);
        });
      }
    });
    on_device.finish();
  }
};

struct MomentumOptions {
  double learning_rate = 0.01;
  double momentum = 0.9;
};

/// Gradient descent with momentum (Polyak 1964): v = momentum * v - learning_rate * g; w += v.
template <class Model>
class Momentum {
 public:
  MomentumOptions options;        ///< may be changed between steps
  std::optional<Model> velocity;  ///< of the shapes of the model; allocated by the first step, zero at first

  explicit Momentum(MomentumOptions o = {}) : options(o) {}

  /// One update of all learnt parameters. Throws nn::Error if a size differs. Allocates in the first call
  /// only.
  void step(Model& model, const Model& gradient) { update(model, gradient, nullptr); }
  void step(Model& model, const Model& gradient, Workspace& ws) { update(model, gradient, &ws); }

 private:
  void update(Model& model, const Model& gradient, Workspace* ws) {
    train::check_gradient(model, gradient, ws);
    const rt::FlushSubnormals flush;  // running means fade towards zero, and subnormal numbers are slow
    if (!velocity) velocity = train::zeros_like(model);
    rt::Update what{};
    what.kind = rt::Update::Kind::momentum;
    what.learning_rate = options.learning_rate;
    what.momentum = options.momentum;
    train::DeviceUpdates on_device(ws, what);
    for_each_tensor(model, gradient, *velocity, [&](auto& p, const auto& g, auto& v) {
      if constexpr (train::is_learnt<std::remove_reference_t<decltype(p)>>) {
        if (on_device.took(p, g, v)) return;
        const auto w = train::elements(p);
        const auto dw = train::elements(g);
        const auto speed = train::elements(v);
        train::update_ranges(ws, std::ssize(w), [&](std::int64_t begin, std::int64_t end) {
          train::momentum_update(w.data() + begin, dw.data() + begin, speed.data() + begin, end - begin,
                                 options.learning_rate, options.momentum);
        });
      }
    });
    on_device.finish();
  }
};

struct AdamOptions {
  double learning_rate = 0.001;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  ///< decoupled from the gradient: what makes it AdamW
};

/// Adam as published (Kingma and Ba 2015, Algorithm 1): m = beta1 m + (1 - beta1) g; v = beta2 v + (1 -
/// beta2) g^2; w -= learning_rate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon), at step t = 1,
/// 2, …
template <class Model>
class Adam {
 public:
  AdamOptions options;          ///< may be changed between steps
  std::optional<Model> first;   ///< m, the running mean of the gradient; allocated by the first step
  std::optional<Model> second;  ///< v, that of its square
  std::int64_t steps = 0;       ///< t, the number of steps made

  explicit Adam(AdamOptions o = {}) : options(o) {}

  /// One update of all learnt parameters. Throws nn::Error if a size differs. Allocates in the first call
  /// only.
  void step(Model& model, const Model& gradient) { update(model, gradient, nullptr); }
  void step(Model& model, const Model& gradient, Workspace& ws) { update(model, gradient, &ws); }

 private:
  void update(Model& model, const Model& gradient, Workspace* ws) {
    train::check_gradient(model, gradient, ws);
    const rt::FlushSubnormals flush;  // running means fade towards zero, and subnormal numbers are slow
    if (!first) first = train::zeros_like(model);
    if (!second) second = train::zeros_like(model);
    train::DeviceUpdates on_device(ws, update_for(ws));
    ++steps;
    const double t = static_cast<double>(steps);
    const train::AdamStep now{options.beta1,
                              options.beta2,
                              options.epsilon,
                              options.learning_rate / (1 - std::pow(options.beta1, t)),
                              1 / std::sqrt(1 - std::pow(options.beta2, t)),
                              1 - options.learning_rate * options.weight_decay};
    for_each_tensor(model, gradient, *first, *second, [&](auto& p, const auto& g, auto& m, auto& v) {
      if constexpr (train::is_learnt<std::remove_reference_t<decltype(p)>>) {
        if (on_device.took(p, g, m, v)) return;
        const auto w = train::elements(p);
        const auto dw = train::elements(g);
        const auto mean = train::elements(m);
        const auto square = train::elements(v);
        train::update_ranges(ws, std::ssize(w), [&](std::int64_t begin, std::int64_t end) {
          train::adam_update(w.data() + begin, dw.data() + begin, mean.data() + begin, square.data() + begin,
                             end - begin, now);
        });
      }
    });
    on_device.finish();
  }

  // On a device the number of steps is in its memory, so that a replayed nn::Step counts too.
  rt::Update update_for(Workspace* ws) {
    rt::Update what{};
    what.kind = rt::Update::Kind::adam;
    what.learning_rate = options.learning_rate;
    what.beta1 = options.beta1;
    what.beta2 = options.beta2;
    what.epsilon = options.epsilon;
    what.weight_decay = options.weight_decay;
    if (ws != nullptr && !ws->device().is_host()) what.steps = count_on_device_.at(steps, *ws);
    return what;
  }

  train::DeviceCount count_on_device_;
};

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019): before each Adam update
/// w -= learning_rate * weight_decay * w. The decay is 0.01 unless given.
template <class Model>
class AdamW : public Adam<Model> {
 public:
  explicit AdamW(AdamOptions o = {.weight_decay = 0.01}) : Adam<Model>(o) {}
};

}  // namespace nn

#endif  // NN_TRAIN_OPTIMIZER_H
