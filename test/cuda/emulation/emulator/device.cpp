// The API of devices.
#include <algorithm>
#include <cstdio>

#include "../cuda_runtime_api.h"
#include "machine.h"

using namespace nn_emulation;

namespace {

// What the emulated device is like; the numbers of an A100 or H100 where they matter to a launch.
cudaDeviceProp properties_of(const Settings& settings) {
  cudaDeviceProp p = {};
  std::snprintf(p.name, sizeof p.name, "emulated device sm_%d%d", settings.major, settings.minor);
  p.totalGlobalMem = settings.memory;
  p.sharedMemPerBlock = 48 * 1024;
  p.regsPerBlock = p.regsPerMultiprocessor = 65536;
  p.warpSize = 32;
  p.maxThreadsPerBlock = 1024;
  p.maxThreadsDim[0] = p.maxThreadsDim[1] = 1024;
  p.maxThreadsDim[2] = 64;
  p.maxGridSize[0] = 0x7fffffff;
  p.maxGridSize[1] = p.maxGridSize[2] = 65535;
  p.totalConstMem = 65536;
  p.major = settings.major;
  p.minor = settings.minor;
  p.multiProcessorCount = 108;
  p.canMapHostMemory = p.concurrentKernels = p.unifiedAddressing = 1;
  p.asyncEngineCount = 2;
  p.memoryBusWidth = 5120;
  p.l2CacheSize = 40 << 20;
  p.maxThreadsPerMultiProcessor = 2048;
  p.sharedMemPerBlockOptin = settings.major >= 9 ? 232448 : 166912;
  p.sharedMemPerMultiprocessor = p.sharedMemPerBlockOptin + 1024;
  p.maxBlocksPerMultiProcessor = 32;
  return p;
}

int attribute_of(const cudaDeviceProp& p, cudaDeviceAttr attribute) {
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
      return p.maxThreadsPerBlock;
    case cudaDevAttrMaxBlockDimX:
      return p.maxThreadsDim[0];
    case cudaDevAttrMaxBlockDimY:
      return p.maxThreadsDim[1];
    case cudaDevAttrMaxBlockDimZ:
      return p.maxThreadsDim[2];
    case cudaDevAttrMaxGridDimX:
      return p.maxGridSize[0];
    case cudaDevAttrMaxGridDimY:
      return p.maxGridSize[1];
    case cudaDevAttrMaxGridDimZ:
      return p.maxGridSize[2];
    case cudaDevAttrMaxSharedMemoryPerBlock:
      return static_cast<int>(p.sharedMemPerBlock);
    case cudaDevAttrTotalConstantMemory:
      return static_cast<int>(p.totalConstMem);
    case cudaDevAttrWarpSize:
      return p.warpSize;
    case cudaDevAttrMaxRegistersPerBlock:
      return p.regsPerBlock;
    case cudaDevAttrClockRate:
      return 1410000;
    case cudaDevAttrMultiProcessorCount:
      return p.multiProcessorCount;
    case cudaDevAttrConcurrentKernels:
      return p.concurrentKernels;
    case cudaDevAttrMemoryClockRate:
      return 1215000;
    case cudaDevAttrGlobalMemoryBusWidth:
      return p.memoryBusWidth;
    case cudaDevAttrL2CacheSize:
      return p.l2CacheSize;
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      return p.maxThreadsPerMultiProcessor;
    case cudaDevAttrAsyncEngineCount:
      return p.asyncEngineCount;
    case cudaDevAttrUnifiedAddressing:
      return p.unifiedAddressing;
    case cudaDevAttrComputeCapabilityMajor:
      return p.major;
    case cudaDevAttrComputeCapabilityMinor:
      return p.minor;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor:
      return static_cast<int>(p.sharedMemPerMultiprocessor);
    case cudaDevAttrMaxRegistersPerMultiprocessor:
      return p.regsPerMultiprocessor;
    case cudaDevAttrManagedMemory:
      return p.managedMemory;
    case cudaDevAttrCooperativeLaunch:
      return p.cooperativeLaunch;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      return static_cast<int>(p.sharedMemPerBlockOptin);
    case cudaDevAttrMaxBlocksPerMultiprocessor:
      return p.maxBlocksPerMultiProcessor;
    case cudaDevAttrMemoryPoolsSupported:
      return 1;
  }
  return -1;
}

bool is_device(const Machine& m, int device) {
  return device >= 0 && device < m.settings.devices;
}

cudaError_t synchronise(Machine& m) {
  if (!m.work.captures.empty()) {
    for (Capture* capture : m.work.captures) capture->invalid = true;
    return cudaErrorStreamCaptureUnsupported;
  }
  ++m.counters.synchronisations;
  finish_all();
  return cudaSuccess;
}

template <class T>
void delete_all(std::set<T*>& objects) {
  for (T* object : objects) delete object;
  objects.clear();
}

// Everything that the process has on its devices is gone, whatever state it is in.
void forget_everything(Machine& m) {
  finish_all();
  delete_all(m.work.captures);
  delete_all(m.work.streams);
  delete_all(m.work.events);
  delete_all(m.work.graphs);
  delete_all(m.work.execs);
  m.work.null_streams.clear();
  while (!m.memory.live.empty()) {
    const Allocation first = m.memory.live.begin()->second;
    release(m.memory, first.base, first.kind);
  }
  m.broken = cudaSuccess;
}

}  // namespace

cudaError_t cudaGetDeviceCount(int* count) {
  const cudaError_t error = api("cudaGetDeviceCount", [&](Machine& m) {
    if (!count) return cudaErrorInvalidValue;
    *count = m.settings.devices;
    return cudaSuccess;
  });
  if (error != cudaSuccess && count) *count = 0;
  return error;
}

cudaError_t cudaSetDevice(int device) {
  return api("cudaSetDevice", [&](Machine& m) {
    if (!is_device(m, device)) return cudaErrorInvalidDevice;
    current_device() = device;
    return cudaSuccess;
  });
}

cudaError_t cudaGetDevice(int* device) {
  return api("cudaGetDevice", [&](Machine&) {
    if (!device) return cudaErrorInvalidValue;
    *device = current_device();
    return cudaSuccess;
  });
}

cudaError_t cudaSetDeviceFlags(unsigned) {
  return api("cudaSetDeviceFlags", [](Machine&) { return cudaSuccess; });
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  return api("cudaDeviceGetAttribute", [&](Machine& m) {
    if (!value) return cudaErrorInvalidValue;
    if (!is_device(m, device)) return cudaErrorInvalidDevice;
    const int found = attribute_of(properties_of(m.settings), attribute);
    if (found < 0) return cudaErrorInvalidValue;
    *value = found;
    return cudaSuccess;
  });
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  return api("cudaGetDeviceProperties", [&](Machine& m) {
    if (!properties) return cudaErrorInvalidValue;
    if (!is_device(m, device)) return cudaErrorInvalidDevice;
    *properties = properties_of(m.settings);
    return cudaSuccess;
  });
}

cudaError_t cudaDeviceSynchronize() {
  return api("cudaDeviceSynchronize", synchronise);
}

cudaError_t cudaDeviceReset() {
  const std::lock_guard guard(machine().lock);
  ++machine().calls["cudaDeviceReset"];
  forget_everything(machine());
  return cudaSuccess;
}
