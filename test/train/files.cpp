// A file is written as a whole or left as it was: after an exception, on a full disk, in a folder that isn't
// there.
// RUN: rm -rf %t.d && mkdir -p %t.d && %cxx %s %lib -o %t && %t %t.d
#include <nn/error.h>
#include <nn/train/file.h>

#include <sys/resource.h>
#include <csignal>
#include <filesystem>

#include "check.h"

namespace {

std::string read(const std::string& path) {
  nn::train::InputFile file(path);
  std::string bytes(file.size(), 0);
  file.read(bytes.data(), bytes.size());
  check(file.remaining() == 0);
  throws<nn::Error>([&] { file.read(bytes.data(), 1); }, "truncated: 1 bytes wanted at offset");
  return bytes;
}

/// What is in the folder besides `path`: temporary files that were left.
long others(const std::string& folder) {
  long count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count - 1;
}

}  // namespace

int main(int, char** arguments) {
  const std::string folder = arguments[1], path = folder + "/file";
  nn::train::write_file(path, "first");
  check(read(path) == "first" && others(folder) == 0);
  nn::train::write_file(path, "second, longer");
  check(read(path) == "second, longer" && others(folder) == 0);

  throws<nn::Error>(
      [&] {
        nn::train::write_file(path, [](const nn::train::WriteBytes& write) {
          write("half", 4);
          throw nn::Error("thought better of it");
        });
      },
      "thought better of it");
  check(read(path) == "second, longer" && others(folder) == 0);

  // A limit on the size of files stands in for a disk that is full.
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{1000, RLIM_INFINITY};
  check(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  throws<nn::Error>([&] { nn::train::write_file(path, std::string(100'000, 'x')); }, "can't write");
  check(read(path) == "second, longer" && others(folder) == 0);

  throws<nn::Error>([&] { nn::train::write_file(folder + "/no/file", "x"); }, "can't write: No such file");
  throws<nn::Error>([&] { nn::train::write_file(folder, "x"); }, "can't write");
  throws<nn::Error>([&] { nn::train::InputFile file(folder); }, "not a regular file");
}
