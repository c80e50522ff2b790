// The header of a safetensors file, read as a stream of JSON events: no depth and no size can surprise it.
#include "runtime/train/safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "nn/error.h"

namespace nn::train {

namespace {

using Json = nlohmann::json;

constexpr std::size_t most_axes = 32;

/// Takes the events of {"name": {"dtype": text, "shape": [n…], "data_offsets": [n, n]}…, "__metadata__":
/// {text…}} and refuses whatever else comes. The base class only makes refusing the default.
class HeaderReader final : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderReader(std::string path) : path_(std::move(path)) {}
  std::map<std::string, HeaderEntry> entries;

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) return go(Place::top);
    if (place_ == Place::top) return go(in_metadata() ? Place::metadata : Place::tensor);
    refuse("an object where none belongs");
  }
  bool end_object() override {
    if (place_ == Place::tensor) check_complete();
    return go(place_ == Place::top ? Place::outside : Place::top);
  }
  bool key(string_t& text) override {
    if (place_ == Place::top) {
      name_ = text;
      fields_.clear();
      if (in_metadata() ? std::exchange(metadata_seen_, true) : !entries.try_emplace(name_).second) {
        refuse("appears twice");
      }
      return true;
    }
    if (place_ == Place::tensor && text != "dtype" && text != "shape" && text != "data_offsets") {
      refuse("has an unknown field \"" + text + "\"");
    }
    if (!fields_.insert(text).second) refuse("has the field \"" + text + "\" twice");
    field_ = text;
    return true;
  }
  bool string(string_t& text) override {
    if (place_ == Place::metadata) return true;
    if (place_ != Place::tensor || field_ != "dtype") refuse("a text where none belongs");
    entries[name_].type = text;
    return true;
  }
  bool start_array(std::size_t) override {
    if (place_ != Place::tensor || field_ == "dtype") refuse("an array where none belongs");
    numbers_.clear();
    return go(Place::array);
  }
  bool number_unsigned(number_unsigned_t number) override {
    if (place_ != Place::array) refuse("a number where none belongs");
    if (numbers_.size() == most_axes) refuse("has more than " + std::to_string(most_axes) + " sizes");
    numbers_.push_back(number);
    return true;
  }
  bool end_array() override {
    HeaderEntry& entry = entries[name_];
    if (field_ == "shape") {
      entry.sizes = numbers_;
    } else if (numbers_.size() != 2) {
      refuse("has " + std::to_string(numbers_.size()) + " data offsets instead of 2");
    } else {
      entry.begin = numbers_[0];
      entry.end = numbers_[1];
    }
    return go(Place::tensor);
  }
  bool null() override { refuse("null where none belongs"); }
  bool boolean(bool) override { refuse("true or false where none belongs"); }
  bool number_integer(number_integer_t number) override {
    refuse("the negative number " + std::to_string(number));
  }
  bool number_float(number_float_t, const string_t& text) override {
    refuse("the number " + text + ", which is no integer of 64 bits");
  }
  bool binary(binary_t&) override { refuse("binary data"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    throw Error(path_ + ": the header is not JSON at byte " + std::to_string(position));
  }

 private:
  enum class Place { outside, top, metadata, tensor, array };

  bool in_metadata() const { return name_ == "__metadata__"; }
  bool go(Place place) {
    place_ = place;
    return true;
  }
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(path_ + ": header: " + (place_ == Place::outside ? "" : "\"" + name_ + "\": ") + what);
  }
  void check_complete() const {
    if (fields_.size() != 3) refuse("lacks one of dtype, shape and data_offsets");
  }

  std::string path_;
  Place place_ = Place::outside;
  std::string name_;
  std::set<std::string> fields_;  // seen in this object
  std::string field_;             // the last of them
  std::vector<std::uint64_t> numbers_;
  bool metadata_seen_ = false;
};

/// Bytes of an element of any type the format knows; 0 for others.
std::uint64_t bytes_of_type(const std::string& type) {
  static constexpr std::pair<std::string_view, std::uint64_t> types[] = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},
      {"BF16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4},     {"I64", 8},     {"U64", 8}, {"F64", 8}};
  for (const auto& [name, bytes] : types) {
    if (name == type) return bytes;
  }
  return 0;
}

void check_size(const std::string& where, const HeaderEntry& entry) {
  std::uint64_t bytes = bytes_of_type(entry.type);
  if (bytes == 0) throw Error(where + "unknown dtype \"" + entry.type + "\"");
  for (const std::uint64_t size : entry.sizes) {
    if (__builtin_mul_overflow(bytes, size, &bytes)) throw Error(where + "its shape overflows");
  }
  if (entry.begin > entry.end) throw Error(where + "its data end before they begin");
  if (entry.end - entry.begin != bytes) {
    throw Error(where + "its shape needs " + std::to_string(bytes) + " bytes, its offsets span " +
                std::to_string(entry.end - entry.begin));
  }
}

/// The tensors, in order of their offsets, must follow each other from 0 to the end of the file.
void check_layout(const std::string& path, const std::map<std::string, HeaderEntry>& entries,
                  std::uint64_t data_size) {
  std::vector<std::pair<std::pair<std::uint64_t, std::uint64_t>, std::string_view>> spans;
  for (const auto& [name, entry] : entries) spans.push_back({{entry.begin, entry.end}, name});
  for (const auto& [span, name] : spans) {
    if (span.second > data_size) {
      throw Error(path + ": header: \"" + std::string(name) + "\": its data end at byte " +
                  std::to_string(span.second) + ", the file has only " + std::to_string(data_size) +
                  " bytes of data: truncated or hostile");
    }
  }
  std::sort(spans.begin(), spans.end());
  std::uint64_t at = 0;
  for (const auto& [span, name] : spans) {
    if (span.first != at) {
      throw Error(path + ": header: \"" + std::string(name) + "\": its data begin at byte " +
                  std::to_string(span.first) + " instead of " + std::to_string(at) + ": " +
                  (span.first < at ? "overlapping" : "a gap"));
    }
    at = span.second;
  }
  if (at != data_size) {
    throw Error(path + ": the tensors end at byte " + std::to_string(at) + " of " +
                std::to_string(data_size) + " bytes of data");
  }
}

}  // namespace

std::map<std::string, HeaderEntry> read_header(const std::string& path, std::string_view json,
                                               std::uint64_t data_size) {
  if (json.empty() || json.front() != '{')
    throw Error(path + ": no safetensors file: its header does not begin with {");
  if (json.find('\0') != std::string_view::npos)
    throw Error(path + ": the header is not JSON: it has a zero byte");
  HeaderReader reader(path);
  Json::sax_parse(json.begin(), json.end(), &reader);
  for (const auto& [name, entry] : reader.entries) check_size(path + ": header: \"" + name + "\": ", entry);
  check_layout(path, reader.entries, data_size);
  return std::move(reader.entries);
}

}  // namespace nn::train
