// Which memory arrays live in: one buffer for all that is written in place, one after the other.
#ifndef NNDIFF_PLAN_CHAINS_H
#define NNDIFF_PLAN_CHAINS_H
#include "plan/lower.h"

namespace nndiff::plan {

/// Where regions end with arrays in other memory than the next round, or the code behind the branch, looks
/// for them, pointers change places.
using Moves = std::map<int, std::vector<Move>>;  // by scope

/// Gives every array of a function with code its buffer. What an operation makes of an array that it consumes
/// stays where that was; a loop's values stay where their initial ones were; both sides of a branch leave
/// their results in one place. A routine's parameters have memory of their own, where its yields must end.
Moves place_chains(const Program& p, Memory& memory);

}  // namespace nndiff::plan

#endif
