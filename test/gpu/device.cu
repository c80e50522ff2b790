// Prints the compute capability and the name of the first GPU, or why there is none.
#include <cuda_runtime.h>

#include <cstdio>

int main() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  cudaDeviceProp device;
  if (error == cudaSuccess && count > 0 && cudaGetDeviceProperties(&device, 0) == cudaSuccess) {
    std::printf("%d%d %s\n", device.major, device.minor, device.name);
    return 0;
  }
  std::fprintf(stderr, "there is no CUDA device here: %s\n", cudaGetErrorString(error));
  return 1;
}
