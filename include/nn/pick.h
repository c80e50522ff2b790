// Class indices: picking one entry per row, and rows with a single 1.
#ifndef NN_PICK_H
#define NN_PICK_H

#include "nn/expr.h"
#include "nn/map.h"

namespace nn {
namespace detail {

template <class X, class I>
struct PickedOf {
  static constexpr DimList value = [] {
    DimList list;
    for (int axis = 0; axis + 1 < X::rank; ++axis) list.add(X::dims[axis]);
    return list;
  }();
  static_assert(X::rank > 0 && value == I::dims,
                "nn::pick: the indices do not have the shape of the tensor without its last axis");
};

template <class I>
inline constexpr bool is_index =
    std::is_integral_v<typename I::value_type> && !std::is_same_v<typename I::value_type, bool>;

inline void check_index(const char* what, std::int64_t index, std::int64_t place, std::int64_t classes) {
  if (index < 0 || index >= classes)
    throw Error(std::string("nn::") + what + ": index " + std::to_string(index) + " at position " +
                std::to_string(place) + " is out of range for " + std::to_string(classes) + " classes");
}

template <class I, Dim C>
struct OneHotOf {
  static constexpr DimList value = [] {
    DimList list = I::dims;
    list.add(C);
    return list;
  }();
};

}  // namespace detail

/// One entry of the last axis per row: x[..., C] and index[...] of integers give [...], or a number where x
/// is a vector and the index a number. Throws nn::Error where an index is out of range.
template <detail::AnyTensor X, detail::Operand I>
NN_PRIMITIVE("pick")
auto pick(const X& operand, const I& indices) {
  using In = detail::tensor_type_of<X>;
  using T = typename In::value_type;
  const auto& x = detail::as_tensor(operand);
  if constexpr (detail::Scalar<I>) {
    static_assert(In::rank == 1 && std::integral<I>,
                  "nn::pick: a number as index needs a vector and an integer");
    const auto place = static_cast<std::int64_t>(indices);
    detail::check_index("pick", place, 0, x.size());
    return static_cast<T>(x.data()[place]);
  } else {
    using Index = detail::tensor_type_of<I>;
    static_assert(detail::is_index<Index>, "nn::pick: the indices are not integers");
    using Out = detail::tensor_of<T, detail::PickedOf<In, Index>>;
    const auto& index = detail::as_tensor(indices);
    Out result(detail::extents_of<typename Out::extents_type>("pick", x, index), detail::Uninitialised{});
    const std::int64_t classes = x.extents().axes[In::rank - 1];
    T* out = result.briefly_writable();
    for (std::int64_t i = 0; i < result.size(); ++i) {
      const std::int64_t place = index.data()[i];
      detail::check_index("pick", place, i, classes);
      out[i] = x.data()[i * classes + place];
    }
    return result;
  }
}

/// Rows with a 1 at the index and 0 elsewhere: index[...] of integers gives [..., C] in element type T.
/// Throws nn::Error where an index is out of range.
template <Dim C, class T = float, detail::AnyTensor I>
NN_PRIMITIVE("one_hot")
auto one_hot(const I& indices) {
  using Index = detail::tensor_type_of<I>;
  static_assert(detail::is_index<Index>, "nn::one_hot: the indices are not integers");
  static_assert(C.is_static(), "nn::one_hot: the number of classes is not an integer");
  using Out = detail::tensor_of<T, detail::OneHotOf<Index, C>>;
  const auto& index = detail::as_tensor(indices);
  const auto extents = detail::extents_of<typename Out::extents_type>("one_hot", index);
  Out result(extents, detail::Storage<T>::zeros(extents.count()));
  T* out = result.briefly_writable();
  for (std::int64_t i = 0; i < index.size(); ++i) {
    const std::int64_t place = index.data()[i];
    detail::check_index("one_hot", place, i, C.value);
    out[i * C.value + place] = T(1);
  }
  return result;
}

}  // namespace nn

#endif  // NN_PICK_H
