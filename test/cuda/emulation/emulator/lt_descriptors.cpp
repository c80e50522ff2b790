// Handles and descriptors of cublasLt: objects whose attributes are set by number and size.
#include <cstring>

#include "lt.h"
#include "machine.h"

struct cublasLtContext {};

using nn_emulation::machine;

namespace {

// Where an attribute is kept.
struct Field {
  void* address = nullptr;
  std::size_t bytes = 0;
};

template <class T>
Field field(T& member) {
  return {&member, sizeof member};
}

Field field_of(cublasLtMatrixLayoutOpaque_t& layout, cublasLtMatrixLayoutAttribute_t attribute) {
  switch (attribute) {
    case CUBLASLT_MATRIX_LAYOUT_TYPE:
      return field(layout.type);
    case CUBLASLT_MATRIX_LAYOUT_ORDER:
      return field(layout.order);
    case CUBLASLT_MATRIX_LAYOUT_ROWS:
      return field(layout.rows);
    case CUBLASLT_MATRIX_LAYOUT_COLS:
      return field(layout.columns);
    case CUBLASLT_MATRIX_LAYOUT_LD:
      return field(layout.ld);
    case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT:
      return field(layout.batch);
    case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET:
      return field(layout.stride);
  }
  return {};
}

Field field_of(cublasLtMatmulDescOpaque_t& desc, cublasLtMatmulDescAttributes_t attribute) {
  switch (attribute) {
    case CUBLASLT_MATMUL_DESC_COMPUTE_TYPE:
      return field(desc.compute);
    case CUBLASLT_MATMUL_DESC_SCALE_TYPE:
      return field(desc.scale);
    case CUBLASLT_MATMUL_DESC_POINTER_MODE:
      return field(desc.pointer_mode);
    case CUBLASLT_MATMUL_DESC_TRANSA:
      return field(desc.transpose_a);
    case CUBLASLT_MATMUL_DESC_TRANSB:
      return field(desc.transpose_b);
    case CUBLASLT_MATMUL_DESC_TRANSC:
      return field(desc.transpose_c);
    case CUBLASLT_MATMUL_DESC_EPILOGUE:
      return field(desc.epilogue);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
      return field(desc.bias);
    case CUBLASLT_MATMUL_DESC_BIAS_BATCH_STRIDE:
      return field(desc.bias_stride);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER:
      return field(desc.aux);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD:
      return field(desc.aux_ld);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_BATCH_STRIDE:
      return field(desc.aux_stride);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_DATA_TYPE:
      return field(desc.aux_type);
    case CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE:
      return field(desc.bias_type);
  }
  return {};
}

Field field_of(cublasLtMatmulPreferenceOpaque_t& preference, cublasLtMatmulPreferenceAttributes_t attribute) {
  switch (attribute) {
    case CUBLASLT_MATMUL_PREF_SEARCH_MODE:
      return field(preference.search);
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
      return field(preference.workspace);
    case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK:
      return field(preference.reduction);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES:
      return field(preference.alignment[0]);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES:
      return field(preference.alignment[1]);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
      return field(preference.alignment[2]);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES:
      return field(preference.alignment[3]);
    case CUBLASLT_MATMUL_PREF_MAX_WAVES_COUNT:
      return field(preference.waves);
    case CUBLASLT_MATMUL_PREF_IMPL_MASK:
      return field(preference.implementations);
  }
  return {};
}

template <class Object, class Attribute>
cublasStatus_t set(Object* object, Attribute attribute, const void* value, std::size_t bytes) {
  if (!object || !value) return CUBLAS_STATUS_INVALID_VALUE;
  const Field at = field_of(*object, attribute);
  if (at.bytes != bytes || !at.address) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(at.address, value, bytes);
  return CUBLAS_STATUS_SUCCESS;
}

// With no bytes to write to, only says how many there are.
template <class Object, class Attribute>
cublasStatus_t get(Object* object, Attribute attribute, void* value, std::size_t bytes,
                   std::size_t* written) {
  if (!object || (!value && bytes > 0)) return CUBLAS_STATUS_INVALID_VALUE;
  const Field at = field_of(*object, attribute);
  if (!at.address || (bytes > 0 && bytes < at.bytes)) return CUBLAS_STATUS_INVALID_VALUE;
  if (written) *written = at.bytes;
  if (bytes > 0) std::memcpy(value, at.address, at.bytes);
  return CUBLAS_STATUS_SUCCESS;
}

template <class Object>
cublasStatus_t create(const char* function, Object** object, Object&& value) {
  const std::lock_guard guard(machine().lock);
  if (const int ordered = nn_emulation::ordered_failure(function))
    return static_cast<cublasStatus_t>(ordered);
  if (!object) return CUBLAS_STATUS_INVALID_VALUE;
  *object = new Object(std::move(value));
  ++machine().library_objects;
  return CUBLAS_STATUS_SUCCESS;
}

template <class Object>
cublasStatus_t destroy(Object* object) {
  const std::lock_guard guard(machine().lock);
  if (!object) return CUBLAS_STATUS_SUCCESS;
  delete object;
  --machine().library_objects;
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  if (machine().settings.devices == 0 || machine().broken != cudaSuccess)
    return CUBLAS_STATUS_NOT_INITIALIZED;
  return create("cublasLtCreate", handle, cublasLtContext{});
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  return handle ? destroy(handle) : CUBLAS_STATUS_NOT_INITIALIZED;
}

std::size_t cublasLtGetVersion() {
  return CUBLAS_VERSION;
}
std::size_t cublasLtGetCudartVersion() {
  return CUDART_VERSION;
}

const char* cublasLtGetStatusName(cublasStatus_t status) {
  switch (status) {
#define NN_STATUS(name) \
  case name:            \
    return #name;
    NN_STATUS(CUBLAS_STATUS_SUCCESS)
    NN_STATUS(CUBLAS_STATUS_NOT_INITIALIZED)
    NN_STATUS(CUBLAS_STATUS_ALLOC_FAILED)
    NN_STATUS(CUBLAS_STATUS_INVALID_VALUE)
    NN_STATUS(CUBLAS_STATUS_ARCH_MISMATCH)
    NN_STATUS(CUBLAS_STATUS_MAPPING_ERROR)
    NN_STATUS(CUBLAS_STATUS_EXECUTION_FAILED)
    NN_STATUS(CUBLAS_STATUS_INTERNAL_ERROR)
    NN_STATUS(CUBLAS_STATUS_NOT_SUPPORTED)
    NN_STATUS(CUBLAS_STATUS_LICENSE_ERROR)
#undef NN_STATUS
  }
  return "CUBLAS_STATUS_UNKNOWN";
}
const char* cublasLtGetStatusString(cublasStatus_t status) {
  return cublasLtGetStatusName(status);
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType type,
                                          std::uint64_t rows, std::uint64_t columns, std::int64_t ld) {
  cublasLtMatrixLayoutOpaque_t made;
  made.type = type;
  made.rows = rows;
  made.columns = columns;
  made.ld = ld;
  return create("cublasLtMatrixLayoutCreate", layout, std::move(made));
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  return destroy(layout);
}
cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout,
                                                cublasLtMatrixLayoutAttribute_t attribute, const void* value,
                                                std::size_t bytes) {
  return set(layout, attribute, value, bytes);
}
cublasStatus_t cublasLtMatrixLayoutGetAttribute(cublasLtMatrixLayout_t layout,
                                                cublasLtMatrixLayoutAttribute_t attribute, void* value,
                                                std::size_t bytes, std::size_t* written) {
  return get(layout, attribute, value, bytes, written);
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* desc, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  cublasLtMatmulDescOpaque_t made;
  made.compute = compute;
  made.scale = scale;
  return create("cublasLtMatmulDescCreate", desc, std::move(made));
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t desc) {
  return destroy(desc);
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t desc,
                                              cublasLtMatmulDescAttributes_t attribute, const void* value,
                                              std::size_t bytes) {
  return set(desc, attribute, value, bytes);
}
cublasStatus_t cublasLtMatmulDescGetAttribute(cublasLtMatmulDesc_t desc,
                                              cublasLtMatmulDescAttributes_t attribute, void* value,
                                              std::size_t bytes, std::size_t* written) {
  return get(desc, attribute, value, bytes, written);
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  return create("cublasLtMatmulPreferenceCreate", preference, cublasLtMatmulPreferenceOpaque_t{});
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  return destroy(preference);
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, std::size_t bytes) {
  return set(preference, attribute, value, bytes);
}
cublasStatus_t cublasLtMatmulPreferenceGetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    void* value, std::size_t bytes, std::size_t* written) {
  return get(preference, attribute, value, bytes, written);
}
