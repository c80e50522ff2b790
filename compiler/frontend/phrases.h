// English for the constructs of C++ that are refused, with what to write instead.
#ifndef NNDIFF_FRONTEND_PHRASES_H
#define NNDIFF_FRONTEND_PHRASES_H
#include <string>

#include "frontend/clang.h"

namespace nndiff::frontend {

/// "'switch' is not supported yet; use 'if constexpr'": what to tell about a statement or expression that the
/// lifter has no rule for.
std::string unsupported(const clang::Stmt* stmt);

/// "std::thread is not supported; …": why a class of the standard library is refused, or empty.
std::string unsupported_class(llvm::StringRef name);

/// The same for a function of the standard library or of C.
std::string unsupported_function(llvm::StringRef name);

}  // namespace nndiff::frontend

#endif
