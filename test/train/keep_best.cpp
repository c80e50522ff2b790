// The best weights are kept as they were, whatever training does to the model later; patience ends when it
// should.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
#include <nn/train/keep_best.h>

#include <limits>

#include "check.h"

struct Model {
  nn::Tensor<float, 3> w;
  nn::Tensor<int, 2> table;
};

int main() {
  Model model;
  nn::train::KeepBest<Model> best({.patience = 2});
  throws<nn::Error>([&] { best.restore(model); }, "no weights were offered");
  check(!best.offer(model, std::numeric_limits<double>::quiet_NaN()) && best.best_offer() == 0);

  float* weights = model.w.data();  // an optimiser writes through the pointer, before and after the offer
  weights[1] = 5;
  model.table(0) = 4;
  check(best.offer(model, 0.7) && best.best_offer() == 2 && !best.exhausted());
  weights[1] = 6;
  model.table(0) = 0;
  check(!best.offer(model, 0.7) && !best.exhausted());  // no better is not better
  weights[1] = 7;
  check(!best.offer(model, 0.1) && best.exhausted());
  check(!best.offer(model, std::numeric_limits<double>::quiet_NaN()));
  best.restore(model);
  check(model.w(1) == 5 && model.table(0) == 4 && weights[1] == 5 && best.score() == 0.7);

  weights[1] = 8;
  check(best.offer(model, 0.8) && !best.exhausted());
  weights[1] = 9;
  best.restore(model);
  check(model.w(1) == 8);

  nn::train::KeepBest<Model> patient;
  for (int i = 0; i < 100; ++i) patient.offer(model, -i);
  check(!patient.exhausted() && patient.best_offer() == 1);
}
