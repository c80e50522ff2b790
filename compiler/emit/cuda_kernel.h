// One kernel of a plan as a CUDA kernel and its launch.
#ifndef NNDIFF_EMIT_CUDA_KERNEL_H
#define NNDIFF_EMIT_CUDA_KERNEL_H
#include <span>

#include "emit/cuda_text.h"

namespace nndiff::emit {

/// Appends the kernel of `step` to the device's code and its launch to `host`. The steps `behind`, which only
/// compute with single numbers that the device knows, are part of it.
void emit_cuda_kernel(DeviceCode& device, CoreText& host, const plan::Step& step,
                      std::span<const plan::Step> behind = {});

}  // namespace nndiff::emit

#endif
