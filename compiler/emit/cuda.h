// BASE.nn.cu: the derivatives of a model for a GPU.
#ifndef NNDIFF_EMIT_CUDA_H
#define NNDIFF_EMIT_CUDA_H
#include "emit/cuda_kernel.h"
#include "emit/header.h"

namespace nndiff::emit {

/// The text of the function; its kernels are appended to `device`.
std::string cuda_core(DeviceCode& device, const ir::Function& primal, const plan::Plan& plan);

/// The text of BASE.nn.cu, which includes nothing of the model.
std::string cuda_source(const Model& model);

}  // namespace nndiff::emit

#endif
