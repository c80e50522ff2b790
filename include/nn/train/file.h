// Whole files in and out: reading with a size limit, writing so that a file is never seen half-written.
#ifndef NN_TRAIN_FILE_H
#define NN_TRAIN_FILE_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace nn::train {

/// An open file for reading that knows its size and refuses to read past it. Throws nn::Error when it can't
/// be opened, is a directory, or gives fewer bytes than it promised.
class InputFile {
 public:
  explicit InputFile(const std::string& path);
  std::uint64_t size() const { return size_; }
  std::uint64_t remaining() const { return size_ - position_; }
  /// Reads exactly `bytes` bytes, or throws.
  void read(void* to, std::size_t bytes);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
};

/// Appends bytes to the file that write_file is making.
using WriteBytes = std::function<void(const void* from, std::size_t bytes)>;

/// Writes a temporary file beside `path` through `fill`, flushes it to the disk and renames it over `path`.
/// When anything fails (a full disk, an exception out of `fill`), `path` is as it was before, the temporary
/// is gone and nn::Error says why.
void write_file(const std::string& path, const std::function<void(const WriteBytes&)>& fill);
/// The same for a text at hand.
void write_file(const std::string& path, std::string_view text);

}  // namespace nn::train

#endif  // NN_TRAIN_FILE_H
