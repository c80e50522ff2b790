// Whole files in and out: see include/nn/train/file.h.
#include "nn/train/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "nn/error.h"

namespace nn::train {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw Error(path + ": " + what);
}
[[noreturn]] void refuse_errno(const std::string& path, const char* what, int code) {
  refuse(path, std::string(what) + ": " + std::strerror(code));
}

/// A new file beside `path` with a name of its own; removed on destruction unless it was renamed away.
class Temporary {
 public:
  explicit Temporary(const std::string& path) : path_(path) {
    int descriptor = -1;
    for (int attempt = 0; descriptor < 0 && attempt < 1000; ++attempt) {
      name_ = path + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(attempt);
      descriptor = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (descriptor < 0 && errno != EEXIST) refuse_errno(path, "can't write", errno);
    }
    if (descriptor < 0) refuse(path, "can't write: no free name for a temporary file");
    file_ = ::fdopen(descriptor, "wb");
    if (file_ == nullptr) {
      const int code = errno;
      ::close(descriptor);
      ::unlink(name_.c_str());
      refuse_errno(path, "can't write", code);
    }
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (file_ != nullptr) std::fclose(file_);
    if (!renamed_) ::unlink(name_.c_str());
  }
  void write(const void* from, std::size_t bytes) {
    if (bytes != 0 && std::fwrite(from, 1, bytes, file_) != bytes) refuse_errno(path_, "can't write", errno);
  }
  void rename_to_path() {
    if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) refuse_errno(path_, "can't write", errno);
    std::FILE* file = file_;
    file_ = nullptr;
    if (std::fclose(file) != 0) refuse_errno(path_, "can't write", errno);
    if (std::rename(name_.c_str(), path_.c_str()) != 0) refuse_errno(path_, "can't write", errno);
    renamed_ = true;
  }

 private:
  std::string path_;
  std::string name_;
  std::FILE* file_ = nullptr;
  bool renamed_ = false;
};

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "rb")) {
  if (!file_) refuse_errno(path, "can't open", errno);
  struct stat status{};
  if (::fstat(::fileno(file_.get()), &status) != 0) refuse_errno(path, "can't read", errno);
  if (!S_ISREG(status.st_mode)) refuse(path, "can't read: not a regular file");
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void InputFile::read(void* to, std::size_t bytes) {
  if (bytes > remaining()) {
    refuse(path_, "truncated: " + std::to_string(bytes) + " bytes wanted at offset " +
                      std::to_string(position_) + ", the file has " + std::to_string(size_));
  }
  if (bytes != 0 && std::fread(to, 1, bytes, file_.get()) != bytes) {
    refuse(path_, "can't read " + std::to_string(bytes) + " bytes at offset " + std::to_string(position_));
  }
  position_ += bytes;
}

void write_file(const std::string& path, const std::function<void(const WriteBytes&)>& fill) {
  Temporary file(path);
  fill([&](const void* from, std::size_t bytes) { file.write(from, bytes); });
  file.rename_to_path();
}

void write_file(const std::string& path, std::string_view text) {
  write_file(path, [&](const WriteBytes& write) { write(text.data(), text.size()); });
}

}  // namespace nn::train
