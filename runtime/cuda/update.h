// The optimisers on the device.
#ifndef NN_RUNTIME_CUDA_UPDATE_H
#define NN_RUNTIME_CUDA_UPDATE_H

#include "nn/rt/update.h"

namespace nn::rt {

struct DeviceContext;

namespace cuda {

/// One step of an optimiser over up to most_update_tensors tensors, in one launch.
void update(DeviceContext& context, const Update& what);

}  // namespace cuda

}  // namespace nn::rt

#endif  // NN_RUNTIME_CUDA_UPDATE_H
