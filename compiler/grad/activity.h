// Which values a derivative flows through.
#ifndef NNDIFF_GRAD_ACTIVITY_H
#define NNDIFF_GRAD_ACTIVITY_H
#include "ir/function.h"

namespace nndiff::grad {

/// For each operation: whether its value is floating, depends differentiably on a wanted leaf, and reaches
/// the result. Only such values get an adjoint.
std::vector<bool> active(const ir::Function& f);

/// For each operation: whether its value is floating and depends differentiably on a wanted leaf.
std::vector<bool> varied(const ir::Function& f);

/// For each operation: whether forward mode gives its value a tangent: it is varied, or it is a version of an
/// array of which another version is.
std::vector<bool> carriers(const ir::Function& f);

/// For each operation: whether its value may live in memory that an `alloc` has made, or of unknown extent
/// that the function overwrites: its adjoint begins as nothing but zeros. With `is_active`, so may a
/// routine's parameter that is active where some call's operand is not: that one's adjoint is of no use.
std::vector<bool> allocated(const ir::Function& f, const std::vector<bool>& is_active = {});

}  // namespace nndiff::grad

#endif
