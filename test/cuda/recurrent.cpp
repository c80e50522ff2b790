// Recurrent networks on the emulated GPU: values and gradients agree with the host's for several numbers of
// steps and rows, twice with the same bits; a training step is one graph, in which the time loop lies without
// anything that waits, and grows by two launches and two products for each step of time; of an LSTM whose
// loss is summed up over the steps, by five and eight.
// RUN: split-file %s %t && cd %t && nn-diff --emit=cpp,cuda nets.cpp
// RUN: cd %t && %clang19 %as_emulated %san -g0 -I%t nets.nn.cu -x none driver.cpp nets.nn.cpp %cuda_runtime -o run && ./run
//--- nets.cpp
#ifndef NETS_CPP
#define NETS_CPP
#include <nn/nn.h>

inline constexpr nn::Dim T{"T"}, N{"N"};

using Inputs = nn::Tensor<double, T, N, 5>;
using States = nn::Tensor<double, N, 6>;

struct Gate {
  nn::Tensor<double, 5, 6> w;
  nn::Tensor<double, 6, 6> u;
  nn::Tensor<double, 6> b;
  auto operator()(const nn::Tensor<double, N, 5>& x, const States& h) const {
    return nn::matmul(x, w) + nn::matmul(h, u) + b;
  }
};

struct Lstm {
  Gate input, forget, output, candidate;
};

NN_DIFF(cell)
double rnn(const Gate& cell, const Inputs& x) {
  States h(static_cast<int>(x.extent(1)));
  for (int t = 0; t < x.extent(0); ++t) h = nn::tanh(cell(x(t), h));
  return nn::sum(h * h);
}

NN_DIFF(cell, x)
double lstm(const Lstm& cell, const Inputs& x) {
  States h(static_cast<int>(x.extent(1))), c(static_cast<int>(x.extent(1)));
  double loss = 0;
  for (int t = 0; t < x.extent(0); ++t) {
    c = nn::sigmoid(cell.forget(x(t), h)) * c +
        nn::sigmoid(cell.input(x(t), h)) * nn::tanh(cell.candidate(x(t), h));
    h = nn::sigmoid(cell.output(x(t), h)) * nn::tanh(c);
    loss += nn::sum(h * h);
  }
  return loss;
}
#endif
//--- driver.cpp
#include <emulation.h>
#include <nn/cuda.h>
#include <nn/train.h>

#include <cmath>
#include <vector>

#include "check.h"
#include "nets.nn.h"

namespace {

template <class A>
void fill(A& a) {
  int k = 0;
  nn::for_each_tensor(a, [&](auto& p) {
    for (auto& v : p) v = 0.8 * std::sin(1.3 * ++k);
  });
}

template <class X>
std::vector<double> numbers(const X& x) {
  std::vector<double> all;
  nn::for_each_tensor(x, [&](const auto& p) { all.insert(all.end(), p.begin(), p.end()); });
  return all;
}

void all_near(const std::vector<double>& actual, const std::vector<double>& expected) {
  check(actual.size() == expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i)
    check(std::abs(actual[i] - expected[i]) <= 1e-11 * (1 + std::abs(expected[i])));
}

template <auto F, class Cell>
void agrees(const Cell& cell, const Inputs& x) {
  const auto expected = nn::value_and_grad<F>(cell, x);
  nn::Workspace ws{nn::cuda()};
  nn::Gradients<F> grad;
  const Cell there = nn::to(nn::cuda(), cell);
  const Inputs x_there = nn::to(nn::cuda(), x);
  const double first = nn::value_and_grad<F>(there, x_there, grad, ws);
  const std::vector<double> before = numbers(nn::to(nn::Device(), grad));
  const double second = nn::value_and_grad<F>(there, x_there, grad, ws);
  check(first == second && before == numbers(nn::to(nn::Device(), grad)));
  check(std::abs(first - expected.value) <= 1e-12 * (1 + std::abs(expected.value)));
  all_near(before, numbers(expected.grad));
}

// What a training step asks of the GPU, once its graph is there.
template <auto F, class Cell>
nn_emulation::Counters trained(const Cell& start, const Inputs& x) {
  nn::Workspace ws{nn::cuda()}, host;
  Cell net = nn::to(nn::cuda(), start), reference = start;
  const Inputs there = nn::to(nn::cuda(), x);
  nn::Gradients<F> grad, expected;
  nn::Sgd<Cell> sgd({.learning_rate = 0.1}), host_sgd({.learning_rate = 0.1});
  nn::Step step(ws);
  double loss = 0;
  for (int i = 0; i < 3; ++i) {
    if (i == 2) nn_emulation::reset_counters();
    step([&] {
      nn::value_and_grad<F>(net, there, grad, ws);
      sgd.step(net, grad.cell, ws);
    });
    loss = nn::value_and_grad<F>(reference, x, expected, host);
    host_sgd.step(reference, expected.cell);
  }
  const nn_emulation::Counters counted = nn_emulation::counters();
  check(counted.graph_launches == 1 && counted.captures == 0 && counted.allocations == 0);
  check(counted.synchronisations == 0);
  check(std::abs(step.value<double>() - loss) <= 1e-11 * (1 + std::abs(loss)));
  all_near(numbers(nn::to(nn::Device(), net)), numbers(reference));
  return counted;
}

Inputs inputs(int steps, int rows) {
  Inputs x(steps, rows);
  fill(x);
  return x;
}

}  // namespace

int main() {
  Gate cell;
  fill(cell);
  Lstm gates;
  fill(gates);
  for (int steps : {0, 1, 2, 7})
    for (int rows : {1, 3}) {
      agrees<&rnn>(cell, inputs(steps, rows));
      agrees<&lstm>(gates, inputs(steps, rows));
    }
  const nn_emulation::Counters few = trained<&rnn>(cell, inputs(3, 2)),
                               more = trained<&rnn>(cell, inputs(13, 2));
  check(more.launches - few.launches == 2 * 10);
  check(more.library_calls - few.library_calls == 2 * 10);
  const nn_emulation::Counters gated = trained<&lstm>(gates, inputs(3, 2)),
                               longer = trained<&lstm>(gates, inputs(13, 2));
  check(longer.library_calls - gated.library_calls == 8 * 10);
  check(longer.launches - gated.launches == 5 * 10);
}
