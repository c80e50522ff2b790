// Describes products to cublasLt and asks its heuristic, once for each shape.
#include "gemm_plan.h"

#include <cstring>
#include <string>

#include "nn/error.h"

namespace nn::rt::cuda {

namespace {

constexpr std::size_t scratch_bytes = std::size_t{32} << 20;  // what NVIDIA recommends for Hopper

cublasComputeType_t compute_type(const GemmKey& key) {
  if (key.is_double) return CUBLAS_COMPUTE_64F;
  if (key.precision == Precision::tf32) return CUBLAS_COMPUTE_32F_FAST_TF32;
  if (key.precision == Precision::bf16) return CUBLAS_COMPUTE_32F_FAST_16BF;
  return CUBLAS_COMPUTE_32F;
}

Lt<cublasLtMatrixLayout_t> layout(const GemmKey& key, std::int64_t rows, std::int64_t columns) {
  cublasLtMatrixLayout_t made = nullptr;
  check(
      cublasLtMatrixLayoutCreate(&made, key.is_double ? CUDA_R_64F : CUDA_R_32F,
                                 static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(columns), rows),
      "describing a matrix to cublasLt");
  return Lt<cublasLtMatrixLayout_t>(made);
}

template <class T>
void set(cublasLtMatmulDesc_t desc, cublasLtMatmulDescAttributes_t attribute, const T& value) {
  check(cublasLtMatmulDescSetAttribute(desc, attribute, &value, sizeof value),
        "describing a product to cublasLt");
}

template <class T>
void set(cublasLtMatmulPreference_t preference, cublasLtMatmulPreferenceAttributes_t attribute,
         const T& value) {
  check(cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, sizeof value),
        "telling cublasLt what to look for");
}

bool has_aux(cublasLtEpilogue_t epilogue) {
  return (epilogue & 128) != 0;
}

/// Bits of a mask, or elements that GELU is taken of.
std::int64_t aux_row(const GemmKey& key) {
  const bool is_mask = (key.epilogue & (CUBLASLT_EPILOGUE_RELU | (CUBLASLT_EPILOGUE_DRELU & 15))) != 0;
  return is_mask ? std::int64_t{32} * mask_words(key.n) : key.n;
}

std::string shape_text(const GemmKey& key) {
  return "[" + std::to_string(key.m) + ", " + std::to_string(key.k) + "] times [" + std::to_string(key.k) +
         ", " + std::to_string(key.n) + "]";
}

}  // namespace

void check(cublasStatus_t status, const std::string& what, const char* file, int line) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const char* slash = std::strrchr(file, '/');
  throw Error("nn: " + what + ": " + cublasLtGetStatusString(status) + " (" + cublasLtGetStatusName(status) +
              ", " + (slash ? slash + 1 : file) + ":" + std::to_string(line) + ")");
}

GemmPlans::GemmPlans(int index) {
  cublasLtHandle_t handle = nullptr;
  check(cublasLtCreate(&handle), "starting cublasLt");
  handle_.reset(handle);
  scratch_ = Memory(index, scratch_bytes);
}

const GemmPlan& GemmPlans::plan(const GemmKey& key) {
  const auto known = plans_.find(key);
  return known != plans_.end() ? known->second : plans_.emplace(key, made(key)).first->second;
}

GemmPlan GemmPlans::made(const GemmKey& key) const {
  GemmPlan plan;
  cublasLtMatmulDesc_t desc = nullptr;
  check(cublasLtMatmulDescCreate(&desc, compute_type(key), key.is_double ? CUDA_R_64F : CUDA_R_32F),
        "describing a product to cublasLt");
  plan.desc.reset(desc);
  set(desc, CUBLASLT_MATMUL_DESC_TRANSA, key.tb == Trans::yes ? CUBLAS_OP_T : CUBLAS_OP_N);
  set(desc, CUBLASLT_MATMUL_DESC_TRANSB, key.ta == Trans::yes ? CUBLAS_OP_T : CUBLAS_OP_N);
  set(desc, CUBLASLT_MATMUL_DESC_EPILOGUE, key.epilogue);
  if (has_aux(key.epilogue)) set(desc, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, aux_row(key));
  plan.first = key.tb == Trans::yes ? layout(key, key.k, key.n) : layout(key, key.n, key.k);
  plan.second = key.ta == Trans::yes ? layout(key, key.m, key.k) : layout(key, key.k, key.m);
  plan.result = layout(key, key.n, key.m);
  choose(key, plan);
  return plan;
}

void GemmPlans::choose(const GemmKey& key, GemmPlan& plan) const {
  cublasLtMatmulPreference_t made = nullptr;
  check(cublasLtMatmulPreferenceCreate(&made), "telling cublasLt what to look for");
  const Lt<cublasLtMatmulPreference_t> preference(made);
  set(made, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, scratch_.bytes());
  set(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, key.aligned_b);
  set(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, key.aligned_a);
  set(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, key.aligned_c);
  set(made, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, key.aligned_c);
  cublasLtMatmulHeuristicResult_t result = {};
  int found = 0;
  const cublasStatus_t status =
      cublasLtMatmulAlgoGetHeuristic(handle_.get(), plan.desc.get(), plan.first.get(), plan.second.get(),
                                     plan.result.get(), plan.result.get(), made, 1, &result, &found);
  plan.usable = status == CUBLAS_STATUS_SUCCESS && found > 0;
  plan.algo = result.algo;
  const bool refused = status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_INVALID_VALUE;
  if (!plan.usable && (key.epilogue == CUBLASLT_EPILOGUE_DEFAULT || !(refused || found == 0)))
    check(status == CUBLAS_STATUS_SUCCESS ? CUBLAS_STATUS_NOT_SUPPORTED : status,
          "multiplying " + shape_text(key));
}

}  // namespace nn::rt::cuda
