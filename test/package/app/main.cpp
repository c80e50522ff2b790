// Prints the value of the model at (1, 2, 3) and its gradient; computed on a GPU where there is one and the
// code for it.
#include <nn/to.h>

#include <cstdio>

#include "square.nn.h"
#ifdef WITH_CUDA
#include <nn/cuda.h>
#endif

int main() {
  nn::Device device;
#ifdef WITH_CUDA
  if (nn::cuda_device_count() > 0) device = nn::cuda();
#endif
  nn::Tensor<float, SIZE> x;
  for (int i = 0; i < SIZE; ++i) x(i) = static_cast<float>(i + 1);
  nn::Workspace ws{device};
  nn::Gradients<&square> grad;
  const float value = nn::value_and_grad<&square>(nn::to(device, x), grad, ws);
  const auto dx = nn::to(nn::Device(), grad.x);
  std::printf("%g (%g %g %g)\n", value, dx(0), dx(1), dx(2));
}
