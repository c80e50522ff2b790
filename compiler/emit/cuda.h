// BASE.nn.cu: the derivatives of a model for a GPU.
#ifndef NNDIFF_EMIT_CUDA_H
#define NNDIFF_EMIT_CUDA_H
#include "emit/cuda_kernel.h"
#include "emit/header.h"

namespace nndiff::emit {

/// The function of the .nn.cu that computes a derivative on a GPU: "loss_value_and_grad_cuda".
std::string cuda_name(const ir::Function& f);

/// Its declaration without `;`, as the .nn.cpp and the .nn.cu write it.
std::string cuda_declaration(const ir::Function& f);

/// The text of the function; its kernels are appended to `device`.
std::string cuda_core(DeviceCode& device, const plan::Plan& plan);

/// The text of BASE.nn.cu, which includes nothing of the model.
std::string cuda_source(const Model& model);

}  // namespace nndiff::emit

#endif
