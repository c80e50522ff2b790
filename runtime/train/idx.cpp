// IDX files: four bytes of magic (0, 0, type, number of dims), dims as big-endian 32-bit numbers, elements
// row-major.
#include "nn/train/idx.h"

#include "nn/train/file.h"

namespace nn::train {

namespace {

constexpr std::uint8_t unsigned_bytes = 0x08;

/// Product of the dims, or more than `limit` when it exceeds that.
std::uint64_t product(const std::vector<std::uint32_t>& dims, std::uint64_t limit) {
  std::uint64_t count = 1;
  for (const std::uint32_t dim : dims) {
    if (dim == 0) return 0;
  }
  for (const std::uint32_t dim : dims) {
    if (count > limit / dim) return limit + 1;
    count *= dim;
  }
  return count;
}

std::string hexadecimal(const std::uint8_t* bytes, int count) {
  const char* digits = "0123456789abcdef";
  std::string text = "0x";
  for (int i = 0; i < count; ++i) text += {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
  return text;
}

int read_magic(InputFile& file, const std::string& path, int max_dims) {
  std::uint8_t magic[4];
  file.read(magic, sizeof magic);
  if (magic[0] == 0x1f && magic[1] == 0x8b)
    throw Error(path + ": compressed with gzip: run gunzip on it first");
  if (magic[0] != 0 || magic[1] != 0) {
    throw Error(path + ": not an IDX file: its magic number is " + hexadecimal(magic, 4));
  }
  if (magic[2] != unsigned_bytes) {
    throw Error(path + ": IDX of element type " + hexadecimal(magic + 2, 1) +
                "; only unsigned bytes (0x08) are read");
  }
  if (magic[3] == 0 || magic[3] > max_dims) {
    throw Error(path + ": IDX with " + std::to_string(magic[3]) + " dims; 1 to " + std::to_string(max_dims) +
                " are read");
  }
  return magic[3];
}

}  // namespace

std::size_t Idx::row_size() const {
  std::size_t size = 1;
  for (std::size_t axis = 1; axis < dims.size(); ++axis) size *= dims[axis];
  return size;
}

Idx read_idx(const std::string& path, int max_dims) {
  InputFile file(path);
  Idx data;
  data.dims.resize(static_cast<std::size_t>(read_magic(file, path, max_dims)));
  for (std::uint32_t& dim : data.dims) {
    std::uint8_t b[4];
    file.read(b, sizeof b);
    dim = std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
  }
  const std::uint64_t bytes = product(data.dims, file.remaining());
  if (bytes > file.remaining()) {
    throw Error(path + ": truncated or hostile: its dims promise more than the " +
                std::to_string(file.remaining()) + " bytes that follow them");
  }
  if (bytes != file.remaining()) {
    throw Error(path + ": its dims say " + std::to_string(bytes) + " bytes, but " +
                std::to_string(file.remaining()) + " follow them");
  }
  data.bytes.resize(bytes);
  file.read(data.bytes.data(), bytes);
  return data;
}

void write_idx(const std::string& path, const Idx& data) {
  if (data.dims.empty() || data.dims.size() > 255) throw Error(path + ": an IDX file has 1 to 255 dims");
  if (product(data.dims, data.bytes.size()) != data.bytes.size()) {
    throw Error(path + ": the dims given do not multiply to the " + std::to_string(data.bytes.size()) +
                " bytes given");
  }
  write_file(path, [&](const WriteBytes& write) {
    const std::uint8_t magic[4] = {0, 0, unsigned_bytes, static_cast<std::uint8_t>(data.dims.size())};
    write(magic, sizeof magic);
    for (const std::uint32_t dim : data.dims) {
      const std::uint8_t b[4] = {static_cast<std::uint8_t>(dim >> 24), static_cast<std::uint8_t>(dim >> 16),
                                 static_cast<std::uint8_t>(dim >> 8), static_cast<std::uint8_t>(dim)};
      write(b, sizeof b);
    }
    write(data.bytes.data(), data.bytes.size());
  });
}

}  // namespace nn::train
