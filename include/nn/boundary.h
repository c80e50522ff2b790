// What generated functions do with their arguments before they compute: check sizes and labels, size
// gradients.
#ifndef NN_BOUNDARY_H
#define NN_BOUNDARY_H

#include <concepts>
#include <cstdint>
#include <string>

#include "nn/error.h"
#include "nn/tensor.h"

namespace nn::rt {
namespace detail {

[[noreturn]] inline void throw_wrong_extent(const char* argument, int axis, std::int64_t got, const char* dim,
                                            std::int64_t want) {
  throw Error("nn: argument " + std::string(argument) + ": axis " + std::to_string(axis) + " has size " +
              std::to_string(got) + ", but " + dim + " is " + std::to_string(want));
}

[[noreturn]] inline void throw_wrong_label(const char* argument, std::int64_t label, std::int64_t place,
                                           std::int64_t classes) {
  throw Error("nn: argument " + std::string(argument) + ": label " + std::to_string(label) + " at position " +
              std::to_string(place) + " is out of range for " + std::to_string(classes) + " classes");
}

}  // namespace detail

/// Throws nn::Error unless axis `axis` of the argument, of size `got`, has the size `want` of `dim` (a name
/// or an expression, as text).
inline void check_extent(const char* argument, int axis, std::int64_t got, const char* dim,
                         std::int64_t want) {
  if (got != want) detail::throw_wrong_extent(argument, axis, got, dim, want);
}

/// Throws nn::Error unless all of `count` labels are from 0 to classes − 1.
template <std::integral Label>
void check_labels(const char* argument, const Label* labels, std::int64_t count, std::int64_t classes) {
  for (std::int64_t i = 0; i < count; ++i)
    if (labels[i] < 0 || labels[i] >= classes) detail::throw_wrong_label(argument, labels[i], i, classes);
}

/// Makes a tensor that the caller writes to, such as `grad.model.w`, fit: an empty owning one is allocated
/// with the sizes `want`, any other must have them (nn::Error). Static shapes always fit.
template <class T, Dim... D>
void fit(const char* argument, Tensor<T, D...>& tensor, const nn::detail::Extents<D...>& want) {
  if constexpr (Tensor<T, D...>::name_count > 0) {
    if (tensor.size() == 0 && !tensor.is_view())
      tensor = Tensor<T, D...>(want, nn::detail::Storage<T>::zeros(want.count()));
    for (int axis = 0; axis < Tensor<T, D...>::rank; ++axis)
      check_extent(argument, axis, tensor.extents().axes[axis], Tensor<T, D...>::dims[axis].text().c_str(),
                   want.axes[axis]);
  }
}

/// The same with the named sizes in order of first appearance.
template <class T, Dim... D, std::integral... Sizes>
  requires(sizeof...(Sizes) == static_cast<std::size_t>(Tensor<T, D...>::name_count))
void size_gradient(const char* argument, Tensor<T, D...>& tensor, Sizes... sizes) {
  const std::int64_t list[] = {static_cast<std::int64_t>(sizes)..., 0};
  fit(argument, tensor, nn::detail::Extents<D...>(list));
}

/// The same with the sizes of another tensor, such as the parameter that a gradient belongs to.
template <class T, Dim... D>
void size_like(const char* argument, Tensor<T, D...>& tensor, const Tensor<T, D...>& like) {
  fit(argument, tensor, like.extents());
}

}  // namespace nn::rt

#endif  // NN_BOUNDARY_H
