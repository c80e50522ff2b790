// One kernel of a plan as a CUDA kernel and its launch.
#ifndef NNDIFF_EMIT_CUDA_KERNEL_H
#define NNDIFF_EMIT_CUDA_KERNEL_H
#include "emit/core_text.h"

namespace nndiff::emit {

/// What the kernels of a file share: their text, and names at namespace scope.
struct DeviceCode {
  std::string text;
  Names names;
  std::map<std::string, std::string> known;  // kernels by what they do
};

/// Appends the kernel of step `step` to `device` and its launch to `host`. Steps after it that only compute
/// with single numbers which the device knows are part of it; returns the number of the next step.
int emit_cuda_kernel(DeviceCode& device, CoreText& host, int step);

}  // namespace nndiff::emit

#endif
