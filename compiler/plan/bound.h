// How large an integer can become while a function runs, from what the host knows beforehand.
#ifndef NNDIFF_PLAN_BOUND_H
#define NNDIFF_PLAN_BOUND_H
#include "plan/affine.h"
#include "plan/compact.h"

namespace nndiff::plan {

/// A sum of products of what is known beforehand, each factor of which counts as 0 where it is negative, that
/// `v` never exceeds; nothing where there is none to be found. `known` are the scalars that the host knows.
std::optional<Affine> upper_bound(const Function& f, const std::set<Value>& known, Value v);

/// One that is never below either, if both are there.
std::optional<Affine> larger(const std::optional<Affine>& a, const std::optional<Affine>& b);

}  // namespace nndiff::plan

#endif
