// Whether a function marked NN_ADJOINT fits the one that it names.
#ifndef NNDIFF_FRONTEND_DERIVATIVE_MATCH_H
#define NNDIFF_FRONTEND_DERIVATIVE_MATCH_H
#include "frontend/derivatives.h"

namespace nndiff::frontend {

struct Match {
  Derivative derivative = {};
  std::string problem = {};  // empty where they fit
  clang::SourceLocation where = {};
};

/// Matches the parameters of `adjoint` with what an adjoint of `function` is given. The problem of one that
/// does not fit shows the declaration that would.
Match match_adjoint(const clang::FunctionDecl* function, const clang::FunctionDecl* adjoint,
                    const clang::ASTContext& context);

}  // namespace nndiff::frontend

#endif
