// GELU's approximation by tanh in a kernel, however the user has spelled it.
#ifndef NNDIFF_PLAN_GELU_H
#define NNDIFF_PLAN_GELU_H
#include "plan/plan.h"

namespace nndiff::plan {

/// True where `node` is gelu(x), x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2, of node `x` and of nothing else.
bool is_gelu(const Kernel& k, int node, int x);

/// True where `node` is dy·gelu′(x) of nodes `dy` and `x` and of nothing else.
bool is_gelu_derivative(const Kernel& k, int node, int dy, int x);

}  // namespace nndiff::plan

#endif
