// Clang's own errors as text, those inside the library retold at the user's line.
#ifndef NNDIFF_FRONTEND_CLANG_MESSAGES_H
#define NNDIFF_FRONTEND_CLANG_MESSAGES_H
#include <memory>
#include <string>

#include "frontend/clang.h"

namespace nndiff::frontend {

/// A consumer that appends errors to `text` as Clang prints them. An error inside a header of the library or
/// the system, such as a static_assert about shapes, becomes one at the user's line that led there; notes
/// that only explain the library are left out.
std::unique_ptr<clang::DiagnosticConsumer> clang_messages(std::string& text, clang::DiagnosticOptions* style);

/// The same text with template arguments nn::Dim as users write them: "Dim{3, {}}" is "3", "Dim{-1, {78, 0}}"
/// is "N".
std::string readable_dims(const std::string& text);

}  // namespace nndiff::frontend

#endif
