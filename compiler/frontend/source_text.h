// The user's source as text: statements and signatures on one line, for comments in generated code.
#ifndef NNDIFF_FRONTEND_SOURCE_TEXT_H
#define NNDIFF_FRONTEND_SOURCE_TEXT_H
#include "frontend/clang.h"
#include "ir/function.h"

namespace nndiff::frontend {

/// Where a place is, as the user names files; macros count where they are used.
ir::Loc loc_of(clang::SourceLocation where, const clang::SourceManager& sources);

/// Source text on one line: comments and "nn::" dropped, white space squeezed.
std::string squeezed(clang::SourceRange range, const clang::ASTContext& context);

/// A statement without the type it declares: "h = relu(matmul(x, w) + b)", "return mean(e)".
std::string statement_text(const clang::Stmt* stmt, const clang::ASTContext& context);

/// The variable that a statement declares or assigns, or "" where it is not a single one.
std::string variable_of(const clang::Stmt* stmt);

/// A function's declaration from its result type to the closing parenthesis, "nn::" kept.
std::string signature_text(const clang::FunctionDecl* function, const clang::ASTContext& context);

/// Clang's tree of a function, without addresses.
std::string ast_text(const clang::FunctionDecl* function, const clang::ASTContext& context);

}  // namespace nndiff::frontend

#endif
