// Trains the classifier of model.cpp on MNIST or on drawn digits, on the host or a GPU, and shows what it has
// learnt.
#include <nn/train.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "display.h"
#include "drawing.h"
#include "model.nn.h"
#include "options.h"
#ifdef DIGITS_WITH_CUDA
#include <nn/cuda.h>
#endif

namespace {

using Images = nn::Tensor<float, N, 784>;
using Labels = nn::Tensor<int, N>;
using Examples = nn::train::Examples<Images, Labels>;

constexpr int classes = 10;
constexpr double validation_fraction = 0.1;

struct Data {
  Examples train, validation, test;
};

nn::Device device_of(const digits::Options& options) {
  if (options.device == "cpu") return {};
#ifdef DIGITS_WITH_CUDA
  return nn::cuda();
#else
  throw nn::Error("--device cuda: this program was built without CUDA, as there was no nvcc");
#endif
}

/// Reads the folder that the user names, or draws a set and reads that.
Data read_data(const digits::Options& options) {
  std::string folder = options.data;
  if (folder.empty()) {
    constexpr int train = 20'000, test = 4'000, seed = 2024;
    folder = options.out + "/drawn-digits";
    std::printf("Drawing %d + %d digits into %s\n", train, test, folder.c_str());
    digits::draw_set(folder, seed, train, test);
  }
  const digits::SetFiles files = digits::files_in(folder);
  const auto train =
      nn::train::read_examples<Images, Labels>(files.train_images, files.train_labels, classes);
  auto split = nn::train::hold_out(train, validation_fraction, static_cast<std::uint64_t>(options.seed));
  return {std::move(split.rest), std::move(split.held_out),
          nn::train::read_examples<Images, Labels>(files.test_images, files.test_labels, classes)};
}

/// The class with the greatest logit for each image: the model as plain C++, without nn-diff's code.
std::vector<int> predict(const Mlp& model, const Images& x) {
  const auto scores = logits(model, x);
  std::vector<int> best;
  for (const float* row = scores.begin(); row != scores.end(); row += classes) {
    best.push_back(static_cast<int>(std::max_element(row, row + classes) - row));
  }
  return best;
}

double accuracy(const Mlp& model, const Examples& examples) {
  const auto predicted = predict(model, examples.x);
  const auto right = std::inner_product(predicted.begin(), predicted.end(), examples.label.begin(),
                                        std::int64_t{0}, std::plus<>{}, std::equal_to<>{});
  return static_cast<double>(right) / static_cast<double>(std::max<std::int64_t>(1, examples.count()));
}

std::string percent(double fraction) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %%", 100 * fraction);
  return text;
}

/// From 1 down to 0 while `progress` goes from 0 to 1: large steps first, small ones to settle.
double cosine(double progress) {
  return 0.5 + 0.5 * std::cos(3.141592653589793 * progress);
}

/// The losses seen on the way, for the curve.
struct History {
  nn::train::Curve step{.name = "training, each batch", .opacity = 0.45, .width = 1};
  nn::train::Curve epoch{.name = "training, epoch mean", .dots = true};
  nn::train::Curve error{.name = "validation error", .dots = true};
};

/// The training step for batches of one size, with a place for one where the workspace is. On a GPU the whole
/// step, copy included, is one graph.
class BatchStep {
 public:
  BatchStep(const Images& x, const Labels& label, nn::Workspace& ws)
      : ws_(&ws), x_(nn::to(ws.device(), x)), label_(nn::to(ws.device(), label)), step_(ws) {}

  /// Copies the batch there, runs body(x, label) on the copy and returns the value that it computed.
  template <class Body>
  float operator()(const Images& x, const Labels& label, const Body& body) {
    step_([&] {
      nn::copy(x_, x, *ws_);
      nn::copy(label_, label, *ws_);
      body(x_, label_);
    });
    return step_.value<float>();
  }

 private:
  nn::Workspace* ws_;
  Images x_;
  Labels label_;
  nn::Step step_;
};

/// Trains the model, which is where the workspace is, until the epochs are over or the validation set has
/// seen no progress for some; leaves the best weights.
template <class Optimizer>
History train(Mlp& model, Optimizer& optimizer, Data& data, const digits::Options& options,
              nn::Workspace& ws) {
  const auto seed = static_cast<std::uint64_t>(options.seed);
  nn::train::Batches batches(std::move(data.train), {.size = options.batch, .seed = seed});
  nn::train::KeepBest<Mlp> best({.patience = 5});
  nn::train::Progress bar;
  nn::train::Watch watch;
  nn::Gradients<&loss> grad;
  std::map<std::int64_t, BatchStep> steps;  // of full batches, and of the last one
  History history;
  const double first_rate = optimizer.options.learning_rate;
  double seen = 0;
  const double per_epoch = static_cast<double>(batches.examples_per_epoch());
  const auto body = [&](const Images& x, const Labels& label) {
    nn::value_and_grad<&loss>(model, x, label, grad, ws);
    optimizer.step(model, grad.model, ws);
  };
  for (int epoch = 0; epoch < options.epochs && !best.exhausted(); ++epoch) {
    bar.begin("epoch " + std::to_string(epoch + 1) + "/" + std::to_string(options.epochs),
              batches.examples_per_epoch());
    for (const auto& [x, label] : batches.epoch(static_cast<std::uint64_t>(epoch))) {
      optimizer.options.learning_rate = first_rate * cosine(seen / (per_epoch * options.epochs));
      BatchStep& step = steps.try_emplace(x.extent(0), x, label, ws).first->second;
      const float value = step(x, label, body);
      const std::string trouble = watch.look(value, grad.model);
      if (!trouble.empty()) std::printf("\nwarning: %s\n", trouble.c_str());
      bar.advance(x.extent(0), value);
      seen += static_cast<double>(x.extent(0));
      history.step.x.push_back(seen / per_epoch);
      history.step.y.push_back(value);
    }
    const double right = accuracy(nn::to(nn::Device(), model), data.validation);
    const bool better = best.offer(model, right);
    bar.end("validation " + percent(right) + (better ? " (best)" : ""));
    history.epoch.x.push_back(epoch + 1);
    history.epoch.y.push_back(bar.mean_loss());
    history.error.x.push_back(epoch + 1);
    history.error.y.push_back(1 - right);
  }
  best.restore(model);
  std::printf("Kept the weights of epoch %d, validation %s\n", best.best_offer(),
              percent(best.score()).c_str());
  return history;
}

/// Three test images, and three that the model gets wrong.
void show_predictions(const Mlp& model, const Examples& test) {
  const auto predicted = predict(model, test.x);
  std::vector<digits::Picture> pictures;
  const auto add = [&](std::size_t i) {
    const int truth = test.label.data()[i];
    pictures.push_back({test.x.data() + i * 784, "  " + std::to_string(truth) + " read as " +
                                                     std::to_string(predicted[i]) +
                                                     (predicted[i] == truth ? "" : ": wrong")});
  };
  for (std::size_t i = 0; i < std::min<std::size_t>(3, predicted.size()); ++i) add(i);
  for (std::size_t i = 0, wrong = 0; i < predicted.size() && wrong < 3; ++i) {
    if (predicted[i] != test.label.data()[i]) add(i), ++wrong;
  }
  std::printf("\nThe first test images, and the first mistakes:\n\n%s",
              digits::side_by_side(pictures).c_str());
}

/// Trains where the workspace is; the model is on the host before and after.
History train(Mlp& model, Data& data, const digits::Options& options, nn::Workspace& ws) {
  Mlp there = nn::to(ws.device(), model);
  History history;
  if (options.optimizer == "adam") {
    nn::Adam<Mlp> adam{{.learning_rate = 1e-3}};
    history = train(there, adam, data, options, ws);
  } else {
    nn::Momentum<Mlp> sgd{{.learning_rate = 0.05, .momentum = 0.9}};
    history = train(there, sgd, data, options, ws);
  }
  model = nn::to(nn::Device(), there);
  return history;
}

void run(const digits::Options& options) {
  nn::Workspace ws(device_of(options), options.threads);
  std::filesystem::create_directories(options.out);
  Data data = read_data(options);
  const auto images = nn::train::with_commas(data.train.count());
  std::printf("%s images to train on, %lld to validate, %lld to test\n\n", images.c_str(),
              static_cast<long long>(data.validation.count()), static_cast<long long>(data.test.count()));

  Mlp model;
  nn::init::he(model, static_cast<std::uint64_t>(options.seed));
  std::printf("%s\n", nn::train::summary(model, "Mlp").c_str());

  const History history = train(model, data, options, ws);
  std::printf("Test images recognised: %s\n", percent(accuracy(model, data.test)).c_str());
  show_predictions(model, data.test);

  nn::save_safetensors(options.out + "/digits.safetensors", model);
  nn::train::write_svg(options.out + "/loss.svg", {.title = "Learning digits",
                                                   .x_label = "epoch",
                                                   .y_label = "loss, error (logarithmic)",
                                                   .curves = {history.step, history.epoch, history.error},
                                                   .log_y = true});
  std::printf("Wrote %s/digits.safetensors and %s/loss.svg\n", options.out.c_str(), options.out.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = digits::read_options(argc, argv);
  if (!options) {
    std::fputs(digits::usage, stderr);
    return 2;
  }
  try {
    run(*options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "digits: %s\n", error.what());
    return 1;
  }
}
