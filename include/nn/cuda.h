// GPUs by CUDA: nn::cuda() is the device to give to nn::to and nn::Workspace. Needs the library
// nn::runtime-cuda.
#ifndef NN_CUDA_H
#define NN_CUDA_H

#include "nn/device.h"
#include "nn/step.h"
#include "nn/to.h"
#include "nn/workspace.h"

namespace nn {

/// A GPU by its number. Throws nn::Error where there is none, its driver is too old for the CUDA that nn was
/// built with, or the GPU is (compute capability below 8.0).
Device cuda(int index = 0);

/// How many GPUs there are; 0 also without a driver.
int cuda_device_count();

}  // namespace nn

#endif  // NN_CUDA_H
