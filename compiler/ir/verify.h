// The IR's law, checked between stages.
#ifndef NNDIFF_IR_VERIFY_H
#define NNDIFF_IR_VERIFY_H
#include "ir/function.h"

namespace nndiff::ir {

/// Throws InternalError naming `stage` and the operation that breaks the law: every operand is defined before
/// its use and in an enclosing region, types follow the rules stated at Kind, yields fit the results.
void verify(const Function& f, const char* stage);

}  // namespace nndiff::ir

#endif
