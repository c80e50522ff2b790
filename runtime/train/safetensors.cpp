// Safetensors files: 8 bytes of header length (little-endian), a header in JSON, the elements of all tensors.
#include "nn/train/safetensors.h"

#include <bit>
#include <cstring>

#include "nn/error.h"
#include "nn/train/file.h"
#include "runtime/train/safetensors_header.h"

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

namespace nn::train {

namespace {

constexpr std::uint64_t longest_header = 100'000'000;  // as the reference implementation has it

std::string sizes_text(std::span<const std::int64_t> sizes) {
  std::string text;
  for (const std::int64_t size : sizes) {
    text += text.empty() ? '[' : ',';
    text += std::to_string(size);
  }
  return text.empty() ? "[]" : text + ']';
}

/// A name as JSON. Members' names are identifiers, which need no escapes.
std::string quoted(const std::string& path, const std::string& name) {
  for (const char c : name) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ')
      throw Error(path + ": a tensor's name can't have quotes, backslashes or control characters");
  }
  if (name == "__metadata__") throw Error(path + ": a tensor can't be called __metadata__");
  return '"' + name + '"';
}

std::string header_of(const std::string& path, std::span<const NamedBytes<const std::byte>> tensors) {
  std::string json = "{";
  std::uint64_t at = 0;
  for (const auto& tensor : tensors) {
    if (json.size() > 1) json += ',';
    json += quoted(path, tensor.name) + ":{\"dtype\":\"" + tensor.type +
            "\",\"shape\":" + sizes_text(tensor.sizes) + ",\"data_offsets\":[" + std::to_string(at) + "," +
            std::to_string(at + tensor.bytes.size()) + "]}";
    at += tensor.bytes.size();
  }
  json += '}';
  json.append((8 - json.size() % 8) % 8, ' ');  // so that the elements begin at a multiple of 8
  if (json.size() > longest_header) throw Error(path + ": a header of more than 100 MB");
  return json;
}

std::vector<std::int64_t> sizes_in(const HeaderEntry& entry) {
  return {entry.sizes.begin(), entry.sizes.end()};
}

[[noreturn]] void throw_wrong_shape(const std::string& path, const NamedBytes<std::byte>& tensor,
                                    const HeaderEntry& entry, const std::string& wanted) {
  throw Error(path + ": \"" + tensor.name + "\" has the shape " + sizes_text(sizes_in(entry)) +
              ", the model has " + wanted);
}

/// What the tensors of a model and its file say about named sizes.
class SizesByName {
 public:
  explicit SizesByName(const std::string& path) : path_(path) {}

  /// The tensor says that `name` is `size`.
  void add(std::string_view name, std::int64_t size, const std::string& tensor) {
    const auto [known, is_new] = known_.try_emplace(std::string(name), Said{size, tensor});
    if (!is_new && known->second.size != size)
      throw Error(path_ + ": the size " + std::string(name) + " is " + std::to_string(known->second.size) +
                  " in \"" + known->second.tensor + "\", but " + std::to_string(size) + " in \"" + tensor +
                  "\"");
  }

  std::int64_t size(std::string_view name, const std::string& tensor) const {
    const auto known = known_.find(name);
    if (known == known_.end())
      throw Error(path_ + ": the size " + std::string(name) + " can't be told from the shape of \"" + tensor +
                  "\"; give the model's tensor its sizes before loading");
    return known->second.size;
  }

 private:
  struct Said {
    std::int64_t size;
    std::string tensor;
  };
  std::string path_;
  std::map<std::string, Said, std::less<>> known_;
};

/// Takes from the file the sizes of axes that are a name and nothing else.
void add_plain_names(const std::string& path, const NamedBytes<std::byte>& tensor, const HeaderEntry& entry,
                     SizesByName& names) {
  const std::vector<std::int64_t> sizes = sizes_in(entry);
  if (sizes.size() != tensor.dims.size())
    throw_wrong_shape(path, tensor, entry, std::to_string(tensor.dims.size()) + " axes");
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    if (sizes[axis] < 0) throw Error(path + ": \"" + tensor.name + "\": a size of 2^63 or more");
    if (tensor.dims[axis].is_name()) names.add(tensor.dims[axis].name(), sizes[axis], tensor.name);
  }
}

/// Gives an unsized tensor the sizes of its names, with which its shape has to be the file's.
void take_sizes(const std::string& path, NamedBytes<std::byte>& tensor, const HeaderEntry& entry,
                const SizesByName& names) {
  std::vector<std::int64_t> sizes;
  try {
    for (const Dim& dim : tensor.dims)
      sizes.push_back(dim.eval([&](std::string_view name) { return names.size(name, tensor.name); }));
  } catch (const DimError& error) {
    throw Error(path + ": \"" + tensor.name + "\": " + error.what());
  }
  if (sizes != sizes_in(entry)) throw_wrong_shape(path, tensor, entry, sizes_text(sizes));
  tensor.sizes = sizes;
  for (NamedSize& named : tensor.named_sizes) named.size = names.size(named.name, tensor.name);
}

/// Finds the sizes of the tensors that have none yet; a name is one size throughout the model.
void find_sizes(const std::string& path, const std::map<std::string, HeaderEntry>& entries,
                std::span<NamedBytes<std::byte>> tensors) {
  SizesByName names(path);
  bool any = false;
  for (const auto& tensor : tensors) {
    any |= tensor.is_unsized;
    if (tensor.is_unsized) add_plain_names(path, tensor, entries.at(tensor.name), names);
  }
  if (!any) return;
  for (const auto& tensor : tensors) {
    if (tensor.is_unsized) continue;
    for (const NamedSize& named : tensor.named_sizes) names.add(named.name, named.size, tensor.name);
  }
  for (auto& tensor : tensors)
    if (tensor.is_unsized) take_sizes(path, tensor, entries.at(tensor.name), names);
}

/// Checks that the file's tensors are the model's; then nothing but sizes and reading is left.
void check_tensors(const std::string& path, const std::map<std::string, HeaderEntry>& entries,
                   std::span<const NamedBytes<std::byte>> tensors) {
  for (const auto& tensor : tensors) {
    const auto found = entries.find(tensor.name);
    if (found == entries.end()) throw Error(path + ": has no tensor \"" + tensor.name + "\"");
    const HeaderEntry& entry = found->second;
    if (entry.type != tensor.type) {
      throw Error(path + ": \"" + tensor.name + "\" is " + entry.type + ", the model has " + tensor.type);
    }
    if (!tensor.is_unsized && sizes_in(entry) != tensor.sizes)
      throw_wrong_shape(path, tensor, entry, sizes_text(tensor.sizes));
  }
  if (entries.size() != tensors.size()) {
    for (const auto& [name, entry] : entries) {
      bool known = false;
      for (const auto& tensor : tensors) known = known || tensor.name == name;
      if (!known) throw Error(path + ": has a tensor \"" + name + "\", which the model lacks");
    }
  }
}

void check_booleans(const std::string& path, const std::string& name, const std::byte* bytes,
                    std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (bytes[i] > std::byte{1}) {
      throw Error(path + ": \"" + name + "\": element " + std::to_string(i) + " is neither true nor false");
    }
  }
}

}  // namespace

void write_safetensors(const std::string& path, std::span<const NamedBytes<const std::byte>> tensors) {
  const std::string header = header_of(path, tensors);
  write_file(path, [&](const WriteBytes& write) {
    const std::uint64_t length = header.size();
    write(&length, sizeof length);
    write(header.data(), header.size());
    for (const auto& tensor : tensors) write(tensor.bytes.data(), tensor.bytes.size());
  });
}

void read_safetensors(const std::string& path, std::span<NamedBytes<std::byte>> tensors,
                      const std::function<void()>& make_room) {
  InputFile file(path);
  std::uint64_t length = 0;
  file.read(&length, sizeof length);
  if (length > longest_header) {
    throw Error(path + ": a header of " + std::to_string(length) + " bytes; more than 100 MB are refused");
  }
  if (length > file.remaining()) {
    throw Error(path + ": truncated: a header of " + std::to_string(length) + " bytes, of which " +
                std::to_string(file.remaining()) + " are there");
  }
  std::string json(length, ' ');
  file.read(json.data(), json.size());
  const auto entries = read_header(path, json, file.remaining());
  check_tensors(path, entries, tensors);
  find_sizes(path, entries, tensors);

  std::vector<std::byte> data(file.remaining());  // as large as the model, which has just been checked
  file.read(data.data(), data.size());
  for (const auto& tensor : tensors) {
    if (tensor.type == "BOOL") {
      check_booleans(path, tensor.name, data.data() + entries.at(tensor.name).begin,
                     entries.at(tensor.name).end - entries.at(tensor.name).begin);
    }
  }
  make_room();
  for (const auto& tensor : tensors) {
    if (!tensor.bytes.empty()) {
      std::memcpy(tensor.bytes.data(), data.data() + entries.at(tensor.name).begin, tensor.bytes.size());
    }
  }
}

}  // namespace nn::train
