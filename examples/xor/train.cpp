// Trains the networks of model.cpp on XOR from several starts and prints what each activation can learn.
#include <nn/train.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include "model.nn.h"

namespace {

using Inputs = nn::Tensor<float, N, 2>;
using Outputs = nn::Tensor<float, N, 1>;

constexpr int starts = 10;
constexpr int steps = 1500;

/// Weights after training from one seed.
template <auto Loss>
Net trained(const Inputs& x, const Outputs& y, std::uint64_t seed) {
  Net net;
  nn::init::xavier(net, seed);
  nn::Adam<Net> adam{{.learning_rate = 0.03}};
  nn::Gradients<Loss> grad;
  nn::Workspace ws(1);
  for (int step = 0; step < steps; ++step) {
    nn::value_and_grad<Loss>(net, x, y, grad, ws);
    adam.step(net, grad.net);
  }
  return net;
}

/// One line of the table: how many starts end with all four answers on the right side, and the answers of the
/// last. Returns that number.
template <auto Loss, auto Answer>
int print_row(const char* name, const Inputs& x, const Outputs& y) {
  int learnt = 0;
  double loss = 0;
  Outputs answers(4);
  for (int start = 0; start < starts; ++start) {
    const Net net = trained<Loss>(x, y, static_cast<std::uint64_t>(start));
    answers = Answer(net, x);
    loss = Loss(net, x, y);
    bool right = true;
    for (int i = 0; i < 4; ++i) right = right && std::abs(answers(i, 0) - y(i, 0)) < 0.25f;
    learnt += right ? 1 : 0;
  }
  std::printf("%-8s %8.2f %7.2f %7.2f %7.2f   %8.5f   %2d of %d\n", name, answers(0, 0), answers(1, 0),
              answers(2, 0), answers(3, 0), loss, learnt, starts);
  return learnt;
}

int run() {
  const Inputs x{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const Outputs y{{0}, {1}, {1}, {0}};
  Net net;
  std::printf("%s\n", nn::train::summary(net, "Net").c_str());
  std::printf("activation   0,0     0,1     1,0     1,1       loss     learnt\n");
  const int relu = print_row<&loss_relu, &answer_relu>("ReLU", x, y);
  const int tanh = print_row<&loss_tanh, &answer_tanh>("tanh", x, y);
  const int sigmoid = print_row<&loss_sigmoid, &answer_sigmoid>("sigmoid", x, y);
  const int linear = print_row<&loss_linear, &answer_linear>("linear", x, y);
  std::printf(
      "\nwanted       0       1       1       0. A line can't part XOR: the best a linear net can do is 1/2\n"
      "everywhere, a loss of 1/4.\n");
  const bool as_it_should_be = relu > starts / 2 && tanh > starts / 2 && sigmoid > starts / 2 && linear == 0;
  return as_it_should_be ? 0 : 1;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "xor: %s\n", error.what());
    return 1;
  }
}
