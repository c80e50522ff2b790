// Simplification: IR to IR with the same mathematical meaning, smaller, and stable where the source was not.
#ifndef NNDIFF_OPT_SIMPLIFY_H
#define NNDIFF_OPT_SIMPLIFY_H
#include "ir/function.h"

namespace nndiff::opt {

/// Before differentiation: folds, cleans, and finds what is unstable as written: exp(z)/Σexp(z) becomes
/// softmax, its logarithm log_softmax, log(Σexp(z)) logsumexp, 1/(1+exp(-f)) sigmoid, and log σ(f) and log(1
/// − σ(f)) softplus.
ir::Function stabilise(ir::Function f);

/// After differentiation: folds, collects like terms, moves work out of broadcasts, and replaces softmax and
/// its kin by the maximum-shifted sums that compute them, so that the planner sees only plain operations.
ir::Function simplify(ir::Function f);

}  // namespace nndiff::opt

#endif
