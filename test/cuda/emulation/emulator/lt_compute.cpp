// Matrix products in plain loops: operands made dense, accumulated in the type of the computation.
#include <cstring>

#include "../device/narrow_float.h"
#include "lt.h"

namespace nn_emulation {
namespace {

template <class Stored>
Stored stored(const void* data, std::int64_t i) {
  return static_cast<const Stored*>(data)[i];
}

// c[m][n] += a[m][k] b[k][n], all by columns; four columns of a at a time, so that c is read and written less
// often.
template <class T>
void accumulate(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, const T* b, T* c) {
  for (std::int64_t j = 0; j < n; ++j) {
    T* __restrict column = c + j * m;
    std::int64_t p = 0;
    for (; p + 4 <= k; p += 4) {
      const T* __restrict a0 = a + p * m;
      const T *a1 = a0 + m, *a2 = a1 + m, *a3 = a2 + m, *with = b + j * k + p;
      const T b0 = with[0], b1 = with[1], b2 = with[2], b3 = with[3];
      for (std::int64_t i = 0; i < m; ++i) column[i] += a0[i] * b0 + a1[i] * b1 + (a2[i] * b2 + a3[i] * b3);
    }
    for (; p < k; ++p)
      for (std::int64_t i = 0; i < m; ++i) column[i] += a[p * m + i] * b[j * k + p];
  }
}

template <class T>
void store(const Product& product, const std::vector<T>& values, void* d) {
  const cublasLtMatrixLayoutOpaque_t& layout = product.layouts[3];
  for (std::int64_t j = 0; j < product.n; ++j)
    for (std::int64_t i = 0; i < product.m; ++i)
      write_element(layout.type, d, layout.at(i, j), static_cast<double>(values[j * product.m + i]));
}

}  // namespace

double read_element(std::uint32_t type, const void* data, std::int64_t i) {
  switch (type) {
    case CUDA_R_64F:
      return stored<double>(data, i);
    case CUDA_R_32F:
      return stored<float>(data, i);
    case CUDA_R_16BF:
      return nn_emulation_types::from_bfloat16(stored<std::uint16_t>(data, i));
    default:
      return nn_emulation_types::from_half(stored<std::uint16_t>(data, i));
  }
}

void write_element(std::uint32_t type, void* data, std::int64_t i, double value) {
  const auto narrow = static_cast<float>(value);  // exact where the accumulators are float
  switch (type) {
    case CUDA_R_64F:
      static_cast<double*>(data)[i] = value;
      break;
    case CUDA_R_32F:
      static_cast<float*>(data)[i] = narrow;
      break;
    case CUDA_R_16BF:
      static_cast<std::uint16_t*>(data)[i] = nn_emulation_types::to_bfloat16(narrow);
      break;
    default:
      static_cast<std::uint16_t*>(data)[i] = nn_emulation_types::to_half(narrow);
  }
}

template <class T>
std::vector<T> load(const cublasLtMatrixLayoutOpaque_t& layout, bool transposed, const void* data) {
  const auto rows = static_cast<std::int64_t>(transposed ? layout.columns : layout.rows);
  const auto columns = static_cast<std::int64_t>(transposed ? layout.rows : layout.columns);
  std::vector<T> dense(static_cast<std::size_t>(rows * columns));
  for (std::int64_t j = 0; j < columns; ++j)
    for (std::int64_t i = 0; i < rows; ++i)
      dense[j * rows + i] =
          static_cast<T>(read_element(layout.type, data, transposed ? layout.at(j, i) : layout.at(i, j)));
  return dense;
}

template <class T>
void multiply(const Product& product, const Operands& operands, T alpha, T beta) {
  const auto& [a, b, c, d] = product.layouts;
  const std::vector<T> dense_a = load<T>(a, product.desc.transpose_a != CUBLAS_OP_N, operands.a);
  const std::vector<T> dense_b = load<T>(b, product.desc.transpose_b != CUBLAS_OP_N, operands.b);
  std::vector<T> values(static_cast<std::size_t>(product.m * product.n));
  accumulate(product.m, product.n, product.k, dense_a.data(), dense_b.data(), values.data());
  for (T& value : values) value *= alpha;
  if (beta != T(0)) {  // otherwise C is not read
    const std::vector<T> dense_c = load<T>(c, false, operands.c);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += beta * dense_c[i];
  }
  apply_epilogue(product, values, dense_a, dense_b);
  store(product, values, operands.d);
}

template void multiply(const Product&, const Operands&, float, float);
template void multiply(const Product&, const Operands&, double, double);

}  // namespace nn_emulation
