// The parts of the emulated cublasLt: descriptors, the products they describe, and how those are computed.
#ifndef NN_EMULATION_EMULATOR_LT_H
#define NN_EMULATION_EMULATOR_LT_H

#include <array>
#include <vector>

#include "../cublasLt.h"

struct cublasLtMatrixLayoutOpaque_t {
  std::uint32_t type = CUDA_R_32F;
  std::int32_t order = CUBLASLT_ORDER_COL;
  std::uint64_t rows = 0, columns = 0;
  std::int64_t ld = 0;
  std::int32_t batch = 1;
  std::int64_t stride = 0;

  /// Index of an element.
  std::int64_t at(std::int64_t i, std::int64_t j) const {
    return order == CUBLASLT_ORDER_COL ? j * ld + i : i * ld + j;
  }
  /// Elements from the first to behind the last of one matrix.
  std::int64_t extent() const {
    return at(static_cast<std::int64_t>(rows) - 1, static_cast<std::int64_t>(columns) - 1) + 1;
  }
};

struct cublasLtMatmulDescOpaque_t {
  std::int32_t compute = CUBLAS_COMPUTE_32F, scale = CUDA_R_32F, pointer_mode = CUBLASLT_POINTER_MODE_HOST;
  std::int32_t transpose_a = CUBLAS_OP_N, transpose_b = CUBLAS_OP_N, transpose_c = CUBLAS_OP_N;
  std::uint32_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  void* bias = nullptr;
  std::int64_t bias_stride = 0;
  void* aux = nullptr;
  std::int64_t aux_ld = 0, aux_stride = 0;
  std::int32_t aux_type = -1, bias_type = -1;
};

struct cublasLtMatmulPreferenceOpaque_t {
  std::uint32_t search = 0, reduction = 7;
  std::uint64_t workspace = 0;
  std::array<std::uint32_t, 4> alignment = {256, 256, 256, 256};  // of A, B, C, D
  float waves = 0;
  std::uint64_t implementations = ~std::uint64_t{0};
};

namespace nn_emulation {

/// A product, described: what cublasLtMatmul needs to know when it runs.
struct Product {
  cublasLtMatmulDescOpaque_t desc;
  std::array<cublasLtMatrixLayoutOpaque_t, 4> layouts;  // of A, B, C, D
  std::int64_t m = 0, n = 0, k = 0;
};

/// The operands of a product.
struct Operands {
  const void *alpha, *beta;  ///< host or device, as the descriptor says
  const void *a, *b, *c;
  void* d;
};

/// Bytes of an element; 0 if the emulation has no such type.
std::size_t bytes_of(std::uint32_t type);

/// What an epilogue does besides the product.
bool reads_bias(std::uint32_t epilogue);
bool writes_bias(std::uint32_t epilogue);
bool uses_aux(std::uint32_t epilogue);

/// Derives the sizes of a product, or says why cublasLt would refuse it.
cublasStatus_t check_product(Product& product);

/// Computes one product of a batch: matrices, bias and aux begin where `operands` and the descriptor say.
template <class T>
void multiply(const Product& product, const Operands& operands, T alpha, T beta);

/// op(A) as [m][k] or op(B) as [k][n], dense and by columns, in the type of the computation.
template <class T>
std::vector<T> load(const cublasLtMatrixLayoutOpaque_t& layout, bool transposed, const void* data);

/// Applies the epilogue to the accumulators, dense and by columns, and writes bias gradients and aux.
template <class T>
void apply_epilogue(const Product& product, std::vector<T>& values, const std::vector<T>& a,
                    const std::vector<T>& b);

/// Reads or writes element i of an array of some type.
double read_element(std::uint32_t type, const void* data, std::int64_t i);
void write_element(std::uint32_t type, void* data, std::int64_t i, double value);

}  // namespace nn_emulation

#endif
