// What the user is told about the source, and how the compiler stops on a mistake of its own.
#ifndef NNDIFF_IR_DIAGNOSTIC_H
#define NNDIFF_IR_DIAGNOSTIC_H
#include <stdexcept>

#include "ir/function.h"

namespace nndiff::ir {

enum class Severity : std::uint8_t { error, remark, note };

/// One message, printed as clang prints its own: "file:line:col: error: message".
struct Diagnostic {
  Severity severity = Severity::error;
  Loc loc;
  std::string message;
  std::string fixit = {};  // text to insert at loc, or empty
};

/// A program that is refused, from the checks that run before planning. Carries at least one error.
struct Refusal : std::runtime_error {
  explicit Refusal(Diagnostic d) : std::runtime_error(d.message), diagnostic(std::move(d)) {}
  Diagnostic diagnostic;
};

/// A state that cannot be: a bug of nn-diff. main reports it and exits with 70.
struct InternalError : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] inline void bug(const std::string& what) {
  throw InternalError(what);
}

}  // namespace nndiff::ir

#endif
