// Elements that are read or overwritten right after they were written.
#ifndef NNDIFF_OPT_ELEMENTS_H
#define NNDIFF_OPT_ELEMENTS_H
#include "ir/function.h"

namespace nndiff::opt {

/// What is stored goes to loads of the same element directly; of two stores or additions to an element, one
/// after the other, one is left; what is stored back is not. Sets `changed`.
ir::Function forward_elements(ir::Function f, bool& changed);

}  // namespace nndiff::opt

#endif
