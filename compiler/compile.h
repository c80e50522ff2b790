// The pipeline: one model file in, the texts of its output files out.
#ifndef NNDIFF_COMPILE_H
#define NNDIFF_COMPILE_H
#include <set>
#include <string>
#include <vector>

#include "frontend/lift.h"
#include "plan/plan.h"

namespace nndiff {

/// What `--print` shows instead of writing files.
enum class Print : std::uint8_t { nothing, ast, ir, adjoint, plan, cpp, cuda };

/// What `--emit` writes.
enum class Emit : std::uint8_t { cpp, cuda, dot, report };

/// What to make of one model file.
struct Job {
  frontend::Options source;
  std::string base;      // path and name of the output files without ".nn.h"
  std::string function;  // only this one, or empty for all
  std::set<Emit> emit = {Emit::cpp, Emit::cuda};
  bool cuda_asked = false;  // by name, so that it may not be left out for a function that has no GPU code
  Print print = Print::nothing;
  bool write = true;  // false: only what `print` needs is computed
  plan::Options plan;
};

/// A file to write.
struct Output {
  std::string path;
  std::string text;
};

struct Compiled {
  enum class Status : std::uint8_t { done, refused, no_such_function } status = Status::done;
  std::vector<Output> outputs;            // empty unless done
  std::string printed;                    // for standard output
  std::string messages;                   // errors, notes and remarks, for standard error
  std::vector<std::string> dependencies;  // files read, the model first
};

/// Runs every stage. Throws ir::InternalError on a bug of ours; refusals are in the result.
Compiled compile(const Job& job);

/// The paths that `compile` would write for a job, in order.
std::vector<std::string> output_paths(const Job& job);

}  // namespace nndiff

#endif
