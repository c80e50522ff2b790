// Products by cublasLt: every epilogue, layout and type against plain loops.
#include <cublasLt.h>
#include <cuda_bf16.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "cuda_check.h"

namespace {

bool lt(cublasStatus_t status, cublasStatus_t expected = CUBLAS_STATUS_SUCCESS, int line = __builtin_LINE()) {
  return check(status == expected, std::string("(") + cublasLtGetStatusName(status) + ")", __FILE__, line);
}

template <class T>
constexpr cudaDataType type_of = sizeof(T) == 8   ? CUDA_R_64F
                                 : sizeof(T) == 4 ? CUDA_R_32F
                                                  : CUDA_R_16BF;

struct Case {
  int m = 24, n = 16, k = 40, batch = 1;
  bool transpose_a = false, transpose_b = false, rows = false;  // rows: all matrices by rows
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  float alpha = 1, beta = 0;
  cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
};

std::string describe(const Case& c) {
  return "epilogue " + std::to_string(c.epilogue) + " " + std::to_string(c.transpose_a) +
         std::to_string(c.transpose_b) + std::to_string(c.rows) + " batch " + std::to_string(c.batch);
}

// A matrix in the host's memory, in double, with what cublasLt has to know about it.
struct Matrix {
  int rows, columns, batch;
  bool by_rows;
  std::vector<double> values;

  Matrix(int r, int c, int b, bool by)
      : rows(r), columns(c), batch(b), by_rows(by), values(std::size_t(ld()) * other() * b) {}
  int ld() const { return (by_rows ? columns : rows) + 8; }
  int other() const { return by_rows ? rows : columns; }
  double& at(int i, int j, int b) {
    return values[std::size_t(b) * ld() * other() + std::size_t(by_rows ? i : j) * ld() + (by_rows ? j : i)];
  }
  void fill(unsigned seed) {
    for (double& value : values) {
      seed = seed * 1664525u + 1013904223u;
      value = static_cast<int>(seed >> 24) / 64.0 - 2.0;  // exact in bf16
    }
  }
};

template <class T>
std::vector<T> narrow(const std::vector<double>& values) {
  std::vector<T> result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) result[i] = T(static_cast<float>(values[i]));
  return result;
}
template <>
std::vector<double> narrow<double>(const std::vector<double>& values) {
  return values;
}

template <class T>
cublasLtMatrixLayout_t layout_of(const Matrix& matrix) {
  cublasLtMatrixLayout_t layout = nullptr;
  lt(cublasLtMatrixLayoutCreate(&layout, type_of<T>, matrix.rows, matrix.columns, matrix.ld()));
  const cublasLtOrder_t order = matrix.by_rows ? CUBLASLT_ORDER_ROW : CUBLASLT_ORDER_COL;
  const int64_t stride = int64_t(matrix.ld()) * matrix.other();
  lt(cublasLtMatrixLayoutSetAttribute(layout, CUBLASLT_MATRIX_LAYOUT_ORDER, &order, sizeof(int32_t)));
  lt(cublasLtMatrixLayoutSetAttribute(layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &matrix.batch,
                                      sizeof(int32_t)));
  lt(cublasLtMatrixLayoutSetAttribute(layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &stride,
                                      sizeof stride));
  return layout;
}

template <class V>
void set(cublasLtMatmulDesc_t desc, cublasLtMatmulDescAttributes_t attribute, V value) {
  lt(cublasLtMatmulDescSetAttribute(desc, attribute, &value, sizeof value));
}

double gelu(double x) {
  return 0.5 * x * (1 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
}
double gelu_derivative(double x) {
  return (gelu(x + 1e-5) - gelu(x - 1e-5)) / 2e-5;
}

constexpr int mask_ld = 128, gelu_ld = 32;

// The same in plain loops: fills d, and bias and aux where the epilogue writes them.
struct Expected {
  Matrix d;
  std::vector<double> bias;        // [m], or [n] for BGRADB; of each product of the batch
  std::vector<double> aux;         // GELU's input [n][gelu_ld]
  std::vector<std::uint8_t> mask;  // ReLU's mask [n][mask_ld / 8]
};

void finish_element(const Case& c, Expected& e, double x, int i, int j, int b) {
  const std::size_t row = std::size_t(b) * c.m + i, column = std::size_t(b) * c.n + j;
  if (c.epilogue < 128 && (c.epilogue & 4)) x += e.bias[row];
  if (c.epilogue == CUBLASLT_EPILOGUE_RELU_AUX_BIAS || c.epilogue == CUBLASLT_EPILOGUE_GELU_AUX_BIAS)
    x += e.bias[row];
  std::uint8_t& mask = e.mask[column * mask_ld / 8 + i / 8];
  double& aux = e.aux[column * gelu_ld + i];
  switch (c.epilogue) {
    case CUBLASLT_EPILOGUE_RELU_AUX:
    case CUBLASLT_EPILOGUE_RELU_AUX_BIAS:
      mask = static_cast<std::uint8_t>((mask & ~(1 << i % 8)) | (x > 0 ? 1 << i % 8 : 0));
      x = std::max(x, 0.0);
      break;
    case CUBLASLT_EPILOGUE_RELU:
    case CUBLASLT_EPILOGUE_RELU_BIAS:
      x = std::max(x, 0.0);
      break;
    case CUBLASLT_EPILOGUE_GELU_AUX:
    case CUBLASLT_EPILOGUE_GELU_AUX_BIAS:
      aux = x;
      x = gelu(x);
      break;
    case CUBLASLT_EPILOGUE_GELU:
    case CUBLASLT_EPILOGUE_GELU_BIAS:
      x = gelu(x);
      break;
    case CUBLASLT_EPILOGUE_DRELU:
    case CUBLASLT_EPILOGUE_DRELU_BGRAD:
      if ((mask >> i % 8 & 1) == 0) x = 0;
      break;
    case CUBLASLT_EPILOGUE_DGELU:
    case CUBLASLT_EPILOGUE_DGELU_BGRAD:
      x *= gelu_derivative(aux);
      break;
    default:
      break;
  }
  e.d.at(i, j, b) = x;
}

void expect(const Case& c, Matrix& a, Matrix& b, Matrix& old, Expected& e) {
  const bool gradient = (c.epilogue & 16) != 0;
  const bool of_a = c.epilogue == CUBLASLT_EPILOGUE_BGRADA, of_b = c.epilogue == CUBLASLT_EPILOGUE_BGRADB;
  if (gradient || of_a || of_b)
    for (int s = 0; s < c.batch; ++s)
      for (int i = 0; i < (of_b ? c.n : c.m); ++i) e.bias[std::size_t(s) * c.m + i] = 0;
  for (int s = 0; s < c.batch; ++s)
    for (int i = 0; i < c.m; ++i)
      for (int j = 0; j < c.n; ++j) {
        double sum = 0;
        for (int p = 0; p < c.k; ++p) {
          const double x = c.transpose_a ? a.at(p, i, s) : a.at(i, p, s);
          const double y = c.transpose_b ? b.at(j, p, s) : b.at(p, j, s);
          sum += x * y;
          if (of_a && j == 0) e.bias[std::size_t(s) * c.m + i] += x;
          if (of_b && i == 0) e.bias[std::size_t(s) * c.m + j] += y;
        }
        finish_element(c, e, c.alpha * sum + (c.beta != 0 ? c.beta * old.at(i, j, s) : 0), i, j, s);
        if (gradient) e.bias[std::size_t(s) * c.m + i] += e.d.at(i, j, s);
      }
}

template <class T>
cublasLtMatmulDesc_t desc_of(const Case& c, T* bias, void* aux) {
  cublasLtMatmulDesc_t desc = nullptr;
  lt(cublasLtMatmulDescCreate(&desc, sizeof(T) == 8 ? CUBLAS_COMPUTE_64F : c.compute,
                              sizeof(T) == 8 ? CUDA_R_64F : CUDA_R_32F));
  set(desc, CUBLASLT_MATMUL_DESC_TRANSA, c.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N);
  set(desc, CUBLASLT_MATMUL_DESC_TRANSB, c.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N);
  set(desc, CUBLASLT_MATMUL_DESC_EPILOGUE, c.epilogue);
  set(desc, CUBLASLT_MATMUL_DESC_BIAS_POINTER, static_cast<void*>(bias));
  set(desc, CUBLASLT_MATMUL_DESC_BIAS_BATCH_STRIDE, int64_t(c.m));
  const bool relu = (c.epilogue & 10) != 0;
  const int64_t ld = relu ? mask_ld : gelu_ld;
  if ((c.epilogue & 128) != 0) {
    set(desc, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, aux);
    set(desc, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, ld);
    set(desc, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_BATCH_STRIDE, ld * c.n);
  }
  return desc;
}

// Asks for an algorithm and runs it.
struct Call {
  cublasLtHandle_t handle;
  cublasLtMatmulDesc_t desc;
  cublasLtMatrixLayout_t a, b, c;

  cublasStatus_t run(const void* alpha, const void* A, const void* B, const void* beta, const void* C,
                     void* D, std::size_t workspace_bytes = 1 << 20) const {
    const DeviceArray<char> workspace(workspace_bytes + 16);
    cublasLtMatmulPreference_t preference = nullptr;
    lt(cublasLtMatmulPreferenceCreate(&preference));
    const std::uint64_t most = 1 << 20;
    lt(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &most,
                                            sizeof most));
    cublasLtMatmulHeuristicResult_t result = {};
    int found = 0;
    cublasStatus_t status =
        cublasLtMatmulAlgoGetHeuristic(handle, desc, a, b, c, c, preference, 1, &result, &found);
    lt(cublasLtMatmulPreferenceDestroy(preference));
    if (status == CUBLAS_STATUS_SUCCESS)
      status = cublasLtMatmul(handle, desc, alpha, A, a, B, b, beta, C, c, D, c, &result.algo, workspace.data,
                              workspace_bytes, nullptr);
    ok(cudaDeviceSynchronize());
    return status;
  }
  ~Call() {
    cublasLtMatmulDescDestroy(desc);
    for (cublasLtMatrixLayout_t layout : {a, b, c}) cublasLtMatrixLayoutDestroy(layout);
  }
};

template <class T>
std::vector<double> widen(const std::vector<T>& values) {
  std::vector<double> result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) result[i] = static_cast<double>(static_cast<T>(values[i]));
  return result;
}

template <class T>
void test(cublasLtHandle_t handle, const Case& c, double tolerance) {
  Matrix a(c.transpose_a ? c.k : c.m, c.transpose_a ? c.m : c.k, c.batch, c.rows);
  Matrix b(c.transpose_b ? c.n : c.k, c.transpose_b ? c.k : c.n, c.batch, c.rows);
  Matrix d(c.m, c.n, c.batch, c.rows), aux(gelu_ld, c.n * c.batch, 1, false), bias(c.m, c.batch, 1, false);
  a.fill(1), b.fill(2), d.fill(3), aux.fill(4), bias.fill(5);
  aux.values.resize(std::size_t(gelu_ld) * c.n * c.batch);
  bias.values.resize(std::size_t(c.m) * c.batch);
  Expected e = {d, bias.values, aux.values,
                std::vector<std::uint8_t>(std::size_t(mask_ld) / 8 * c.n * c.batch, 0x5a)};
  const DeviceArray<T> da(narrow<T>(a.values)), db(narrow<T>(b.values)), dd(narrow<T>(d.values)),
      dbias(narrow<T>(bias.values)), daux(narrow<T>(aux.values));
  const DeviceArray<std::uint8_t> dmask(e.mask);
  expect(c, a, b, d, e);

  const bool relu = (c.epilogue & 10) != 0;
  const Call call = {handle, desc_of<T>(c, dbias.data, relu ? static_cast<void*>(dmask.data) : daux.data),
                     layout_of<T>(a), layout_of<T>(b), layout_of<T>(d)};
  const double scale[2] = {c.alpha, c.beta};
  const float narrow_scale[2] = {c.alpha, c.beta};
  const void* alpha = sizeof(T) == 8 ? static_cast<const void*>(&scale[0]) : &narrow_scale[0];
  const void* beta = sizeof(T) == 8 ? static_cast<const void*>(&scale[1]) : &narrow_scale[1];
  const bool right = lt(call.run(alpha, da.data, db.data, beta, dd.data, dd.data)) &
                     all_near(widen(dd.host()), e.d.values, tolerance) &
                     all_near(widen(dbias.host()), e.bias, tolerance * 10) &
                     all_near(widen(daux.host()), e.aux, tolerance) & check(dmask.host() == e.mask, "(mask)");
  if (!right) std::fprintf(stderr, "  in %s\n", describe(c).c_str());
}

constexpr cublasLtEpilogue_t epilogues[] = {
    CUBLASLT_EPILOGUE_DEFAULT,       CUBLASLT_EPILOGUE_BIAS,        CUBLASLT_EPILOGUE_RELU,
    CUBLASLT_EPILOGUE_RELU_BIAS,     CUBLASLT_EPILOGUE_RELU_AUX,    CUBLASLT_EPILOGUE_RELU_AUX_BIAS,
    CUBLASLT_EPILOGUE_GELU,          CUBLASLT_EPILOGUE_GELU_BIAS,   CUBLASLT_EPILOGUE_GELU_AUX,
    CUBLASLT_EPILOGUE_GELU_AUX_BIAS, CUBLASLT_EPILOGUE_DRELU,       CUBLASLT_EPILOGUE_DRELU_BGRAD,
    CUBLASLT_EPILOGUE_DGELU,         CUBLASLT_EPILOGUE_DGELU_BGRAD, CUBLASLT_EPILOGUE_BGRADA,
    CUBLASLT_EPILOGUE_BGRADB};

void test_products(cublasLtHandle_t handle) {
  for (int layout = 0; layout < 8; ++layout) {
    Case c;
    c.transpose_a = layout & 1, c.transpose_b = layout & 2, c.rows = layout & 4;
    c.alpha = 0.5f, c.beta = -2;
    test<float>(handle, c, 1e-5);
    test<double>(handle, c, 1e-13);
    test<__nv_bfloat16>(handle, c, 1e-2);
    c.batch = 3;
    c.compute = CUBLAS_COMPUTE_32F_FAST_TF32;
    test<float>(handle, c, 1e-5);
  }
  for (const cublasLtEpilogue_t epilogue : epilogues) {
    Case c;
    c.epilogue = epilogue;
    test<float>(handle, c, 1e-4);
    c.transpose_a = true;
    test<__nv_bfloat16>(handle, c, 2e-2);
    c.batch = 2, c.transpose_b = true;
    test<float>(handle, c, 1e-4);
  }
}

}  // namespace

int main() {
  cublasLtHandle_t handle = nullptr;
  lt(cublasLtCreate(&handle));
  test_products(handle);
  lt(cublasLtDestroy(handle));
}
