// The state of the machine, failures to order, and what tests ask.
#include "machine.h"

#include <cstdlib>

#include "../cuda_runtime_api.h"

namespace nn_emulation {
namespace {

constexpr int runtime_version = 13000;

thread_local cudaError_t last_error = cudaSuccess;
thread_local int device_of_thread = 0;

// Errors after which CUDA's context is lost.
bool is_sticky(cudaError_t error) {
  switch (error) {
    case cudaErrorECCUncorrectable:
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorLaunchFailure:
      return true;
    default:
      return false;
  }
}

std::uint64_t seed_of_environment() {
  const char* text = std::getenv("NN_EMULATION_SEED");
  return text ? std::strtoull(text, nullptr, 10) : 1;
}

}  // namespace

Machine::Machine() : random{seed_of_environment()} {}

Machine& machine() {
  static Machine& one = *new Machine;  // lives on while destructors of the program free their memory
  return one;
}

int& current_device() {
  return device_of_thread;
}

int ordered_failure(const std::string& function) {
  auto& failures = machine().failures;
  for (auto failure = failures.begin(); failure != failures.end(); ++failure) {
    if (failure->function != function) continue;
    if (failure->skip-- > 0) return 0;
    const int error = failure->error;
    failures.erase(failure);
    return error;
  }
  return 0;
}

cudaError_t enter(const char* function) {
  Machine& m = machine();
  ++m.calls[function];
  if (m.settings.driver / 1000 < runtime_version / 1000) return cudaErrorInsufficientDriver;
  if (m.settings.devices == 0) return cudaErrorNoDevice;
  if (m.broken != cudaSuccess) return m.broken;
  const auto ordered = static_cast<cudaError_t>(ordered_failure(function));
  if (is_sticky(ordered)) m.broken = ordered;
  return ordered;
}

cudaError_t note(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}

const Counters& counters() {
  return machine().counters;
}
const std::vector<std::string>& kernel_names() {
  return machine().kernel_names;
}
long calls(const std::string& function) {
  const auto found = machine().calls.find(function);
  return found == machine().calls.end() ? 0 : found->second;
}
void reset_counters() {
  Machine& m = machine();
  m.counters = {};
  m.kernel_names.clear();
  m.calls.clear();
}

Leaks leaks() {
  const Machine& m = machine();
  Leaks found;
  for (const auto& [base, allocation] : m.memory.live) {
    (allocation.kind == Kind::device ? found.device_bytes : found.pinned_bytes) += allocation.size;
    ++found.allocations;
  }
  found.streams = static_cast<long>(m.work.streams.size());
  found.events = static_cast<long>(m.work.events.size());
  found.graphs = static_cast<long>(m.work.graphs.size() + m.work.execs.size());
  found.library_objects = m.library_objects;
  return found;
}

void fail_next(const std::string& function, cudaError_t error, int skip) {
  machine().failures.push_back({function, error, skip});
}
void fail_next_library(const std::string& function, int status, int skip) {
  machine().failures.push_back({function, status, skip});
}

void set_device_count(int count) {
  machine().settings.devices = count;
}
void set_memory(std::size_t bytes) {
  machine().settings.memory = bytes;
}
void set_driver_version(int version) {
  machine().settings.driver = version;
}
void set_compute_capability(int major, int minor) {
  machine().settings.major = major;
  machine().settings.minor = minor;
}
void set_seed(std::uint64_t seed) {
  machine().random.state = seed;
}
void set_eagerness(int percent) {
  machine().settings.eagerness = percent;
}

void reset() {
  Machine& m = machine();
  const std::lock_guard guard(m.lock);
  m.settings = {};
  m.failures.clear();
  m.broken = cudaSuccess;
  m.shared_limit.clear();
  cudaDeviceReset();
  reset_counters();
  m.random.state = seed_of_environment();
  last_error = cudaSuccess;
  current_device() = 0;
}

}  // namespace nn_emulation

using nn_emulation::last_error;

cudaError_t cudaGetLastError() {
  const cudaError_t error = cudaPeekAtLastError();
  last_error = cudaSuccess;
  return error;
}
cudaError_t cudaPeekAtLastError() {
  const cudaError_t broken = nn_emulation::machine().broken;
  return broken != cudaSuccess ? broken : last_error;
}

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
#define NN_CUDA_ERROR(name, value, text) \
  case name:                             \
    return text;
#include "../errors.def"
#undef NN_CUDA_ERROR
  }
  return "unrecognized error code";
}

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
#define NN_CUDA_ERROR(name, value, text) \
  case name:                             \
    return #name;
#include "../errors.def"
#undef NN_CUDA_ERROR
  }
  return "unrecognized error code";
}

cudaError_t cudaDriverGetVersion(int* version) {
  if (!version) return nn_emulation::note(cudaErrorInvalidValue);
  *version = nn_emulation::machine().settings.driver;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  if (!version) return nn_emulation::note(cudaErrorInvalidValue);
  *version = nn_emulation::runtime_version;
  return cudaSuccess;
}
