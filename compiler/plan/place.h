// Where values live: buffers shared in place, and offsets in the arena.
#ifndef NNDIFF_PLAN_PLACE_H
#define NNDIFF_PLAN_PLACE_H
#include "plan/plan.h"

namespace nndiff::plan {

/// Sets the lifetime of every buffer: the first step that writes it and the last that touches it.
void find_lifetimes(Plan& plan);

/// Lets what a kernel stores take the place of what it reads for the last time, where no element is needed
/// afterwards.
void share_in_place(Plan& plan);

/// Gives every buffer of the arena an offset or a slot.
void pack_arena(Plan& plan);

}  // namespace nndiff::plan

#endif
