// What a plan asks of a GPU, step by step: kernels, calls of the matrix library and bytes.
#ifndef NNDIFF_EMIT_CUDA_WORK_H
#define NNDIFF_EMIT_CUDA_WORK_H
#include "emit/interface.h"
#include "plan/plan.h"

namespace nndiff::emit {

/// The labels that a kernel checks before all others.
std::vector<Labels> labels_on_device(const ir::Function& primal);

/// The step behind kernel `step` and behind those that are part of it: after sums that end in single numbers,
/// the steps that only compute with numbers which the device knows.
int step_behind(const plan::Plan& plan, int step);

/// The plan for a GPU and what it asks of it, as --print=plan shows it.
std::string print_work(const ir::Function& primal, const plan::Plan& plan);

/// The totals of that on one line.
std::string print_total_work(const ir::Function& primal, const plan::Plan& plan);

}  // namespace nndiff::emit

#endif
