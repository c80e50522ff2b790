// The one emulated machine: what CUDA keeps for a process, and how a call of the API begins and ends.
#ifndef NN_EMULATION_EMULATOR_MACHINE_H
#define NN_EMULATION_EMULATOR_MACHINE_H

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "../emulation.h"
#include "memory.h"
#include "random.h"
#include "work.h"

namespace nn_emulation {

/// A failure that a test has ordered.
struct Failure {
  std::string function;
  int error;
  int skip;
};

struct Settings {
  int devices = 1;
  std::size_t memory = std::size_t{4} << 30;
  int driver = 13000;
  int major = 8, minor = 0;
  int eagerness = 10;
};

struct Machine {
  std::recursive_mutex lock;
  Settings settings;
  std::vector<Failure> failures;
  cudaError_t broken = cudaSuccess;  ///< the error that nothing but a reset recovers from
  Counters counters;
  std::vector<std::string> kernel_names;
  std::map<std::string, long> calls;
  std::map<const void*, int> shared_limit;  ///< of kernels that asked for more dynamic shared memory
  long library_objects = 0;
  Random random;
  Memory memory;
  Work work;

  Machine();
};

Machine& machine();

/// The device of the calling host thread.
int& current_device();

/// Counts a call and returns the error that it must fail with before doing anything.
cudaError_t enter(const char* function);

/// The failure ordered for this call, or 0.
int ordered_failure(const std::string& function);

/// Remembers an error for cudaGetLastError.
cudaError_t note(cudaError_t error);

/// A function of the API: what is common to all around `body`.
template <class Body>
cudaError_t api(const char* function, Body&& body) {
  const std::lock_guard guard(machine().lock);
  const cudaError_t error = enter(function);
  return note(error != cudaSuccess ? error : body(machine()));
}

/// The name of the function at an address, from the program's symbols.
const std::string& function_name(const void* address);

}  // namespace nn_emulation

#endif
