// CUDA kernels of random programs with loops, branches and memory, run through the emulation, return what an
// interpreter of the IR does, the second time too; loops are shared out over threads wherever they may be.
// RUN: %cxx -O0 -g0 %s %S/../plan/region_programs.cpp %S/../unit/interpreter.cpp %S/../unit/random_ir.cpp %S/../unit/random_regions.cpp -I%S/../unit -I%S/../plan %rooms -o %t.gen
// RUN: %t.gen 40 > %t.cu && %clang19 %as_emulated -Wno-unused-function %san -g0 %t.cu %cuda_runtime -o %t && %t
// RUN: %t.gen 40 1000 > %t.cu && %emulated -O0 -g0 -Wno-unused-function %t.cu %cuda_runtime -o %t && env NN_EMULATION_SEED=7 %t
#include "region_programs.h"

namespace {

const char* const head = R"(// Generated.
#include <nn/cuda.h>
#include <nn/rt/cuda_kernel.h>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <utility>
#include <vector>

nn::Workspace ws{nn::cuda()};
namespace cuda = nn::rt::cuda;
using nn::rt::Trans;
)";

const char* const tail = R"(// Elements on the device.
template <class T>
struct OnDevice {
  nn::Tensor<T, nn::Dim{"N"}> elements;
  T* data() { return elements.device_data(); }
};
template <class T>
OnDevice<T> on_device(const std::vector<T>& v) {
  nn::Tensor<T, nn::Dim{"N"}> host(static_cast<std::int64_t>(v.size()));
  std::copy(v.begin(), v.end(), host.begin());
  return {nn::to(ws.device(), host)};
}

template <class T>
void check(const char* output, const OnDevice<T>& v, const std::vector<double>& expected) {
  const nn::Tensor<T, nn::Dim{"N"}> host = nn::to(nn::Device(), v.elements);
  check(output, std::vector<double>(host.begin(), host.end()), expected);
}

)";

}  // namespace

int main(int argc, char** argv) {
  test::print_region_checks(argc, argv, nndiff::plan::Target::cuda, head, tail);
}
