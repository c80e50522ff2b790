// The element types that CUDA's libraries name.
#ifndef NN_EMULATION_LIBRARY_TYPES_H
#define NN_EMULATION_LIBRARY_TYPES_H

enum cudaDataType_t {
  CUDA_R_32F = 0,
  CUDA_R_64F = 1,
  CUDA_R_16F = 2,
  CUDA_R_8I = 3,
  CUDA_R_8U = 8,
  CUDA_R_32I = 10,
  CUDA_R_16BF = 14,
  CUDA_R_64I = 24
};
using cudaDataType = cudaDataType_t;

#endif
