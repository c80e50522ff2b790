// The law of linear values, checked before planning.
#ifndef NNDIFF_IR_LINEAR_H
#define NNDIFF_IR_LINEAR_H
#include "ir/function.h"

namespace nndiff::ir {

/// True for operations that look at their operand's memory when they are used: broadcast, reshape, permute.
bool is_view(Kind kind);

/// The value whose memory `v` shows: itself, unless it is a view.
Value base_of(const Function& f, Value v);

/// True where `v` has memory of its own that may be overwritten: not for constants and sizes, and for an
/// argument only if the function writes it.
bool is_owner(const Function& f, Value v);

/// Throws InternalError naming `stage` and the operation that uses what has been consumed, or consumes what
/// is not its own (see function.h).
void verify_linear(const Function& f, const char* stage);

}  // namespace nndiff::ir

#endif
