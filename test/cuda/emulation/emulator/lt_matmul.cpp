// cublasLtMatmul and the choice of its algorithm: checks when called, work when its turn in the stream comes.
#include <algorithm>
#include <cstring>

#include "block.h"
#include "lt.h"
#include "machine.h"

using namespace nn_emulation;

namespace {

// What an emulated algorithm keeps in the 64 bytes that callers hand around.
struct Algorithm {
  std::uint64_t tag;
  std::uint64_t workspace;
  std::uint32_t alignment[4];
  std::uint32_t epilogue, types, operations;
};
constexpr std::uint64_t algorithm_tag = 0x6e6e2d6c742d616cu;
constexpr std::uint64_t most_workspace = 1 << 20, least_workspace = 1 << 16;
static_assert(sizeof(Algorithm) <= sizeof(cublasLtMatmulAlgo_t));

Algorithm read(const cublasLtMatmulAlgo_t& algo) {
  Algorithm algorithm;
  std::memcpy(&algorithm, &algo, sizeof algorithm);
  return algorithm;
}

std::uint32_t types_of(const Product& p) {
  return p.layouts[0].type | p.layouts[3].type << 8 | static_cast<std::uint32_t>(p.desc.compute) << 16;
}
std::uint32_t operations_of(const Product& p) {
  return static_cast<std::uint32_t>(p.desc.transpose_a | p.desc.transpose_b << 4 | p.layouts[0].order << 8 |
                                    p.layouts[1].order << 9 | p.layouts[3].order << 10);
}

// Bytes that the rows or columns of a matrix are aligned to if its beginning is aligned to `wanted`.
std::uint32_t alignment_of(const cublasLtMatrixLayoutOpaque_t& layout, std::uint32_t wanted) {
  const auto step = static_cast<std::uint64_t>(layout.ld) * bytes_of(layout.type);
  std::uint32_t alignment = std::min(std::max(wanted, 1u), 16u);
  while (step % alignment != 0) alignment /= 2;
  return std::max(alignment, static_cast<std::uint32_t>(bytes_of(layout.type)));
}

cublasStatus_t describe(Product& product, cublasLtMatmulDesc_t desc, cublasLtMatrixLayout_t a,
                        cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d) {
  if (!desc || !a || !b || !c || !d) return CUBLAS_STATUS_INVALID_VALUE;
  product = {*desc, {*a, *b, *c, *d}};
  return check_product(product);
}

cublasLtMatmulHeuristicResult_t result_for(const Product& product,
                                           const cublasLtMatmulPreferenceOpaque_t& preference,
                                           std::uint64_t workspace) {
  Algorithm algorithm = {algorithm_tag,         workspace,         {},
                         product.desc.epilogue, types_of(product), operations_of(product)};
  for (int i = 0; i < 4; ++i)
    algorithm.alignment[i] = alignment_of(product.layouts[i], preference.alignment[i]);
  cublasLtMatmulHeuristicResult_t result = {};
  std::memcpy(&result.algo, &algorithm, sizeof algorithm);
  result.workspaceSize = workspace;
  result.state = CUBLAS_STATUS_SUCCESS;
  result.wavesCount = 1;
  return result;
}

// Two algorithms: one that uses the workspace it may, if that is large enough, and one without.
cublasStatus_t find_algorithms(const Product& product, const cublasLtMatmulPreferenceOpaque_t& preference,
                               int wanted, cublasLtMatmulHeuristicResult_t* results, int* found) {
  *found = 0;
  if (preference.workspace >= least_workspace)
    results[(*found)++] = result_for(product, preference, std::min(preference.workspace, most_workspace));
  if (*found < wanted) results[(*found)++] = result_for(product, preference, 0);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t check_algorithm(const Product& product, const cublasLtMatmulAlgo_t& algo) {
  const Algorithm algorithm = read(algo);
  if (algorithm.tag != algorithm_tag) return CUBLAS_STATUS_INVALID_VALUE;
  const bool same = algorithm.epilogue == product.desc.epilogue && algorithm.types == types_of(product) &&
                    algorithm.operations == operations_of(product);
  return same ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

bool is_aligned(const void* pointer, std::uint64_t bytes) {
  return reinterpret_cast<std::uintptr_t>(pointer) % bytes == 0;
}

cublasStatus_t check_alignment(const Algorithm& algorithm, const Operands& operands) {
  const void* pointers[] = {operands.a, operands.b, operands.c, operands.d};
  for (int i = 0; i < 4; ++i)
    if (!is_aligned(pointers[i], algorithm.alignment[i])) return CUBLAS_STATUS_NOT_SUPPORTED;
  return CUBLAS_STATUS_SUCCESS;
}

// A product may be written over C, with the same layout, and over nothing else that it reads.
cublasStatus_t check_overlap(const Product& product, const Operands& operands) {
  if (operands.d == operands.a || operands.d == operands.b) return CUBLAS_STATUS_INVALID_VALUE;
  const auto &c = product.layouts[2], &d = product.layouts[3];
  const bool same = c.ld == d.ld && c.order == d.order && c.stride == d.stride;
  return operands.c == operands.d && !same ? CUBLAS_STATUS_INVALID_VALUE : CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t check_operands(const Product& product, const Operands& operands) {
  const cublasLtMatmulDescOpaque_t& desc = product.desc;
  if (!operands.a || !operands.b || !operands.d || !operands.alpha || !operands.beta)
    return CUBLAS_STATUS_INVALID_VALUE;
  if ((reads_bias(desc.epilogue) || writes_bias(desc.epilogue)) && !desc.bias)
    return CUBLAS_STATUS_INVALID_VALUE;
  if (uses_aux(desc.epilogue) && !desc.aux) return CUBLAS_STATUS_INVALID_VALUE;
  return check_overlap(product, operands);
}

// Pointers that are not the device's would be found much later on a GPU.
void check_pointers(const Product& product, const Operands& operands, const void* workspace) {
  const cublasLtMatmulDescOpaque_t& desc = product.desc;
  const bool bias = reads_bias(desc.epilogue) || writes_bias(desc.epilogue);
  for (const void* pointer : {operands.a, operands.b, operands.c, static_cast<const void*>(operands.d),
                              workspace, bias ? static_cast<const void*>(desc.bias) : nullptr,
                              uses_aux(desc.epilogue) ? static_cast<const void*>(desc.aux) : nullptr})
    if (pointer && !find(machine().memory, pointer))
      die("cublasLtMatmul is given a pointer that is not the device's");
}

template <class Pointer>
Pointer* offset(Pointer* pointer, std::int64_t bytes) {
  if (!pointer) return nullptr;
  if constexpr (std::is_const_v<Pointer>)
    return static_cast<const char*>(pointer) + bytes;
  else
    return static_cast<char*>(pointer) + bytes;
}

// Product number i of a batch.
void multiply_one(Product product, Operands operands, std::int64_t i, double alpha, double beta) {
  const auto bytes = [&](int which) {
    return i * product.layouts[which].stride *
           static_cast<std::int64_t>(bytes_of(product.layouts[which].type));
  };
  operands.a = offset(operands.a, bytes(0));
  operands.b = offset(operands.b, bytes(1));
  operands.c = offset(operands.c, bytes(2));
  operands.d = offset(operands.d, bytes(3));
  const auto element = static_cast<std::int64_t>(bytes_of(product.layouts[3].type));
  cublasLtMatmulDescOpaque_t& desc = product.desc;
  const bool mask = (desc.epilogue & (CUBLASLT_EPILOGUE_RELU | 8)) != 0;
  desc.bias = offset(desc.bias, i * desc.bias_stride * element);
  desc.aux = offset(desc.aux, mask ? i * desc.aux_stride / 8 : i * desc.aux_stride * element);
  if (product.layouts[3].type == CUDA_R_64F)
    multiply<double>(product, operands, alpha, beta);
  else
    multiply<float>(product, operands, static_cast<float>(alpha), static_cast<float>(beta));
}

// alpha and beta on the host are read when the function is called, on the device when it runs.
Task task_of(const Product& product, const Operands& operands, void* workspace, std::size_t used) {
  const auto scale = static_cast<std::uint32_t>(product.desc.scale);
  const bool on_device = product.desc.pointer_mode == CUBLASLT_POINTER_MODE_DEVICE;
  const double alpha = on_device ? 0 : read_element(scale, operands.alpha, 0);
  const double beta = on_device ? 0 : read_element(scale, operands.beta, 0);
  const auto run = [=] {
    if (used > 0) std::memset(workspace, 0xff, used);
    const double a = on_device ? read_element(scale, operands.alpha, 0) : alpha;
    const double b = on_device ? read_element(scale, operands.beta, 0) : beta;
    for (std::int64_t i = 0; i < product.layouts[3].batch; ++i) multiply_one(product, operands, i, a, b);
    check_guards(machine().memory, "cublasLtMatmul");
  };
  return {.type = cudaGraphNodeTypeKernel, .name = "cublasLtMatmul", .run = run, .library = true};
}

cublasStatus_t status_of(cudaError_t error) {
  return note(error) == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

cublasStatus_t begin(const char* function, cublasLtHandle_t handle) {
  Machine& m = machine();
  ++m.calls[function];
  if (!handle || m.settings.devices == 0) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (m.broken != cudaSuccess) return CUBLAS_STATUS_EXECUTION_FAILED;
  return static_cast<cublasStatus_t>(ordered_failure(function));
}

}  // namespace

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int wanted,
                                              cublasLtMatmulHeuristicResult_t results[], int* found) {
  const std::lock_guard guard(machine().lock);
  cublasStatus_t status = begin("cublasLtMatmulAlgoGetHeuristic", handle);
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  if (!preference || wanted < 1 || !results || !found) return CUBLAS_STATUS_INVALID_VALUE;
  *found = 0;
  Product product;
  status = describe(product, desc, a, b, c, d);
  return status != CUBLAS_STATUS_SUCCESS ? status
                                         : find_algorithms(product, *preference, wanted, results, found);
}

cublasStatus_t cublasLtMatmulAlgoCheck(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc,
                                       cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                       cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                       const cublasLtMatmulAlgo_t* algo,
                                       cublasLtMatmulHeuristicResult_t* result) {
  const std::lock_guard guard(machine().lock);
  cublasStatus_t status = begin("cublasLtMatmulAlgoCheck", handle);
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  if (!algo || !result) return CUBLAS_STATUS_INVALID_VALUE;
  Product product;
  status = describe(product, desc, a, b, c, d);
  if (status == CUBLAS_STATUS_SUCCESS) status = check_algorithm(product, *algo);
  *result = {*algo, static_cast<std::size_t>(read(*algo).workspace), status, 1, {}};
  return status;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc, const void* alpha,
                              const void* A, cublasLtMatrixLayout_t a, const void* B,
                              cublasLtMatrixLayout_t b, const void* beta, const void* C,
                              cublasLtMatrixLayout_t c, void* D, cublasLtMatrixLayout_t d,
                              const cublasLtMatmulAlgo_t* algo, void* workspace, std::size_t workspace_bytes,
                              cudaStream_t stream) {
  const std::lock_guard guard(machine().lock);
  cublasStatus_t status = begin("cublasLtMatmul", handle);
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  Product product;
  status = describe(product, desc, a, b, c, d);
  const Operands operands{alpha, beta, A, B, C, D};
  if (status == CUBLAS_STATUS_SUCCESS) status = check_operands(product, operands);
  std::size_t used = 0;
  if (status == CUBLAS_STATUS_SUCCESS && algo) {  // without one, an algorithm for any alignment
    status = check_algorithm(product, *algo);
    if (status == CUBLAS_STATUS_SUCCESS) status = check_alignment(read(*algo), operands);
    used = read(*algo).workspace;
  }
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  if (used > workspace_bytes || (used > 0 && !workspace) || !is_aligned(workspace, 16))
    return CUBLAS_STATUS_INVALID_VALUE;
  check_pointers(product, operands, workspace);
  return status_of(submit_task(stream, task_of(product, operands, workspace, used)));
}
