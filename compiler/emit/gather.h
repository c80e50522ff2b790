// Numbers inside the elements of containers: into arrays before a call, and back behind it.
#ifndef NNDIFF_EMIT_GATHER_H
#define NNDIFF_EMIT_GATHER_H
#include <string>

#include "emit/boundary_ground.h"

namespace nndiff::emit {

/// The statements around the call of a core function.
struct Gathering {
  std::string before, after;
};

/// For all leaves that are members, and for gradients with respect to them where `wanted`.
Gathering gathering(const Context& c, const Generated& mode, const std::vector<bool>& wanted);

}  // namespace nndiff::emit

#endif
