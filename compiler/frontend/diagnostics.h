// Messages in the form in which Clang prints its own.
#ifndef NNDIFF_FRONTEND_DIAGNOSTICS_H
#define NNDIFF_FRONTEND_DIAGNOSTICS_H
#include <string>
#include <vector>

#include "ir/diagnostic.h"

namespace nndiff::frontend {

/// "file:line:col: error: message", the source line with a caret below the column, and the fix-it below that.
/// The source line is read from the file; a file that cannot be read shows the first line only.
std::string to_text(const ir::Diagnostic& diagnostic);

/// All of them, one after the other.
std::string to_text(const std::vector<ir::Diagnostic>& diagnostics);

}  // namespace nndiff::frontend

#endif
