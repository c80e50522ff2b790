// Saving and loading weights as safetensors files, by name, over any aggregate of tensors.
#ifndef NN_TRAIN_SAFETENSORS_H
#define NN_TRAIN_SAFETENSORS_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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

/// The value of one nn::Dim of a tensor's type.
struct NamedSize {
  std::string_view name;
  std::int64_t size = 0;
};

/// One tensor of a file: what it is called, what it holds and where its elements are in memory.
template <class Byte>
struct NamedBytes {
  std::string name;
  std::string type;
  std::vector<std::int64_t> sizes;
  std::span<Byte> bytes;
  std::vector<Dim> dims = {};               ///< of the tensor's type, one for each of `sizes`
  std::vector<NamedSize> named_sizes = {};  ///< of the names in `dims`
  bool is_unsized = false;                  ///< has named sizes and was never given them
};

/// The work behind the two functions below (runtime/train/safetensors.cpp). What is read is checked first;
/// then `make_room` is called, which gives those that were unsized their memory, of `sizes` as they were
/// found in the file.
void write_safetensors(const std::string& path, std::span<const NamedBytes<const std::byte>> tensors);
void read_safetensors(const std::string& path, std::span<NamedBytes<std::byte>> tensors,
                      const std::function<void()>& make_room);

/// The shape of a parameter's type.
template <class P, class Byte>
void describe_shape(const P& parameter, NamedBytes<Byte>& tensor) {
  if constexpr (!std::is_floating_point_v<P>) {
    tensor.is_unsized = P::name_count > 0 && !parameter.is_view() && parameter.size() == 0;
    for (int axis = 0; axis < P::rank; ++axis) tensor.dims.push_back(P::dims[axis]);
    for (int i = 0; i < P::name_count; ++i) {
      tensor.named_sizes.push_back({P::extents_type::names.names[i], parameter.extents().sizes[i]});
      tensor.is_unsized = tensor.is_unsized && parameter.extents().sizes[i] == 0;
    }
  }
}

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
    describe_shape(std::as_const(p), tensors.back());
  });
  return tensors;
}

/// An owning tensor of the sizes that were found for it; its elements are not written yet.
template <class P>
P sized_tensor(const NamedBytes<std::byte>& found) {
  std::int64_t sizes[P::name_count + 1] = {};
  for (int i = 0; i < P::name_count; ++i) sizes[i] = found.named_sizes[static_cast<std::size_t>(i)].size;
  return P(typename P::extents_type(sizes), detail::Uninitialised{});
}

/// Calls f(p, i) for every parameter that was unsized, with its index in `tensors`.
template <class A, class F>
void for_each_unsized(A& model, const std::vector<NamedBytes<std::byte>>& tensors, F f) {
  std::size_t i = 0;
  for_each_tensor(model, [&](auto& p) {
    if constexpr (!std::is_floating_point_v<std::remove_reference_t<decltype(p)>>)
      if (tensors[i].is_unsized) f(p, i);
    ++i;
  });
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
/// Tensors with named sizes that are still empty take them from the file, a name being one size throughout
/// the model: Tensor<float, N, 4> tells N, Tensor<float, N * 2> needs another tensor that does. Everything is
/// checked before any tensor changes; throws nn::Error with the reason for a file that is truncated, damaged,
/// hostile or of another model.
template <class A>
void load_safetensors(const std::string& path, A& model) {
  auto tensors = train::named_bytes(model);
  std::vector<std::function<void()>> exchanges;  // done when nothing can fail any more
  train::read_safetensors(path, tensors, [&] {
    train::for_each_unsized(model, tensors, [&](auto& p, std::size_t i) {
      using P = std::remove_reference_t<decltype(p)>;
      auto sized = std::make_shared<P>(train::sized_tensor<P>(tensors[i]));
      tensors[i].bytes = {reinterpret_cast<std::byte*>(sized->briefly_writable()),
                          static_cast<std::size_t>(sized->size()) * sizeof(train::Element<P>)};
      exchanges.push_back([&p, sized] { p = std::move(*sized); });
    });
  });
  for (const auto& exchange : exchanges) exchange();
}

}  // namespace nn

#endif  // NN_TRAIN_SAFETENSORS_H
