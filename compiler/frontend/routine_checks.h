// What a recursive function may hold.
#ifndef NNDIFF_FRONTEND_ROUTINE_CHECKS_H
#define NNDIFF_FRONTEND_ROUTINE_CHECKS_H
#include "ir/function.h"

namespace nndiff::frontend {

/// The parameter among `params` whose memory array `v` of a routine is in, or -1 if it is elsewhere.
int home_of(const ir::Function& f, const std::vector<ir::Value>& params, ir::Value v);

/// Refuses what a routine cannot do: it has memory of its own for what is of a fixed size only, works on
/// numbers and elements, and sees nothing from outside.
void check_routine(const ir::Function& f, const ir::Region& body);

}  // namespace nndiff::frontend

#endif
