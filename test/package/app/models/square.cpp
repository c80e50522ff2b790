// The model of the user's project: it needs the target's include directory and definition.
#ifndef SQUARE_CPP
#define SQUARE_CPP

#include <nn/nn.h>

#include "scale.h"

NN_DIFF()
float square(const nn::Tensor<float, SIZE>& x) {
  return scale * nn::sum(x * x);
}

#endif
