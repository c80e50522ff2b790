// One kernel of a plan as C++ loops.
#ifndef NNDIFF_EMIT_KERNEL_H
#define NNDIFF_EMIT_KERNEL_H
#include "emit/writer.h"

namespace nndiff::emit {

/// Writes the loops of `kernel`, and gives the scalars that it computes their variables.
void emit_kernel(Writer& writer, const plan::Kernel& kernel);

}  // namespace nndiff::emit

#endif
