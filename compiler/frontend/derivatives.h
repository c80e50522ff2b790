// Derivatives that the user gives: functions marked NN_ADJOINT, and what they say of the ones they belong to.
#ifndef NNDIFF_FRONTEND_DERIVATIVES_H
#define NNDIFF_FRONTEND_DERIVATIVES_H
#include <map>

#include "frontend/clang.h"
#include "ir/diagnostic.h"
#include "ir/function.h"

namespace nndiff::frontend {

/// A function with a derivative of its own.
struct Derivative {
  const clang::FunctionDecl* adjoint = nullptr;
  ir::Foreign call, backward;  // numbers as in a function that has neither yet
};

/// By the function's canonical declaration.
using Derivatives = std::map<const clang::FunctionDecl*, Derivative>;

/// Finds the functions marked NN_ADJOINT outside of system headers. What is wrong with one goes to
/// `diagnostics`, with the signature that is expected.
Derivatives find_derivatives(clang::ASTContext& context, std::vector<ir::Diagnostic>& diagnostics);

}  // namespace nndiff::frontend

#endif
