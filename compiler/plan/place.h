// Where values live: buffers shared in place, and offsets in the arena.
#ifndef NNDIFF_PLAN_PLACE_H
#define NNDIFF_PLAN_PLACE_H
#include "plan/compact.h"
#include "plan/plan.h"

namespace nndiff::plan {

/// The name of the memory in which a reduction over rows keeps its chunks.
std::string parts_name(const Plan& plan, const Sink& s);

/// Tells products which elements of theirs a rectifier's derivative discards.
void note_wanted(Plan& plan);

/// For a GPU: gives products the elementwise work around them that matrix libraries do on the way, and every
/// reduction over rows and every scalar that kernels compute its memory.
void prepare_cuda(Plan& plan, const Options& options);

/// What a kernel stores twice, for its own sweep and computed again for the other one, it stores once.
void share_equal_stores(Plan& plan);

/// Sets the lifetime of every buffer: the first step that writes it and the last that touches it. What is
/// made outside of a loop lives through all of the loop in which it is touched.
void find_lifetimes(Plan& plan, const Scopes& scopes);

/// Lets what a kernel stores take the place of what it reads for the last time, where no element is needed
/// afterwards.
void share_in_place(Plan& plan);

/// Gives every buffer of the arena an offset or a slot.
void pack_arena(Plan& plan);

}  // namespace nndiff::plan

#endif
