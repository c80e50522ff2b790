// Running Clang on one file: flags, headers, messages, the list of files read.
#include "frontend/session.h"

#include <clang/Basic/Version.h>
#include <clang/Serialization/PCHContainerOperations.h>
#include <clang/Tooling/JSONCompilationDatabase.h>

#include <algorithm>
#include <filesystem>

#include "frontend/clang_messages.h"

namespace nndiff::frontend {

namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// The folder of the running executable, symbolic links resolved.
fs::path program_dir(const Options& options) {
  std::error_code error;
  fs::path real = fs::canonical(options.executable, error);
  return error ? fs::path() : real.parent_path();
}

/// Clang's built-in headers: as asked for, else installed beside us, else where they were at build time.
std::string resource_dir(const Options& options) {
  if (!options.resource_dir.empty()) return options.resource_dir;
  const fs::path installed = program_dir(options).parent_path() / "lib" / "nn-diff" / "clang";
  return is_there(installed / "include" / "stddef.h") ? installed.string() : NN_DIFF_RESOURCE_DIR;
}

/// The folder that holds nn/nn.h: installed beside us, else the source tree's.
std::string include_dir(const Options& options) {
  const fs::path installed = program_dir(options).parent_path() / "include";
  return is_there(installed / "nn" / "nn.h") ? installed.string() : NN_DIFF_INCLUDE_DIR;
}

/// Those of a build's arguments that decide what the source means; other compilers' flags must not reach
/// Clang.
std::vector<std::string> meaningful(const std::vector<std::string>& command, const std::string& directory) {
  const std::vector<std::string> joined = {"-I", "-D", "-U", "-isystem", "-iquote", "-include"};
  std::vector<std::string> kept;
  const auto absolute = [&](const std::string& flag, const std::string& value) {
    return flag == "-D" || flag == "-U" ? value : (fs::path(directory) / value).lexically_normal().string();
  };
  for (std::size_t i = 1; i < command.size(); ++i) {
    const std::string& argument = command[i];
    if (argument.starts_with("-std=")) kept.push_back(argument);
    const auto flag = std::find_if(joined.rbegin(), joined.rend(),
                                   [&](const std::string& f) { return argument.starts_with(f); });
    if (flag == joined.rend()) continue;
    const bool separate = argument.size() == flag->size();
    if (separate && i + 1 == command.size()) break;
    kept.push_back(*flag);
    kept.push_back(absolute(*flag, separate ? command[++i] : argument.substr(flag->size())));
  }
  return kept;
}

std::vector<std::string> database_arguments(const Options& options, std::string& messages) {
  if (options.build_dir.empty()) return {};
  const std::string path = (fs::path(options.build_dir) / "compile_commands.json").string();
  const auto database = clang::tooling::JSONCompilationDatabase::loadFromFile(
      path, messages, clang::tooling::JSONCommandLineSyntax::AutoDetect);
  if (!database) {
    messages = path + ": error: " + messages + "\n";
    return {};
  }
  messages.clear();
  std::error_code error;
  const auto commands = database->getCompileCommands(fs::absolute(options.file, error).string());
  if (commands.empty()) return {};  // a model is usually included, not compiled: then the defaults hold
  return meaningful(commands[0].CommandLine, commands[0].Directory);
}

std::vector<std::string> command_line(const Options& options, std::string& messages) {
  std::vector<std::string> line = {"clang++", "-fsyntax-only", "-w", "-xc++", "-std=c++20"};
  for (std::string& argument : database_arguments(options, messages)) line.push_back(std::move(argument));
  line.insert(line.end(), options.clang_arguments.begin(), options.clang_arguments.end());
  line.insert(line.end(), {"-isystem", include_dir(options), "-resource-dir", resource_dir(options)});
  line.insert(line.end(), {"--", options.file});
  return line;
}

}  // namespace

std::string clang_version() {
  return "clang " CLANG_VERSION_STRING;
}

Session parse(const Options& options) {
  Session session;
  session.include_dir = include_dir(options);
  const std::vector<std::string> line = command_line(options, session.messages);
  if (!session.messages.empty()) return session;
  std::vector<const char*> arguments;
  for (const std::string& argument : line) arguments.push_back(argument.c_str());

  llvm::IntrusiveRefCntPtr<clang::DiagnosticOptions> style(new clang::DiagnosticOptions);
  const auto consumer = clang_messages(session.messages, style.get());
  llvm::IntrusiveRefCntPtr<clang::DiagnosticsEngine> engine(
      new clang::DiagnosticsEngine(new clang::DiagnosticIDs, style, consumer.get(), false));
  session.unit = clang::ASTUnit::LoadFromCommandLine(arguments.data(), arguments.data() + arguments.size(),
                                                     std::make_shared<clang::PCHContainerOperations>(),
                                                     engine, resource_dir(options));
  session.ok = session.unit && !engine->hasErrorOccurred();
  // The consumer dies with this frame; nothing is reported through Clang afterwards.
  engine->setClient(new clang::IgnoringDiagConsumer, true);
  session.messages = readable_dims(session.messages);
  return session;
}

std::vector<std::string> dependencies(const Session& session) {
  std::vector<std::string> files;
  const clang::SourceManager& sources = session.unit->getSourceManager();
  for (unsigned i = 0; i < sources.local_sloc_entry_size(); ++i) {
    const clang::SrcMgr::SLocEntry& entry = sources.getLocalSLocEntry(i);
    if (!entry.isFile() || !entry.getFile().getContentCache().OrigEntry) continue;
    std::string name = entry.getFile().getContentCache().OrigEntry->getName().str();
    const bool is_nn = name.starts_with(session.include_dir + "/nn/");
    if (entry.getFile().getFileCharacteristic() != clang::SrcMgr::C_User && !is_nn) continue;
    if (std::find(files.begin(), files.end(), name) == files.end()) files.push_back(std::move(name));
  }
  return files;
}

}  // namespace nndiff::frontend
