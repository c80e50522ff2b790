// The command line: flags to jobs.
#ifndef NNDIFF_COMMAND_LINE_H
#define NNDIFF_COMMAND_LINE_H
#include <stdexcept>

#include "compile.h"

namespace nndiff {

/// A command line that makes no sense; what() says why.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CommandLine {
  enum class Action : std::uint8_t { compile, help, version } action = Action::compile;
  std::vector<Job> jobs;  // one per FILE
  std::string depfile;    // or empty
};

/// Reads the arguments behind the program's name. `executable` is the path of the running program. Throws
/// UsageError.
CommandLine read_command_line(const std::vector<std::string>& arguments, const std::string& executable);

/// The text of --help.
std::string usage();

}  // namespace nndiff

#endif
