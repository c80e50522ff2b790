// Running Clang on one file: flags, headers, messages, the list of files read.
#ifndef NNDIFF_FRONTEND_SESSION_H
#define NNDIFF_FRONTEND_SESSION_H
#include "frontend/clang.h"
#include "frontend/lift.h"

namespace nndiff::frontend {

/// A parsed file and what Clang said about it.
struct Session {
  std::unique_ptr<clang::ASTUnit> unit;  // null where Clang could not even start
  std::string messages;                  // Clang's errors as text
  std::string include_dir;               // where nn/nn.h was looked for
  bool ok = false;                       // parsed without an error
};

/// Parses the file as C++20 (or as the arguments say).
Session parse(const Options& options);

/// The files that were read, the main file first, nn's headers included, the system's not; the same list on
/// every run.
std::vector<std::string> dependencies(const Session& session);

}  // namespace nndiff::frontend

#endif
