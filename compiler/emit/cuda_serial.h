// Statements as a CUDA kernel of a single thread.
#ifndef NNDIFF_EMIT_CUDA_SERIAL_H
#define NNDIFF_EMIT_CUDA_SERIAL_H
#include "emit/code.h"
#include "emit/cuda_text.h"

namespace nndiff::emit {

/// What code calls in kernels, and what it does with steps that are no statements: there are none.
inline const Moving on_device = {"cuda::copy_n(",        "cuda::fill_n(",        "",   "cuda::swap(", false,
                                 "cuda::checked_index(", "cuda::checked_block(", false};
[[noreturn]] void no_kernel(const plan::Step& step);

/// The memory that statements, loops and branches write.
std::set<int> written_buffers(const UsageOf& usage, const plan::Step& step);

/// What a kernel is called after: the last thing that it computes.
std::string kernel_name(const plan::Plan& plan, const plan::Launch& launch);

/// Appends the kernel to the device's code and its launch to `host`.
void emit_serial_kernel(DeviceCode& device, CoreText& host, const UsageOf& usage, const plan::Launch& launch);

}  // namespace nndiff::emit

#endif
