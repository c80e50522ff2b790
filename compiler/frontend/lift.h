// The frontend's door: a C++ file in, the IR of its annotated functions out. Nothing outside knows Clang.
#ifndef NNDIFF_FRONTEND_LIFT_H
#define NNDIFF_FRONTEND_LIFT_H
#include <functional>
#include <string>
#include <vector>

#include "ir/diagnostic.h"
#include "ir/function.h"

namespace nndiff::frontend {

/// Makes a derivative of a function, by the name of its mode, for functions that take one of another.
using Derive = std::function<ir::Function(const ir::Function&, const std::string& mode)>;

/// What to read and how.
struct Options {
  std::string file;                          // as the user wrote it
  std::vector<std::string> clang_arguments;  // -I, -D, -std= and whatever follows "--"
  std::string build_dir;                     // -p: the folder of a compile_commands.json, or empty
  std::string resource_dir;                  // Clang's built-in headers; empty: found beside the executable
  std::string executable;                    // path of the running program
  bool want_ast = false;                     // fill Lifted::ast
};

/// One annotated function.
struct Lifted {
  ir::Function function;
  std::string ast;                         // Clang's tree of the user's function, without addresses
  std::vector<std::string> modes;          // asked for in NN_MODES
  std::vector<ir::Partial> partials = {};  // nn::partial in its body
};

struct Result {
  std::vector<Lifted> functions;            // in source order; empty where anything was refused
  std::vector<ir::Diagnostic> diagnostics;  // refusals with their notes
  std::string clang_messages;               // Clang's own errors, as it prints them
  std::vector<std::string> dependencies;    // files read, the main file first, without the system's
  bool failed = false;
};

/// Parses the file and lifts every function annotated with NN_DIFF. Never throws ir::Refusal: refusals are in
/// the result. Throws ir::InternalError on a bug.
Result lift(const Options& options, const Derive& derive = {});

/// "clang 19.1.7".
std::string clang_version();

}  // namespace nndiff::frontend

#endif
