// Writing files whole or not at all.
#include "output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace nndiff {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const std::string& path, int error) {
  throw FileError("cannot " + what + " '" + path + "': " + std::strerror(error));
}

/// A complete copy of an output under another name; removed unless it was moved to its target.
class Temporary {
 public:
  explicit Temporary(const Output& output) : target_(output.path) {
    check_target();
    std::string name = target_ + ".XXXXXX";
    const int file = ::mkstemp(name.data());
    if (file < 0) fail("write", target_, errno);
    path_ = name;
    const int error = fill(file, output.text);
    const int close_error = ::close(file) == 0 ? 0 : errno;
    if (error == 0 && close_error == 0) return;
    ::unlink(path_.c_str());
    fail("write", target_, error != 0 ? error : close_error);
  }
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  void move_to_target() {
    if (std::rename(path_.c_str(), target_.c_str()) != 0) fail("write", target_, errno);
    path_.clear();
  }

 private:
  void check_target() const {
    std::error_code error;
    const fs::path directory = fs::path(target_).parent_path();
    if (!directory.empty() && !fs::is_directory(directory, error))
      throw FileError("the output directory '" + directory.string() + "' does not exist");
    if (fs::is_directory(target_, error)) fail("write", target_, EISDIR);
  }

  static int fill(int file, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t n = ::write(file, text.data() + done, text.size() - done);
      if (n < 0 && errno != EINTR) return errno;
      if (n > 0) done += static_cast<std::size_t>(n);
    }
    const mode_t mask = ::umask(0);  // mkstemp makes private files
    ::umask(mask);
    if (::fchmod(file, 0666 & ~mask) != 0) return errno;
    return ::fsync(file) == 0 || errno == EINVAL ? 0 : errno;
  }

  std::string target_, path_;
};

}  // namespace

void write_files(const std::vector<Output>& outputs) {
  std::vector<std::unique_ptr<Temporary>> temporaries;
  for (const Output& output : outputs) temporaries.push_back(std::make_unique<Temporary>(output));
  for (const auto& temporary : temporaries) temporary->move_to_target();
}

void check_readable(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) fail("read", path, EISDIR);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail("read", path, errno);
  ::close(file);
}

}  // namespace nndiff
