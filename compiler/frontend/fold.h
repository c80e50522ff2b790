// Arithmetic on numbers known at compile time, as C++ does it.
#ifndef NNDIFF_FRONTEND_FOLD_H
#define NNDIFF_FRONTEND_FOLD_H
#include "frontend/object.h"

namespace nndiff::frontend::fold {

// Each changes its first object in place and returns null, or what is wrong with the computation.

/// Conversion to a scalar type.
const char* convert(Object& number, clang::QualType to, const clang::ASTContext& context);
/// -x, ~x, !x; the operand has been converted to the result's type, except for !.
const char* unary(clang::UnaryOperatorKind kind, Object& x, clang::QualType result,
                  const clang::ASTContext& context);
/// Arithmetic and comparison of operands of one type, `operands` (shifts: the left one's).
const char* binary(clang::BinaryOperatorKind kind, Object& a, const Object& b, clang::QualType operands,
                   const clang::ASTContext& context);

}  // namespace nndiff::frontend::fold

#endif
