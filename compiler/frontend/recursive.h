// Which functions can call themselves.
#ifndef NNDIFF_FRONTEND_RECURSIVE_H
#define NNDIFF_FRONTEND_RECURSIVE_H
#include <map>

#include "frontend/clang.h"

namespace nndiff::frontend {

/// Whether `function`, a definition, can be reached from itself by what its text calls or names. The bodies
/// of system headers are not looked at. Answers are remembered in `known`.
bool is_recursive(const clang::FunctionDecl* function, const clang::SourceManager& sources,
                  std::map<const clang::FunctionDecl*, bool>& known);

}  // namespace nndiff::frontend

#endif
