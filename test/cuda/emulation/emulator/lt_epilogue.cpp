// The epilogues of matrix products: bias, ReLU and GELU, their gradients, and sums over rows or columns.
#include <cmath>

#include "lt.h"

namespace nn_emulation {
namespace {

// Bit i + j ld of a mask says that element (i, j) was positive.
bool mask_bit(const void* mask, std::int64_t bit) {
  return (static_cast<const unsigned char*>(mask)[bit / 8] >> (bit % 8) & 1) != 0;
}
void set_mask_bit(void* mask, std::int64_t bit, bool on) {
  auto& byte = static_cast<unsigned char*>(mask)[bit / 8];
  byte = static_cast<unsigned char>(on ? byte | 1 << bit % 8 : byte & ~(1 << bit % 8));
}

// The approximation of GELU by tanh, and its derivative.
template <class T>
T gelu(T x) {
  const T u = T(0.7978845608028654) * (x + T(0.044715) * x * x * x);
  return T(0.5) * x * (1 + std::tanh(u));
}
template <class T>
T gelu_derivative(T x) {
  const T u = T(0.7978845608028654) * (x + T(0.044715) * x * x * x);
  const T t = std::tanh(u);
  const T du = T(0.7978845608028654) * (1 + 3 * T(0.044715) * x * x);
  return T(0.5) * (1 + t) + T(0.5) * x * (1 - t * t) * du;
}

// One epilogue at work on the elements of D.
template <class T>
struct Elements {
  const Product& product;
  std::uint32_t epilogue = product.desc.epilogue;
  std::uint32_t type = product.layouts[3].type;  // of D, bias and aux

  // What becomes of the accumulator of element (i, j). A ReLU makes NaN zero, as cublasLt's does.
  T apply(T x, std::int64_t i, std::int64_t j) const {
    const cublasLtMatmulDescOpaque_t& desc = product.desc;
    const std::int64_t aux = j * desc.aux_ld + i;
    if (reads_bias(epilogue)) x += static_cast<T>(read_element(type, desc.bias, i));
    switch (epilogue & ~static_cast<std::uint32_t>(CUBLASLT_EPILOGUE_BIAS)) {
      case CUBLASLT_EPILOGUE_RELU_AUX:
        set_mask_bit(desc.aux, aux, x > 0);
        return x > 0 ? x : T(0);
      case CUBLASLT_EPILOGUE_RELU:
        return x > 0 ? x : T(0);
      case CUBLASLT_EPILOGUE_GELU_AUX:
        write_element(type, desc.aux, aux, static_cast<double>(x));
        return gelu(x);
      case CUBLASLT_EPILOGUE_GELU:
        return gelu(x);
      case CUBLASLT_EPILOGUE_DRELU:
      case CUBLASLT_EPILOGUE_DRELU_BGRAD:
        return mask_bit(desc.aux, aux) ? x : T(0);
      case CUBLASLT_EPILOGUE_DGELU:
      case CUBLASLT_EPILOGUE_DGELU_BGRAD:
        return x * gelu_derivative(static_cast<T>(read_element(type, desc.aux, aux)));
      default:
        return x;
    }
  }
};

// Sums of the rows of a matrix by columns, or of its columns, into the bias gradient.
template <class T>
void sum_rows(const Product& product, const std::vector<T>& matrix, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (std::int64_t j = 0; j < columns; ++j) sum += static_cast<double>(matrix[j * rows + i]);
    write_element(product.layouts[3].type, product.desc.bias, i, sum);
  }
}
template <class T>
void sum_columns(const Product& product, const std::vector<T>& matrix, std::int64_t rows,
                 std::int64_t columns) {
  for (std::int64_t j = 0; j < columns; ++j) {
    double sum = 0;
    for (std::int64_t i = 0; i < rows; ++i) sum += static_cast<double>(matrix[j * rows + i]);
    write_element(product.layouts[3].type, product.desc.bias, j, sum);
  }
}

}  // namespace

template <class T>
void apply_epilogue(const Product& product, std::vector<T>& values, const std::vector<T>& a,
                    const std::vector<T>& b) {
  const std::int64_t m = product.m, n = product.n, k = product.k;
  const std::uint32_t epilogue = product.desc.epilogue;
  if (epilogue == CUBLASLT_EPILOGUE_DEFAULT) return;
  if (epilogue == CUBLASLT_EPILOGUE_BGRADA) return sum_rows(product, a, m, k);
  if (epilogue == CUBLASLT_EPILOGUE_BGRADB) return sum_columns(product, b, k, n);
  const Elements<T> elements{product};
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < m; ++i) values[j * m + i] = elements.apply(values[j * m + i], i, j);
  if (writes_bias(epilogue)) sum_rows(product, values, m, n);
}

template void apply_epilogue(const Product&, std::vector<float>&, const std::vector<float>&,
                             const std::vector<float>&);
template void apply_epilogue(const Product&, std::vector<double>&, const std::vector<double>&,
                             const std::vector<double>&);

}  // namespace nn_emulation
