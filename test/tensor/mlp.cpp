// The model of the documentation compiles without a warning and evaluates the same everywhere, as plain C++
// and in several translation units of one program.
// RUN: split-file %s %t
// RUN: %cxx -O0 -I%t %t/main.cpp %t/other.cpp -o %t.exe && %t.exe
// RUN: %cxx -O3 -march=native -DNDEBUG -I%t %t/main.cpp %t/other.cpp -o %t.exe && %t.exe
// RUN: %clang14 -I%t %t/main.cpp %t/other.cpp -o %t.exe && %t.exe
// RUN: %clang19 %san -I%t %t/main.cpp %t/other.cpp -o %t.exe && %t.exe
// RUN: %clang19 -O3 -march=native -DNDEBUG -I%t %t/main.cpp %t/other.cpp -o %t.exe && %t.exe

//--- model.h
#ifndef MODEL_H
#define MODEL_H
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

struct Mlp {
  nn::Tensor<float, 784, 512> w1;
  nn::Tensor<float, 512> b1;
  nn::Tensor<float, 512, 10> w2;
  nn::Tensor<float, 10> b2;
};

NN_DIFF(model)
NN_MODES(jvp)
float loss(const Mlp& model, const nn::Tensor<float, N, 784>& x, const nn::Tensor<int, N>& label) {
  auto h = nn::relu(nn::matmul(x, model.w1) + model.b1);
  auto logits = nn::matmul(h, model.w2) + model.b2;
  return nn::mean(nn::softmax_cross_entropy(logits, label));
}
#endif

//--- other.cpp
#include "model.h"
float loss_elsewhere(const Mlp& model, const nn::Tensor<float, N, 784>& x, const nn::Tensor<int, N>& label) {
  return loss(model, x, label);
}

//--- main.cpp
#include <check.h>

#include "model.h"
float loss_elsewhere(const Mlp& model, const nn::Tensor<float, N, 784>& x, const nn::Tensor<int, N>& label);

template <class Tensor>
void vary(Tensor& tensor, double scale, int seed) {
  for (auto& element : tensor) element = static_cast<float>(scale * std::sin(static_cast<double>(seed += 7)));
}

int main() {
  Mlp model{};
  nn::Tensor<float, N, 784> x(5);
  nn::Tensor<int, N> label{3, 1, 4, 1, 9};
  near(loss(model, x, label), std::log(10.0), 1e-6);

  vary(model.w1, 0.05, 1);
  vary(model.b1, 0.05, 2);
  vary(model.w2, 0.05, 3);
  vary(model.b2, 0.05, 4);
  vary(x, 1, 5);
  double total = 0;
  for (int n = 0; n < 5; ++n) {
    double hidden[512], logits[10], sum = 0;
    for (int j = 0; j < 512; ++j) {
      hidden[j] = model.b1(j);
      for (int i = 0; i < 784; ++i) hidden[j] += static_cast<double>(x(n, i)) * model.w1(i, j);
      if (hidden[j] < 0) hidden[j] = 0;
    }
    for (int c = 0; c < 10; ++c) {
      logits[c] = model.b2(c);
      for (int j = 0; j < 512; ++j) logits[c] += hidden[j] * model.w2(j, c);
      sum += std::exp(logits[c]);
    }
    total += std::log(sum) - logits[label(n)];
  }
  near(loss(model, x, label), total / 5, 1e-5);
  check(loss_elsewhere(model, x, label) == loss(model, x, label));
  const nn::Tensor<float, N, 784> no_images(0);
  const nn::Tensor<int, N> no_labels(0);
  check(std::isnan(loss(model, no_images, no_labels)));
  throws<nn::Error>([&] { loss(model, x, nn::Tensor<int, N>(4)); }, "disagree about the size N: 5 and 4");
}
