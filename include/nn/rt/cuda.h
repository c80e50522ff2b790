// All that generated CUDA calls: nn/rt/cuda_call.h on the host, nn/rt/cuda_device.h in kernels.
#ifndef NN_RT_CUDA_H
#define NN_RT_CUDA_H

#include "nn/rt/cuda_call.h"
#include "nn/rt/cuda_device.h"

#endif  // NN_RT_CUDA_H
