// What tests say to the emulated machine and ask of it: devices, failures to order, counters, the order of
// threads.
#ifndef NN_EMULATION_H
#define NN_EMULATION_H

#include <cstdint>
#include <string>
#include <vector>

#include "driver_types.h"

namespace nn_emulation {

/// What was asked of the device since the last reset_counters. Work is counted when it is submitted; the
/// nodes of a graph count each time the graph is launched, not when they are captured.
struct Counters {
  long launches = 0;          ///< kernels, those of graphs included
  long library_calls = 0;     ///< matrix products by cublasLt, those of graphs included
  long graph_launches = 0;    ///< cudaGraphLaunch
  long captures = 0;          ///< graphs captured
  long allocations = 0;       ///< device memory
  long host_allocations = 0;  ///< pinned memory
  long frees = 0;             ///< device and pinned memory
  long synchronisations =
      0;  ///< calls that made the host wait: of a device, stream or event, and copies that block
  long copies = 0, memsets = 0;
  std::uint64_t bytes_to_device = 0, bytes_to_host = 0, bytes_on_device = 0;  ///< copied
};

/// Counters since the start, or since they were last reset.
const Counters& counters();
/// The names of the kernels launched, in the order of submission.
const std::vector<std::string>& kernel_names();
/// How often a function of the API was called.
long calls(const std::string& function);
void reset_counters();

/// Bytes and number of the allocations of device and pinned memory that were not freed.
struct Leaks {
  std::size_t device_bytes = 0, pinned_bytes = 0;
  long allocations = 0, streams = 0, events = 0, graphs = 0, library_objects = 0;
};
Leaks leaks();

/// The next call of `function` ("cudaMalloc", "cublasLtMatmul", "cudaLaunchKernel" for any launch), after
/// `skip` more that succeed, fails with `error` and does nothing. An error that CUDA cannot recover from
/// stays: every later call fails.
void fail_next(const std::string& function, cudaError_t error, int skip = 0);
/// The same for functions of cublasLt, with a cublasStatus_t.
void fail_next_library(const std::string& function, int status, int skip = 0);

/// Number of devices, bytes of memory on each, and the versions as CUDA counts them (12040 for 12.4). A
/// driver older than the runtime's major version makes every call fail; 0 stands for no driver at all.
void set_device_count(int count);
void set_memory(std::size_t bytes);
void set_driver_version(int version);
void set_compute_capability(int major, int minor);

/// The order of threads, blocks and independent work: 0 as numbered, anything else a random one drawn from
/// the seed. The environment's NN_EMULATION_SEED, if set, is the seed at the start; else it is 1.
void set_seed(std::uint64_t seed);
/// How often, in percent, submitting work also runs some that waits; 0: everything waits for a
/// synchronisation.
void set_eagerness(int percent);

/// Runs all that waits, frees what is left, forgets errors, orders and counters: a machine as it was at the
/// start.
void reset();

}  // namespace nn_emulation

#endif
