// A loop as a CUDA kernel that shares its rounds out over threads.
#ifndef NNDIFF_EMIT_CUDA_SHARED_H
#define NNDIFF_EMIT_CUDA_SHARED_H
#include "emit/code.h"
#include "emit/cuda_text.h"

namespace nndiff::emit {

/// Appends the kernel to the device's code and its launch to `host`; what the loop sums takes a second, small
/// one.
void emit_shared_loop(DeviceCode& device, CoreText& host, const UsageOf& usage, const plan::Launch& launch);

}  // namespace nndiff::emit

#endif
