// Saving and loading weights as safetensors files, by name, over any aggregate of tensors.
#ifndef NN_TRAIN_SAFETENSORS_H
#define NN_TRAIN_SAFETENSORS_H

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nn/train/reflect.h"

namespace nn {

namespace train {

/// The element types of safetensors that tensors have: "F32", "F64", "I32", "I64", "BOOL".
template <class T>
constexpr const char* safetensors_type() {
  if constexpr (std::is_same_v<T, bool>) {
    return "BOOL";
  } else if constexpr (std::is_floating_point_v<T>) {
    return sizeof(T) == 4 ? "F32" : "F64";
  } else {
    return sizeof(T) == 4 ? "I32" : "I64";
  }
}

/// One tensor of a file: what it is called, what it holds and where its elements are in memory.
template <class Byte>
struct NamedBytes {
  std::string name;
  std::string type;
  std::vector<std::int64_t> sizes;
  std::span<Byte> bytes;
};

/// The work behind the two functions below (runtime/train/safetensors.cpp).
void write_safetensors(const std::string& path, std::span<const NamedBytes<const std::byte>> tensors);
void read_safetensors(const std::string& path, std::span<const NamedBytes<std::byte>> tensors);

/// All parameters of an aggregate as bytes; writable for a model that is not const.
template <class A>
auto named_bytes(A& model) {
  using Byte = std::conditional_t<std::is_const_v<A>, const std::byte, std::byte>;
  std::vector<NamedBytes<Byte>> tensors;
  for_each_named_tensor(model, [&](const Path& path, auto& p) {
    using P = std::remove_reference_t<decltype(p)>;
    const std::string name = path.text();
    const auto values = elements(p);
    std::span<Byte> bytes(reinterpret_cast<Byte*>(values.data()), values.size_bytes());
    tensors.push_back({name.empty() ? "value" : name, safetensors_type<Element<P>>(), sizes_of(p), bytes});
  });
  return tensors;
}

}  // namespace train

/// Writes all tensors of `model` to a safetensors file under the names of its members ("w1", "layers.0.w";
/// "value" for a lone tensor). The file is replaced as a whole or, with an nn::Error that says why, not at
/// all.
template <class A>
void save_safetensors(const std::string& path, const A& model) {
  const auto tensors = train::named_bytes(model);
  train::write_safetensors(path, tensors);
}

/// Reads into `model` a safetensors file with exactly its tensors: the same names, element types and shapes.
/// Everything is checked before any tensor changes; throws nn::Error with the reason for a file that is
/// truncated, damaged, hostile or of another model.
template <class A>
void load_safetensors(const std::string& path, A& model) {
  const auto tensors = train::named_bytes(model);
  train::read_safetensors(path, tensors);
}

}  // namespace nn

#endif  // NN_TRAIN_SAFETENSORS_H
