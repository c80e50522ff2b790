// How cublasLt computes a product of one shape: descriptors and the algorithm its heuristic chose, kept for
// the next time.
#ifndef NN_RUNTIME_CUDA_GEMM_PLAN_H
#define NN_RUNTIME_CUDA_GEMM_PLAN_H

#include <cublasLt.h>

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

#include "check.h"
#include "nn/device.h"
#include "nn/rt/cuda_call.h"

namespace nn::rt::cuda {

/// Throws unless a call of cublasLt succeeded.
void check(cublasStatus_t status, const std::string& what, const char* file = __builtin_FILE(),
           int line = __builtin_LINE());

/// A product as far as cublasLt's choice depends on it.
struct GemmKey {
  bool is_double;
  Precision precision;
  Trans ta, tb;
  cublasLtEpilogue_t epilogue;
  unsigned aligned_a, aligned_b, aligned_c;  ///< powers of two up to 256
  std::int64_t m, n, k;

  auto tied() const {
    return std::tie(is_double, precision, ta, tb, epilogue, aligned_a, aligned_b, aligned_c, m, n, k);
  }
  bool operator<(const GemmKey& other) const { return tied() < other.tied(); }
};

/// Destroys what cublasLt created.
struct Destroy {
  void operator()(cublasLtHandle_t handle) const { static_cast<void>(cublasLtDestroy(handle)); }
  void operator()(cublasLtMatmulDesc_t desc) const { static_cast<void>(cublasLtMatmulDescDestroy(desc)); }
  void operator()(cublasLtMatrixLayout_t layout) const {
    static_cast<void>(cublasLtMatrixLayoutDestroy(layout));
  }
  void operator()(cublasLtMatmulPreference_t preference) const {
    static_cast<void>(cublasLtMatmulPreferenceDestroy(preference));
  }
};
template <class T>
using Lt = std::unique_ptr<std::remove_pointer_t<T>, Destroy>;

/// Row-major C[m,n] is what cublasLt calls a column-major D of n rows, and op(B) its first operand.
struct GemmPlan {
  bool usable = false;  ///< cublasLt has an algorithm for it
  Lt<cublasLtMatmulDesc_t> desc;
  Lt<cublasLtMatrixLayout_t> first, second, result;
  cublasLtMatmulAlgo_t algo = {};
};

/// All plans of a workspace, the handle and the scratch memory that they share.
class GemmPlans {
 public:
  explicit GemmPlans(int index);

  /// The plan for a product, made on first use.
  const GemmPlan& plan(const GemmKey& key);
  cublasLtHandle_t handle() const { return handle_.get(); }
  const Memory& scratch() const { return scratch_; }

 private:
  GemmPlan made(const GemmKey& key) const;
  void choose(const GemmKey& key, GemmPlan& plan) const;

  Lt<cublasLtHandle_t> handle_;
  Memory scratch_;
  std::map<GemmKey, GemmPlan> plans_;
};

}  // namespace nn::rt::cuda

#endif  // NN_RUNTIME_CUDA_GEMM_PLAN_H
