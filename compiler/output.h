// Writing files whole or not at all.
#ifndef NNDIFF_OUTPUT_H
#define NNDIFF_OUTPUT_H
#include <stdexcept>
#include <string>
#include <vector>

#include "compile.h"

namespace nndiff {

/// A file that cannot be read or written; what() names it and says why.
struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Writes all of them or none: each goes to a temporary file beside its target first, and all are renamed
/// once all are complete. Throws FileError and leaves nothing behind where one cannot be written.
void write_files(const std::vector<Output>& outputs);

/// Throws FileError unless the file can be read.
void check_readable(const std::string& path);

}  // namespace nndiff

#endif
