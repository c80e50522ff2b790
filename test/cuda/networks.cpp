// Whole networks on the emulated GPU: values and gradients agree with the host's to rounding, twice with the
// same bits; launches and library calls are those that --print=plan says; a training step of the digits
// classifier is one graph of few launches, without allocations and synchronisations after the first.
// RUN: split-file %s %t && cd %t && nn-diff --emit=cpp,cuda nets.cpp
// RUN: cd %t && nn-diff --print=plan --emit=cuda nets.cpp > plans.txt
// RUN: cd %t && %emulated -O0 -g0 -I%t nets.nn.cu -x none driver.cpp nets.nn.cpp %cuda_runtime -o run && ./run plans.txt
//--- nets.cpp
#ifndef NETS_CPP
#define NETS_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

struct Digits {
  nn::Tensor<float, 784, 512> w1;
  nn::Tensor<float, 512> b1;
  nn::Tensor<float, 512, 512> w2;
  nn::Tensor<float, 512> b2;
  nn::Tensor<float, 512, 10> w3;
  nn::Tensor<float, 10> b3;
};

NN_DIFF(net)
float digits(const Digits& net, const nn::Tensor<float, N, 784>& x, const nn::Tensor<int, N>& label) {
  auto h = nn::relu(nn::matmul(x, net.w1) + net.b1);
  h = nn::relu(nn::matmul(h, net.w2) + net.b2);
  return nn::mean(nn::softmax_cross_entropy(nn::matmul(h, net.w3) + net.b3, label));
}

template <class T>
struct Auto {
  nn::Tensor<T, 33, 7> in;
  nn::Tensor<T, 7> b;
  nn::Tensor<T, 7, 33> out;
};

template <class T>
T rebuilt(const Auto<T>& net, const nn::Tensor<T, N, 33>& x) {
  auto h = nn::tanh(nn::matmul(x, net.in) + net.b);
  return nn::mse(nn::sigmoid(nn::matmul(h, net.out)), x);
}

NN_DIFF(net, x)
float rebuilt_float(const Auto<float>& net, const nn::Tensor<float, N, 33>& x) {
  return rebuilt(net, x);
}

NN_DIFF(net, x)
double rebuilt_double(const Auto<double>& net, const nn::Tensor<double, N, 33>& x) {
  return rebuilt(net, x);
}

struct Gelu {
  nn::Tensor<float, 33, 40> w1;
  nn::Tensor<float, 40> b1;
  nn::Tensor<float, 40, 24> w2;
  nn::Tensor<float, 24> b2;
};

NN_DIFF(net, x)
float smooth(const Gelu& net, const nn::Tensor<float, N, 33>& x) {
  auto h = nn::gelu_tanh(nn::matmul(x, net.w1) + net.b1);
  return nn::mean(nn::square(nn::gelu_tanh(nn::matmul(h, net.w2) + net.b2)));
}

struct Layer {
  nn::Tensor<double, 16, 16> w;
  nn::Tensor<double, 16> b;
};

struct Deep {
  Layer layers[12];
};

NN_DIFF(net)
double deep(const Deep& net, const nn::Tensor<double, N, 16>& x) {
  auto h = x;
  for (const Layer& l : net.layers) h = h + nn::relu(nn::matmul(h, l.w) + l.b);
  return nn::sum(nn::softmax(h) * h) / 16;
}
#endif
//--- driver.cpp
#include <nn/cuda.h>
#include <nn/train.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>

#include "check.h"
#include "nets.nn.h"
#if __has_include(<emulation.h>)  // not on a GPU
#include <emulation.h>
#define COUNTED
#endif

namespace {

unsigned state = 1;

#ifdef COUNTED
// By function, what --print=plan says.
struct Planned {
  long launches = -1, library_calls = -1;
};
std::map<std::string, Planned> plans;

void read_plans(const char* path) {
  std::ifstream file(path);
  std::string function;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("plan of ")) function = line.substr(8, line.find(" (") - 8);
    Planned planned;
    if (std::sscanf(line.c_str(), "  on a GPU: %ld launch%*[es] and %ld", &planned.launches,
                    &planned.library_calls) == 2)
      plans[function] = planned;
  }
}

void asked_as_planned(const Planned& planned, const nn_emulation::Counters& c, long steps, long own) {
  check(planned.launches * steps + own == c.launches, "(launches)");
  check(planned.library_calls * steps == c.library_calls, "(library calls)");
}
#endif

template <class A>
void fill(A& a, double scale) {
  nn::for_each_tensor(a, [&](auto& p) {
    for (auto& v : p) {
      state = state * 1664525u + 1013904223u;
      v = static_cast<std::remove_reference_t<decltype(v)>>(
          scale * (static_cast<double>(state >> 8) / (1 << 24) - 0.5));
    }
  });
}

template <class X>
std::vector<double> numbers(const X& x) {
  std::vector<double> all;
  nn::for_each_tensor(x, [&](const auto& p) { all.insert(all.end(), p.begin(), p.end()); });
  return all;
}

// Relative to the largest of the gradients.
void near(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance) {
  double largest = 0, wrong = 0;
  check(actual.size() == expected.size());
  for (double e : expected) largest = std::max(largest, std::abs(e));
  for (std::size_t i = 0; i < actual.size(); ++i) wrong = std::max(wrong, std::abs(actual[i] - expected[i]));
  check(largest > 0 && wrong <= tolerance * largest);
}

template <auto F, class... Args>
void agree([[maybe_unused]] const std::string& name, double tolerance, const Args&... args) {
  const auto expected = nn::value_and_grad<F>(args...);
  nn::Workspace ws{nn::cuda()};
  nn::Gradients<F> grad;
  const auto first = nn::value_and_grad<F>(nn::to(nn::cuda(), args)..., grad, ws);
  const auto before = numbers(nn::to(nn::Device(), grad));
#ifdef COUNTED
  nn_emulation::reset_counters();
#endif
  const auto second = nn::value_and_grad<F>(nn::to(nn::cuda(), args)..., grad, ws);
#ifdef COUNTED
  asked_as_planned(plans[name], nn_emulation::counters(), 1, 0);
#endif
  check(first == second && before == numbers(nn::to(nn::Device(), grad)));
  check(std::abs(first - expected.value) <= tolerance * std::abs(expected.value));
  near(before, numbers(expected.grad), tolerance);
}

template <int inputs, class T>
nn::Tensor<T, N, inputs> batch(int n) {
  nn::Tensor<T, N, inputs> x(n);
  fill(x, 2);
  return x;
}

nn::Tensor<int, N> labels(int n) {
  nn::Tensor<int, N> label(n);
  for (int i = 0; i < n; ++i) label(i) = i * 7 % 10;
  return label;
}

void trains_in_one_graph(const Digits& start) {
  nn::Workspace ws{nn::cuda()}, host;
  Digits net = nn::to(nn::cuda(), start), reference = start;
  nn::Gradients<&digits> grad, expected;
  nn::Sgd<Digits> sgd({.learning_rate = 0.1}), host_sgd({.learning_rate = 0.1});
  const auto x = batch<784, float>(6);
  const auto there = nn::to(nn::cuda(), x);
  const auto label = labels(6), label_there = nn::to(nn::cuda(), label);
  nn::Step step(ws);
  float loss = 0;
  for (int i = 0; i < 4; ++i) {
#ifdef COUNTED
    if (i == 2) nn_emulation::reset_counters();
#endif
    step([&] {
      nn::value_and_grad<&digits>(net, there, label_there, grad, ws);
      sgd.step(net, grad.net, ws);
    });
    loss = nn::value_and_grad<&digits>(reference, x, label, expected, host);
    host_sgd.step(reference, expected.net);
  }
#ifdef COUNTED
  const nn_emulation::Counters c = nn_emulation::counters();
  check(c.graph_launches == 2 && c.captures == 0 && c.allocations == 0 && c.synchronisations == 0);
  asked_as_planned(plans["digits"], c, 2, 2);  // one launch a step is the optimiser's
  check((c.launches + c.library_calls) / 2 <= 12);
#endif
  check(std::abs(step.value<float>() - loss) <= 1e-5f * std::abs(loss));
  near(numbers(nn::to(nn::Device(), net)), numbers(reference), 1e-5);
}

}  // namespace

int main([[maybe_unused]] int count, [[maybe_unused]] char** arguments) {
#ifdef COUNTED
  check(count == 2);
  read_plans(arguments[1]);
#endif
  Digits net;
  fill(net, 0.1);
  for (int n : {1, 5, 33}) agree<&digits>("digits", 1e-5, net, batch<784, float>(n), labels(n));
  Auto<float> narrow;
  fill(narrow, 1);
  Auto<double> wide;
  fill(wide, 1);
  for (int n : {1, 3, 64}) {
    agree<&rebuilt_float>("rebuilt_float", 1e-5, narrow, batch<33, float>(n));
    agree<&rebuilt_double>("rebuilt_double", 1e-12, wide, batch<33, double>(n));
  }
  Gelu gelu;
  fill(gelu, 1);
  for (int n : {1, 6}) agree<&smooth>("smooth", 1e-5, gelu, batch<33, float>(n));
  Deep tower;
  fill(tower, 0.3);
  for (int n : {1, 4, 37}) agree<&deep>("deep", 1e-12, tower, batch<16, double>(n));
  trains_in_one_graph(net);
}
