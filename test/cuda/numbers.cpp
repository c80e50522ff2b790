// Tensors without axes are arguments on a device like any other: their values are read there, their gradients
// are left there, alone or in a struct beside a plain number, and a step learns them without waiting.
// RUN: split-file %s %t && cd %t && nn-diff --emit=cpp,cuda model.cpp
// RUN: cd %t && %emulated -I%t model.nn.cu -x none driver.cpp model.nn.cpp %cuda_runtime -o run && ./run
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

struct Scaled {
  nn::Tensor<float, 4> w;
  nn::Tensor<float> scale, shift;
};

NN_DIFF(net, rate)
float scaled(const Scaled& net, const nn::Tensor<float, N, 4>& x, const nn::Tensor<float>& rate,
             float power) {
  auto y = nn::sum<-1>(x * net.w) * net.scale * net.scale + rate * power;
  return nn::mean(nn::square(y)) + net.shift;
}

NN_DIFF(net)
float learnt(const Scaled& net, const nn::Tensor<float, N, 4>& x) {
  return nn::mean(nn::square(nn::sum<-1>(x * net.w) * net.scale - 1)) + nn::square(net.shift - 0.5);
}
#endif
//--- driver.cpp
#include <emulation.h>
#include <nn/cuda.h>
#include <nn/train.h>

#include "check.h"
#include "model.nn.h"

namespace {

Scaled start() {
  Scaled net;
  for (int i = 0; i < 4; ++i) net.w(i) = 0.25f * static_cast<float>(i - 1);
  net.scale() = 1.5f;
  net.shift() = 2;
  return net;
}

nn::Tensor<float, N, 4> batch(int n) {
  nn::Tensor<float, N, 4> x(n);
  for (int i = 0; i < 4 * n; ++i) x.data()[i] = static_cast<float>(i * 7 % 5) - 1.5f;
  return x;
}

void agrees(int n) {
  const Scaled net = start();
  const auto x = batch(n);
  nn::Tensor<float> rate;
  rate() = -0.5f;
  const auto expected = nn::value_and_grad<&scaled>(net, x, rate, 3);
  const nn::Device gpu = nn::cuda();
  nn::Workspace ws{gpu};
  nn::Gradients<&scaled> grad;
  const float value =
      nn::value_and_grad<&scaled>(nn::to(gpu, net), nn::to(gpu, x), nn::to(gpu, rate), 3, grad, ws);
  check(grad.net.scale.device() == gpu && grad.rate.device() == gpu);
  const nn::Gradients<&scaled> got = nn::to(nn::Device(), grad);
  near(value, expected.value, 1e-5);
  near(got.net.scale(), expected.grad.net.scale(), 1e-4);
  near(got.net.shift(), 1, 0);
  near(got.rate(), expected.grad.rate(), 1e-4);
  for (int i = 0; i < 4; ++i) near(got.net.w(i), expected.grad.net.w(i), 1e-4);
}

void learns() {
  const nn::Device gpu = nn::cuda();
  nn::Workspace ws{gpu}, host;
  Scaled net = nn::to(gpu, start()), reference = start();
  const auto x = batch(9), there = nn::to(gpu, x);
  nn::Gradients<&learnt> grad, expected;
  nn::Sgd<Scaled> sgd({.learning_rate = 0.05}), host_sgd({.learning_rate = 0.05});
  nn::Step step(ws);
  for (int i = 0; i < 5; ++i) {
    if (i == 2) nn_emulation::reset_counters();
    step([&] {
      nn::value_and_grad<&learnt>(net, there, grad, ws);
      sgd.step(net, grad.net, ws);
    });
    nn::value_and_grad<&learnt>(reference, x, expected, host);
    host_sgd.step(reference, expected.net);
  }
  check(nn_emulation::counters().synchronisations == 0 && nn_emulation::counters().captures == 0);
  const Scaled got = nn::to(nn::Device(), net);
  near(got.scale(), reference.scale(), 1e-5);
  near(got.shift(), reference.shift(), 1e-5);
  check(got.shift() < 2);
}

}  // namespace

int main() {
  agrees(1);
  agrees(300);
  learns();
}
