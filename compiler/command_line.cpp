// The command line: flags to jobs.
#include "command_line.h"

#include <charconv>
#include <filesystem>
#include <optional>

namespace nndiff {

namespace {

namespace fs = std::filesystem;

/// Reads arguments one after the other into a model job that all files share.
struct Reader {
  const std::vector<std::string>& arguments;
  std::size_t at = 0;
  Job shared;
  CommandLine line;
  std::vector<std::string> files;
  std::string base, out_dir;
  bool emit_given = false;

  /// The value of `flag` in "--flag=value" or "--flag value" (and "-fvalue" where `joined`), if that is what
  /// comes next.
  std::optional<std::string> value_of(const std::string& flag, bool joined = false) {
    const std::string& argument = arguments[at];
    if (argument == flag) {
      if (at + 1 == arguments.size()) throw UsageError("'" + flag + "' needs a value");
      return arguments[++at];
    }
    if (argument.starts_with(flag + "=") && flag.starts_with("--")) return argument.substr(flag.size() + 1);
    if (joined && argument.starts_with(flag)) return argument.substr(flag.size());
    return std::nullopt;
  }

  void read() {
    for (; at < arguments.size(); ++at) {
      if (arguments[at] == "--") {
        shared.source.clang_arguments.insert(shared.source.clang_arguments.end(), arguments.begin() + at + 1,
                                             arguments.end());
        return;
      }
      if (read_clang_flag() || read_flag()) continue;
      if (arguments[at].starts_with("-") && arguments[at] != "-")
        throw UsageError("unknown option '" + arguments[at] + "'");
      files.push_back(arguments[at]);
    }
  }

  bool read_clang_flag() {
    std::vector<std::string>& clang = shared.source.clang_arguments;
    if (arguments[at].starts_with("-std=")) {
      clang.push_back(arguments[at]);
      return true;
    }
    for (const char* flag : {"-isystem", "-I", "-D", "-U"})
      if (const auto value = value_of(flag, true)) {
        clang.insert(clang.end(), {flag, *value});
        return true;
      }
    return false;
  }

  bool read_flag() {
    if (arguments[at] == "--help" || arguments[at] == "-h") {
      line.action = CommandLine::Action::help;
    } else if (arguments[at] == "--version") {
      line.action = CommandLine::Action::version;
    } else if (const auto value = value_of("-o", true)) {
      base = *value;
    } else if (const auto value = value_of("--out-dir")) {
      out_dir = *value;
    } else if (const auto value = value_of("--emit")) {
      read_emit(*value);
    } else if (const auto value = value_of("--function")) {
      shared.function = *value;
    } else if (const auto value = value_of("--print")) {
      read_print(*value);
    } else if (const auto value = value_of("--recompute")) {
      read_recompute(*value);
    } else if (const auto value = value_of("--budget")) {
      read_budget(*value);
    } else if (const auto value = value_of("--depfile")) {
      line.depfile = *value;
    } else if (const auto value = value_of("-p")) {
      shared.source.build_dir = *value;
    } else if (const auto value = value_of("--resource-dir")) {
      shared.source.resource_dir = *value;
    } else {
      return false;
    }
    return true;
  }

  void read_emit(const std::string& list) {
    shared.emit.clear();
    emit_given = true;
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t end = std::min(list.find(',', begin), list.size());
      const std::string what = list.substr(begin, end - begin);
      if (what == "cpp")
        shared.emit.insert(Emit::cpp);
      else if (what == "dot")
        shared.emit.insert(Emit::dot);
      else if (what == "report")
        shared.emit.insert(Emit::report);
      else if (what == "cuda")
        shared.emit.insert(Emit::cuda), shared.cuda_asked = true;
      else
        throw UsageError("--emit takes cpp, cuda, dot and report, not '" + what + "'");
      begin = end + 1;
    }
  }

  void read_print(const std::string& what) {
    if (what == "ast")
      shared.print = Print::ast;
    else if (what == "ir")
      shared.print = Print::ir;
    else if (what == "adjoint")
      shared.print = Print::adjoint;
    else if (what == "plan")
      shared.print = Print::plan;
    else if (what == "cpp")
      shared.print = Print::cpp;
    else if (what == "cuda")
      shared.print = Print::cuda;
    else
      throw UsageError("--print takes ast, ir, adjoint, plan, cpp and cuda, not '" + what + "'");
    shared.source.want_ast = shared.print == Print::ast;
  }

  void read_recompute(const std::string& what) {
    if (what == "auto")
      shared.plan.recompute = plan::Recompute::automatic;
    else if (what == "all")
      shared.plan.recompute = plan::Recompute::all;
    else if (what == "none")
      shared.plan.recompute = plan::Recompute::none;
    else
      throw UsageError("--recompute takes auto, all or none, not '" + what + "'");
  }

  void read_budget(const std::string& text) {
    std::int64_t bytes = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
    if (error != std::errc() || end != text.data() + text.size() || bytes < 0)
      throw UsageError("--budget takes a number of bytes, not '" + text + "'");
    shared.plan.budget = bytes;
  }

  void make_jobs() {
    if (files.empty()) throw UsageError("no input file");
    if (files.size() > 1 && !base.empty())
      throw UsageError("-o with several input files: they would write the same output");
    const bool asks_for_files = emit_given || !base.empty() || !out_dir.empty();
    std::set<std::string> paths;
    for (const std::string& file : files) {
      Job job = shared;
      job.source.file = file;
      const std::string name = base.empty() ? fs::path(file).stem().string() : base;
      if (name.empty() || fs::path(name).filename().empty())
        throw UsageError("'" + (base.empty() ? file : base) + "' names no file");
      job.base = out_dir.empty() ? name : (fs::path(out_dir) / name).string();
      job.write = job.print == Print::nothing || asks_for_files;
      for (const std::string& path : output_paths(job))
        if (!paths.insert(fs::path(path).lexically_normal().string()).second)
          throw UsageError("two input files would write the same output '" + path + "'");
      line.jobs.push_back(std::move(job));
    }
  }
};

}  // namespace

CommandLine read_command_line(const std::vector<std::string>& arguments, const std::string& executable) {
  Reader reader{arguments, 0, {}, {}, {}, {}, {}, false};
  reader.shared.source.executable = executable;
  reader.read();
  if (reader.line.action == CommandLine::Action::compile) reader.make_jobs();
  return std::move(reader.line);
}

std::string usage() {
  return R"(usage: nn-diff [options] FILE... [-- clang arguments]

Writes BASE.nn.h, BASE.nn.cpp and BASE.nn.cu with the derivatives of the functions that FILE marks with NN_DIFF. The
.nn.cu runs them on a GPU; a program that leaves it out needs nothing of CUDA.

  -o BASE              names the output files (default: FILE's name without its extension)
  --out-dir DIR        where they go (default: the current directory)
  --emit=LIST          what to write: cpp (BASE.nn.h, BASE.nn.cpp), cuda (BASE.nn.cu), dot (BASE.nn.dot),
                       report (BASE.nn.txt); default: cpp,cuda
  --function NAME      only this function
  --print=WHAT         shows ast, ir, adjoint, plan, cpp or cuda on standard output, and writes files only where
                       --emit, -o or --out-dir asks for them; the plan is the C++ one, with --emit=cuda the GPU's
  --recompute=MODE     what backward needs is kept or recomputed by cost (auto), or all or none is recomputed
  --budget=BYTES       limit for what is kept for the backward sweep
  --depfile FILE       writes the files read, in the form that make and ninja read
  -I -D -U -isystem -std=  as clang has them
  -p BUILDDIR          takes these from BUILDDIR/compile_commands.json
  --resource-dir DIR   where clang's own headers are (default: found by itself)
  --version, --help

Exit status: 0 done, 1 the program is refused, 2 usage, 3 files, 70 a bug of nn-diff.
)";
}

}  // namespace nndiff
