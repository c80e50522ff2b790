// What nn-diff made of a model, for a reader: parameters, sizes, work and memory.
#ifndef NNDIFF_EMIT_REPORT_H
#define NNDIFF_EMIT_REPORT_H
#include "emit/header.h"

namespace nndiff::emit {

/// The text of --emit=report: for each function its arguments with shapes and numbers of elements, and for
/// each mode floating-point operations, matrix products, kernels, bytes kept for the backward sweep and bytes
/// of the arena. Work with named sizes is given for 256 in place of each.
std::string report(const Model& model);

}  // namespace nndiff::emit

#endif
