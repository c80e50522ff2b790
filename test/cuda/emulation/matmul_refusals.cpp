// What cublasLt refuses, how it waits its turn, and that it is counted and captured like a kernel.
// RUN: %emulated %san %s %emulation -o %t && %t
#include <cublasLt.h>

#include <algorithm>
#include <string>

#include "cuda_check.h"
#include "emulation.h"

namespace {

bool status_is(cublasStatus_t status, cublasStatus_t expected, int line = __builtin_LINE()) {
  return check(status == expected, std::string("(") + cublasLtGetStatusName(status) + ")", __FILE__, line);
}
bool fine(cublasStatus_t status, int line = __builtin_LINE()) {
  return status_is(status, CUBLAS_STATUS_SUCCESS, line);
}

// [8][8] products of floats, of ones unless said otherwise.
struct Fixture {
  cublasLtHandle_t handle = nullptr;
  cublasLtMatmulDesc_t desc = nullptr;
  cublasLtMatrixLayout_t layout = nullptr;
  cublasLtMatmulPreference_t preference = nullptr;
  cublasLtMatmulHeuristicResult_t best = {};
  DeviceArray<float> a{std::vector<float>(72, 1.0f)}, b{std::vector<float>(72, 1.0f)},
      d{std::vector<float>(72)};
  DeviceArray<char> workspace{1 << 20};
  float alpha = 1, beta = 0;

  Fixture() {
    fine(cublasLtCreate(&handle));
    fine(cublasLtMatmulDescCreate(&desc, CUBLAS_COMPUTE_32F, CUDA_R_32F));
    fine(cublasLtMatrixLayoutCreate(&layout, CUDA_R_32F, 8, 8, 8));
    fine(cublasLtMatmulPreferenceCreate(&preference));
    const std::uint64_t most = 1 << 20;
    fine(
        cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &most, 8));
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() {
    fine(cublasLtMatmulPreferenceDestroy(preference));
    fine(cublasLtMatrixLayoutDestroy(layout));
    fine(cublasLtMatmulDescDestroy(desc));
    fine(cublasLtDestroy(handle));
  }

  template <class V>
  void set(cublasLtMatmulDescAttributes_t attribute, V value) {
    fine(cublasLtMatmulDescSetAttribute(desc, attribute, &value, sizeof value));
  }
  cublasStatus_t choose(cublasLtMatrixLayout_t first = nullptr) {
    int found = 0;
    return cublasLtMatmulAlgoGetHeuristic(handle, desc, first ? first : layout, layout, layout, layout,
                                          preference, 1, &best, &found);
  }
  cublasStatus_t run(const float* A, const float* B, float* D, std::size_t bytes = 1 << 20,
                     cudaStream_t stream = nullptr) {
    return cublasLtMatmul(handle, desc, &alpha, A, layout, B, layout, &beta, D, layout, D, layout, &best.algo,
                          workspace.data, bytes, stream);
  }
};

void test_shapes_and_types() {
  Fixture f;
  cublasLtMatrixLayout_t other = nullptr;
  fine(cublasLtMatrixLayoutCreate(&other, CUDA_R_32F, 8, 9, 8));
  status_is(f.choose(other), CUBLAS_STATUS_INVALID_VALUE);
  fine(cublasLtMatrixLayoutDestroy(other));
  fine(cublasLtMatrixLayoutCreate(&other, CUDA_R_32F, 8, 8, 7));
  status_is(f.choose(other), CUBLAS_STATUS_INVALID_VALUE);
  fine(cublasLtMatrixLayoutDestroy(other));
  fine(cublasLtMatrixLayoutCreate(&other, CUDA_R_64F, 8, 8, 8));
  status_is(f.choose(other), CUBLAS_STATUS_NOT_SUPPORTED);
  fine(cublasLtMatrixLayoutDestroy(other));
  const std::int64_t wide = 1;
  status_is(cublasLtMatmulDescSetAttribute(f.desc, CUBLASLT_MATMUL_DESC_TRANSA, &wide, sizeof wide),
            CUBLAS_STATUS_INVALID_VALUE);
}

void test_aux() {
  Fixture f;
  f.set(CUBLASLT_MATMUL_DESC_EPILOGUE, std::uint32_t{CUBLASLT_EPILOGUE_RELU_AUX});
  f.set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, static_cast<void*>(f.workspace.data));
  f.set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, std::int64_t{8});
  status_is(f.choose(), CUBLAS_STATUS_INVALID_VALUE);
  f.set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, std::int64_t{128});
  fine(f.choose());
  f.set(CUBLASLT_MATMUL_DESC_EPILOGUE, std::uint32_t{CUBLASLT_EPILOGUE_GELU_AUX});
  f.set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, std::int64_t{12});
  status_is(f.choose(), CUBLAS_STATUS_INVALID_VALUE);
  f.set(CUBLASLT_MATMUL_DESC_EPILOGUE, std::uint32_t{CUBLASLT_EPILOGUE_BIAS});
  fine(f.choose());
  status_is(f.run(f.a.data, f.b.data, f.d.data), CUBLAS_STATUS_INVALID_VALUE);  // no bias pointer
}

void test_pointers_and_workspace() {
  Fixture f;
  fine(f.choose());
  check(f.best.workspaceSize > 0);
  fine(f.run(f.a.data, f.b.data, f.d.data));
  const std::vector<float> d = f.d.host();
  check(d[0] == 8 && d[63] == 8 && d[64] == 0);
  status_is(f.run(f.a.data, f.b.data, f.d.data, 16), CUBLAS_STATUS_INVALID_VALUE);
  status_is(f.run(f.a.data + 1, f.b.data, f.d.data), CUBLAS_STATUS_NOT_SUPPORTED);
  status_is(f.run(f.a.data, f.b.data, f.a.data), CUBLAS_STATUS_INVALID_VALUE);
  status_is(f.run(nullptr, f.b.data, f.d.data), CUBLAS_STATUS_INVALID_VALUE);

  // An algorithm that was found for less alignment takes less.
  const std::uint32_t four = 4;
  fine(cublasLtMatmulPreferenceSetAttribute(f.preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, &four,
                                            4));
  fine(f.choose());
  fine(f.run(f.a.data + 1, f.b.data, f.d.data));
  f.set(CUBLASLT_MATMUL_DESC_TRANSA,
        std::int32_t{CUBLAS_OP_T});  // the algorithm was chosen for another product
  status_is(f.run(f.a.data, f.b.data, f.d.data), CUBLAS_STATUS_NOT_SUPPORTED);
  ok(cudaDeviceSynchronize());
}

void test_order_and_capture() {
  nn_emulation::set_eagerness(0);
  Fixture f;
  fine(f.choose());
  cudaStream_t stream = nullptr;
  ok(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  float* host = nullptr;
  ok(cudaMallocHost(&host, 4));
  ok(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
  fine(f.run(f.a.data, f.b.data, f.d.data, 1 << 20, stream));
  f.alpha = 100;  // was read when the call was captured
  ok(cudaMemcpyAsync(host, f.d.data, 4, cudaMemcpyDeviceToHost, stream));
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t exec = nullptr;
  ok(cudaStreamEndCapture(stream, &graph));
  ok(cudaGraphInstantiate(&exec, graph, 0));
  nn_emulation::reset_counters();
  ok(cudaGraphLaunch(exec, stream));
  check(nn_emulation::counters().library_calls == 1 && nn_emulation::counters().launches == 0);
  check(!(*host == 8));
  ok(cudaStreamSynchronize(stream));
  check(*host == 8);
  ok(cudaGraphExecDestroy(exec));
  ok(cudaGraphDestroy(graph));
  ok(cudaFreeHost(host));
  ok(cudaStreamDestroy(stream));
  nn_emulation::set_eagerness(10);
}

void test_failures() {
  Fixture f;
  nn_emulation::fail_next_library("cublasLtMatmulAlgoGetHeuristic", CUBLAS_STATUS_NOT_SUPPORTED);
  status_is(f.choose(), CUBLAS_STATUS_NOT_SUPPORTED);
  fine(f.choose());
  nn_emulation::fail_next_library("cublasLtMatmul", CUBLAS_STATUS_EXECUTION_FAILED);
  status_is(f.run(f.a.data, f.b.data, f.d.data), CUBLAS_STATUS_EXECUTION_FAILED);
  fine(f.run(f.a.data, f.b.data, f.d.data));
  nn_emulation::fail_next_library("cublasLtCreate", CUBLAS_STATUS_ALLOC_FAILED);
  cublasLtHandle_t handle = nullptr;
  status_is(cublasLtCreate(&handle), CUBLAS_STATUS_ALLOC_FAILED);
}

}  // namespace

int main() {
  test_shapes_and_types();
  test_aux();
  test_pointers_and_workspace();
  test_order_and_capture();
  test_failures();
  check(nn_emulation::leaks().library_objects == 0 && nn_emulation::leaks().allocations == 0);
}
