// What products cublasLt takes. Where NVIDIA's documentation leaves it open, this is the stricter reading:
// what passes here should pass there.
#include "lt.h"

namespace nn_emulation {
namespace {

using Layout = cublasLtMatrixLayoutOpaque_t;

bool is_layout(const Layout& layout) {
  if (layout.rows == 0 || layout.columns == 0 || layout.batch < 1) return false;
  if (layout.order != CUBLASLT_ORDER_COL && layout.order != CUBLASLT_ORDER_ROW) return false;
  return layout.ld >=
         static_cast<std::int64_t>(layout.order == CUBLASLT_ORDER_COL ? layout.rows : layout.columns);
}

bool is_operation(std::int32_t operation) {
  return operation == CUBLAS_OP_N || operation == CUBLAS_OP_T;
}

std::int64_t rows(const Layout& layout, std::int32_t operation) {
  return static_cast<std::int64_t>(operation == CUBLAS_OP_N ? layout.rows : layout.columns);
}
std::int64_t columns(const Layout& layout, std::int32_t operation) {
  return static_cast<std::int64_t>(operation == CUBLAS_OP_N ? layout.columns : layout.rows);
}

bool has_shape(const Layout& layout, std::int64_t m, std::int64_t n) {
  return static_cast<std::int64_t>(layout.rows) == m && static_cast<std::int64_t>(layout.columns) == n;
}

// The combinations of types that training uses.
bool are_types(const Product& product) {
  const auto& [a, b, c, d] = product.layouts;
  const cublasLtMatmulDescOpaque_t& desc = product.desc;
  if (a.type != b.type || c.type != d.type) return false;
  if (a.type == CUDA_R_64F)
    return d.type == CUDA_R_64F && desc.scale == CUDA_R_64F &&
           (desc.compute == CUBLAS_COMPUTE_64F || desc.compute == CUBLAS_COMPUTE_64F_PEDANTIC);
  if (desc.scale != CUDA_R_32F) return false;
  const bool plain = desc.compute == CUBLAS_COMPUTE_32F || desc.compute == CUBLAS_COMPUTE_32F_PEDANTIC;
  if (a.type == CUDA_R_32F)
    return d.type == CUDA_R_32F &&
           (plain || desc.compute == CUBLAS_COMPUTE_32F_FAST_TF32 ||
            desc.compute == CUBLAS_COMPUTE_32F_FAST_16BF || desc.compute == CUBLAS_COMPUTE_32F_FAST_16F);
  if (a.type == CUDA_R_16BF || a.type == CUDA_R_16F)
    return plain && (d.type == a.type || d.type == CUDA_R_32F);
  return false;
}

bool is_epilogue(std::uint32_t epilogue) {
  switch (epilogue) {
    case CUBLASLT_EPILOGUE_DEFAULT:
    case CUBLASLT_EPILOGUE_RELU:
    case CUBLASLT_EPILOGUE_BIAS:
    case CUBLASLT_EPILOGUE_RELU_BIAS:
    case CUBLASLT_EPILOGUE_GELU:
    case CUBLASLT_EPILOGUE_GELU_BIAS:
    case CUBLASLT_EPILOGUE_RELU_AUX:
    case CUBLASLT_EPILOGUE_RELU_AUX_BIAS:
    case CUBLASLT_EPILOGUE_DRELU:
    case CUBLASLT_EPILOGUE_DRELU_BGRAD:
    case CUBLASLT_EPILOGUE_GELU_AUX:
    case CUBLASLT_EPILOGUE_GELU_AUX_BIAS:
    case CUBLASLT_EPILOGUE_DGELU:
    case CUBLASLT_EPILOGUE_DGELU_BGRAD:
    case CUBLASLT_EPILOGUE_BGRADA:
    case CUBLASLT_EPILOGUE_BGRADB:
      return true;
    default:
      return false;
  }
}

bool is_relu(std::uint32_t epilogue) {
  return (epilogue & (CUBLASLT_EPILOGUE_RELU | 8)) != 0;
}

// The leading dimension of a mask counts bits and is a multiple of 128, that of a GELU's input a multiple
// of 8.
cublasStatus_t check_aux(const Product& product) {
  const cublasLtMatmulDescOpaque_t& desc = product.desc;
  const std::int64_t unit = is_relu(desc.epilogue) ? 128 : 8;
  if (desc.aux_ld < product.m || desc.aux_ld % unit != 0) return CUBLAS_STATUS_INVALID_VALUE;
  if (product.layouts[3].batch > 1 && desc.aux_stride % unit != 0) return CUBLAS_STATUS_INVALID_VALUE;
  if (reinterpret_cast<std::uintptr_t>(desc.aux) % 16 != 0) return CUBLAS_STATUS_NOT_SUPPORTED;
  const auto type = static_cast<std::uint32_t>(desc.aux_type);
  const bool own_type = desc.aux_type == -1 || is_relu(desc.epilogue) || type == product.layouts[3].type;
  return own_type ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

cublasStatus_t check_epilogue(const Product& product) {
  const cublasLtMatmulDescOpaque_t& desc = product.desc;
  const Layout& d = product.layouts[3];
  if (!is_epilogue(desc.epilogue)) return CUBLAS_STATUS_INVALID_VALUE;
  if (desc.epilogue == CUBLASLT_EPILOGUE_DEFAULT) return CUBLAS_STATUS_SUCCESS;
  if (d.type == CUDA_R_64F || d.order != CUBLASLT_ORDER_COL) return CUBLAS_STATUS_NOT_SUPPORTED;
  const bool bias = reads_bias(desc.epilogue) || writes_bias(desc.epilogue);
  if (bias && desc.bias_type != -1 && static_cast<std::uint32_t>(desc.bias_type) != d.type)
    return CUBLAS_STATUS_NOT_SUPPORTED;
  return uses_aux(desc.epilogue) ? check_aux(product) : CUBLAS_STATUS_SUCCESS;
}

}  // namespace

std::size_t bytes_of(std::uint32_t type) {
  switch (type) {
    case CUDA_R_64F:
      return 8;
    case CUDA_R_32F:
      return 4;
    case CUDA_R_16F:
    case CUDA_R_16BF:
      return 2;
    default:
      return 0;
  }
}

bool reads_bias(std::uint32_t epilogue) {
  return epilogue < 256 && epilogue != CUBLASLT_EPILOGUE_DEFAULT && (epilogue & CUBLASLT_EPILOGUE_BIAS) != 0;
}
bool writes_bias(std::uint32_t epilogue) {
  return (epilogue & 16) != 0 || epilogue >= 256;
}
bool uses_aux(std::uint32_t epilogue) {
  return (epilogue & 128) != 0;
}

cublasStatus_t check_product(Product& product) {
  const auto& [a, b, c, d] = product.layouts;
  const cublasLtMatmulDescOpaque_t& desc = product.desc;
  for (const Layout& layout : product.layouts) {
    if (!is_layout(layout)) return CUBLAS_STATUS_INVALID_VALUE;
    if (layout.batch != d.batch) return CUBLAS_STATUS_INVALID_VALUE;
  }
  if (!is_operation(desc.transpose_a) || !is_operation(desc.transpose_b)) return CUBLAS_STATUS_INVALID_VALUE;
  if (desc.transpose_c != CUBLAS_OP_N) return CUBLAS_STATUS_NOT_SUPPORTED;
  product.m = rows(a, desc.transpose_a);
  product.k = columns(a, desc.transpose_a);
  product.n = columns(b, desc.transpose_b);
  if (rows(b, desc.transpose_b) != product.k || !has_shape(c, product.m, product.n) ||
      !has_shape(d, product.m, product.n))
    return CUBLAS_STATUS_INVALID_VALUE;
  if (!are_types(product)) return CUBLAS_STATUS_NOT_SUPPORTED;
  return check_epilogue(product);
}

}  // namespace nn_emulation
