// What a parameter of a function with an adjoint is passed as: numbers, tensors and arrays.
#ifndef NNDIFF_FRONTEND_DERIVATIVE_PARTS_H
#define NNDIFF_FRONTEND_DERIVATIVE_PARTS_H
#include "frontend/clang.h"
#include "ir/function.h"

namespace nndiff::frontend {

/// The arguments that a parameter of that type is, without role, number and name: one, or one for each
/// tensor, array and number in a struct. A pointer's is followed by its offset. Where the extent of an array
/// is known at the call only, so is the shape.
struct DerivativeParts {
  std::vector<ir::Foreign::Argument> list = {};
  std::string problem = {};  // why there are none
};
DerivativeParts derivative_parts(clang::QualType type, const clang::ASTContext& context);

/// "const nn::Tensor<double, 3>& w": how such a parameter is declared, or, if `is_gradient`, that for the
/// gradient with respect to it.
std::string declared(clang::QualType type, const std::string& name, bool is_gradient,
                     const clang::ASTContext& context);

/// By value, or by reference to const; and behind a pointer or span, const.
bool is_read_only(clang::QualType type);

/// Whether a gradient with respect to a parameter `of` can go to one of type `to`.
bool takes_gradient(clang::QualType to, clang::QualType of, const clang::ASTContext& context);

}  // namespace nndiff::frontend

#endif
