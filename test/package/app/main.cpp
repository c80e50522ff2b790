// Prints the value of the model at (1, 2, 3) and its gradient.
#include <cstdio>

#include "square.nn.h"

int main() {
  nn::Tensor<float, SIZE> x;
  for (int i = 0; i < SIZE; ++i) x(i) = static_cast<float>(i + 1);
  const auto result = nn::value_and_grad<&square>(x);
  std::printf("%g (%g %g %g)\n", result.value, result.grad.x(0), result.grad.x(1), result.grad.x(2));
}
