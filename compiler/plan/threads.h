// Loops of statements whose rounds several threads carry out.
#ifndef NNDIFF_PLAN_THREADS_H
#define NNDIFF_PLAN_THREADS_H
#include "plan/compact.h"
#include "plan/plan.h"

namespace nndiff::plan {

/// Whether the rounds of a loop may be shared out over threads: they are independent, nothing looks at their
/// number, and memory that each has for itself takes `most_own_bytes` at most.
bool can_share_rounds(const Plan& plan, const Scopes& scopes, const Step& step, std::int64_t most_own_bytes);

/// What a round of such a loop has for itself is the thread's, not in the arena.
void make_own_memory_local(Plan& plan, const Scopes& scopes, Value loop);

/// A part of what a round does: `cost` scalar operations for every round of loops inside it with these trip
/// counts.
struct Work {
  double cost = 0;
  std::vector<Value> limits;
};

/// What a round of `loop` does, about. A limit that differs from round to round counts as the one of the loop
/// whose counter it is made of, or as one.
std::vector<Work> work_of_round(const ir::Function& f, Value loop);

/// Chooses the outermost loops whose rounds threads of the CPU may share, and that do enough for it to pay
/// when there are many; what a round of theirs has for itself becomes local.
void share_rounds(Plan& plan, const Scopes& scopes);

}  // namespace nndiff::plan

#endif
