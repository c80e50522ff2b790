// What may stand in a model file, which several translation units include.
#ifndef NNDIFF_FRONTEND_MODEL_RULES_H
#define NNDIFF_FRONTEND_MODEL_RULES_H
#include "frontend/clang.h"
#include "ir/diagnostic.h"

namespace nndiff::frontend {

/// Reports a declaration at namespace scope that would break the program when the file is included twice: a
/// function or variable that is not inline, a static one, main, an anonymous namespace. With a fix-it where
/// there is one.
void check_model_rules(const clang::Decl* decl, const clang::ASTContext& context,
                       std::vector<ir::Diagnostic>& diagnostics);

}  // namespace nndiff::frontend

#endif
