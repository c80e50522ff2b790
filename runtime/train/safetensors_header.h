// The header of a safetensors file: its JSON read into entries that are safe to use.
#ifndef NN_RUNTIME_TRAIN_SAFETENSORS_HEADER_H
#define NN_RUNTIME_TRAIN_SAFETENSORS_HEADER_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nn::train {

/// What the header says of one tensor; its data are the bytes [begin, end) after the header.
struct HeaderEntry {
  std::string type;
  std::vector<std::uint64_t> sizes;
  std::uint64_t begin = 0, end = 0;
};

/// Reads a header whose tensors must fill `data_size` bytes without gaps or overlaps, each with the size that
/// its type and shape say. Throws nn::Error beginning with `path` and naming the tensor and what is wrong
/// with it.
std::map<std::string, HeaderEntry> read_header(const std::string& path, std::string_view json,
                                               std::uint64_t data_size);

}  // namespace nn::train

#endif  // NN_RUNTIME_TRAIN_SAFETENSORS_HEADER_H
