// Whatever the user calls things, the generated code compiles: names of its own variables, of sizes, of
// namespaces and of what it includes, members whose paths make the same identifier.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL
#define MODEL
#include <nn/nn.h>
inline constexpr nn::Dim n{"n"}, arena{"arena"}, chunk{"chunk"};
struct Inner {
  nn::Tensor<double, 3> b;
};
struct Outer {
  Inner a;
  nn::Tensor<double, 3> a_b;
  double ws;
};
NN_DIFF(std, rt)
double names(const Outer& std, const nn::Tensor<double, n, 3>& begin,
             const nn::Tensor<double, arena, chunk>& rt, const nn::Tensor<double, n>& j, double sum) {
  auto t = nn::exp(begin * std.a.b + std.a_b);
  auto i = nn::sum<1>(t) * j;
  auto max = nn::max(t);
  auto end = nn::sum(nn::tanh(rt) * sum);
  return nn::sum(i) * std.ws + end + max;
}
#endif
//--- driver.cpp
#include "gradcheck.h"
#include "model.nn.h"

int main() {
  Outer model;
  nn::Tensor<double, n, 3> x(5);
  nn::Tensor<double, arena, chunk> rt(4, 7);
  nn::Tensor<double, n> j(5);
  Random random(3);
  random.fill(model.a.b), random.fill(model.a_b), random.fill(x), random.fill(rt), random.fill(j);
  model.ws = 0.7;
  const auto r = nn::value_and_grad<&names>(model, x, rt, j, 0.3);
  near(r.value, names(model, x, rt, j, 0.3), 1e-12);
  gradient_near([&] { return names(model, x, rt, j, 0.3); }, model.a.b, r.grad.std.a.b);
  gradient_near([&] { return names(model, x, rt, j, 0.3); }, model.a_b, r.grad.std.a_b);
  gradient_near([&] { return names(model, x, rt, j, 0.3); }, rt, r.grad.rt);
}
