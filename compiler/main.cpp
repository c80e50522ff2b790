// nn-diff: reads C++ and writes its derivatives. Flags in, exit status out.
#include <pthread.h>

#include <filesystem>
#include <iostream>

#include "command_line.h"
#include "frontend/lift.h"
#include "output.h"

namespace {

using namespace nndiff;

enum ExitStatus { done = 0, refused = 1, wrong_usage = 2, file_trouble = 3, our_bug = 70 };

/// Where this program is, so that the headers installed with it are found.
std::string executable_path(const char* called_as) {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? called_as : path.string();
}

std::string escaped(const std::string& path) {
  std::string text;
  for (char c : path) {
    if (c == ' ' || c == '#' || c == '\\') text += '\\';
    if (c == '$') text += '$';
    text += c;
  }
  return text;
}

/// "outputs: files read" as make and ninja want it.
std::string dependency_rule(const Job& job, const Compiled& compiled) {
  std::string text;
  for (const std::string& path : output_paths(job)) text += (text.empty() ? "" : " ") + escaped(path);
  if (text.empty()) return text;
  text += ":";
  for (const std::string& path : compiled.dependencies) text += " \\\n  " + escaped(path);
  return text + "\n";
}

int run(const CommandLine& line) {
  std::vector<Output> outputs;
  Output depfile{line.depfile, ""};
  int status = done;
  for (const Job& job : line.jobs) {
    check_readable(job.source.file);
    if (!job.source.build_dir.empty()) check_readable(job.source.build_dir + "/compile_commands.json");
  }
  for (const Job& job : line.jobs) {
    Compiled compiled = compile(job);
    std::cerr << compiled.messages;
    if (compiled.status == Compiled::Status::no_such_function)
      throw UsageError("'" + job.source.file + "' marks no function '" + job.function +
                       "' for differentiation");
    if (compiled.status == Compiled::Status::refused) status = refused;
    std::cout << compiled.printed;
    for (Output& output : compiled.outputs) outputs.push_back(std::move(output));
    depfile.text += dependency_rule(job, compiled);
  }
  if (status != done) return status;
  if (!line.depfile.empty()) outputs.push_back(std::move(depfile));
  write_files(outputs);
  if (!std::cout.flush()) throw FileError("cannot write to standard output");
  return done;
}

int checked_main(int argc, char** argv) {
  const CommandLine line = read_command_line({argv + 1, argv + argc}, executable_path(argv[0]));
  if (line.action == CommandLine::Action::help) {
    std::cout << usage();
    return done;
  }
  if (line.action == CommandLine::Action::version) {
    std::cout << "nn-diff " NN_DIFF_VERSION " (" << frontend::clang_version() << ")\n";
    return done;
  }
  return run(line);
}

int guarded_main(int argc, char** argv) {
  try {
    return checked_main(argc, argv);
  } catch (const UsageError& error) {
    std::cerr << "nn-diff: error: " << error.what() << "\nTry 'nn-diff --help'.\n";
    return wrong_usage;
  } catch (const FileError& error) {
    std::cerr << "nn-diff: error: " << error.what() << "\n";
    return file_trouble;
  } catch (const std::exception& error) {
    std::cerr << "nn-diff: internal error: " << error.what()
              << "\nThis is a bug of nn-diff; please report it with the file that shows it.\n";
    return our_bug;
  }
}

// A function is lifted statement by statement, the rest of it inside of what may leave it: 2,000 of these
// need more than the usual 8 MB of stack. Memory is taken as it is used.
constexpr std::size_t stack_bytes = std::size_t{1} << 30;

struct Call {
  int argc;
  char** argv;
  int status = our_bug;
};

void* run_call(void* call) {
  Call& c = *static_cast<Call*>(call);
  c.status = guarded_main(c.argc, c.argv);
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  Call call{argc, argv};
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  const bool is_running = pthread_attr_setstacksize(&attributes, stack_bytes) == 0 &&
                          pthread_create(&thread, &attributes, run_call, &call) == 0;
  pthread_attr_destroy(&attributes);
  if (!is_running) return guarded_main(argc, argv);
  pthread_join(thread, nullptr);
  return call.status;
}
