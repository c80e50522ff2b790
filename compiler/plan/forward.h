// Independent rounds that a loop counts backwards.
#ifndef NNDIFF_PLAN_FORWARD_H
#define NNDIFF_PLAN_FORWARD_H
#include "ir/function.h"

namespace nndiff::plan {

/// Where rounds do not depend on each other and everything in them is reached by limit − 1 − counter, as in
/// the backward sweep, they may as well run forwards: memory is then read in its order.
ir::Function run_forwards(ir::Function f);

}  // namespace nndiff::plan

#endif
