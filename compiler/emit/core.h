// The core function of a derivative as C++ text: a plan, printed.
#ifndef NNDIFF_EMIT_CORE_H
#define NNDIFF_EMIT_CORE_H
#include <string>

#include "plan/plan.h"

namespace nndiff::emit {

/// The definition of the core function (see names.h), to be placed in an anonymous namespace of a file that
/// includes <nn/runtime.h>, <cstddef>, <cstdint> and <limits>.
std::string core(const plan::Plan& plan);

}  // namespace nndiff::emit

#endif
