// value_and_grad and vjp without buffers return the value and the gradients.
// RUN: %cxx %s %lib -o %t && %t
#include <nn/derivative.h>

#include "tensor_test.h"

using Row = nn::Tensor<float, N>;
NN_DIFF(w)
float loss(const Row& w, const Row& x) {
  return nn::dot(w, x);
}

template <>
struct nn::Gradients<&loss> {
  Row w;
};
template <>
struct nn::Outputs<&loss> {
  float value;
};
template <>
struct nn::Derivative<&loss> {
  static float value_and_grad(const Row& w, const Row& x, Gradients<&loss>& grad, Workspace& ws) {
    check(ws.threads() > 0);
    grad.w = x;
    return loss(w, x);
  }
  static void vjp(const Row& w, const Row& x, float upstream, Outputs<&loss>& out, Gradients<&loss>& grad,
                  Workspace&) {
    grad.w = x * upstream;
    out.value = loss(w, x);
  }
};

int main() {
  const Row w{1, 2}, x{3, 4};
  auto result = nn::value_and_grad<&loss>(w, x);
  check(result.value == 11);
  has(result.grad.w, {3, 4});
  auto [value, grad] = nn::vjp<&loss>(w, x, 2);
  check(value == 11);
  has(grad.w, {6, 8});
}
