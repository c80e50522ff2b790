// Operations that move elements without computing: transpose, reshape, broadcast_to.
#ifndef NN_SHAPE_OPS_H
#define NN_SHAPE_OPS_H

#include <cstring>

#include "nn/expr.h"
#include "nn/map.h"
#include "nn/reduce.h"

namespace nn {
namespace detail {

/// A permutation of axes, reversed where it is not given, and the shape of X permuted by it.
template <class X, int... Perm>
struct TransposedOf {
  static constexpr AxisSet axes{X::rank, {Perm...}};
  static_assert(sizeof...(Perm) == 0 || sizeof...(Perm) == static_cast<std::size_t>(X::rank),
                "nn::transpose: give every axis of the tensor once, or none to reverse them");
  static_assert(axes.in_range, "nn::transpose: an axis is out of range for this tensor");
  static_assert(axes.distinct || sizeof...(Perm) == 0, "nn::transpose: an axis is given twice");

  static constexpr int from(int axis) {
    const int given[] = {Perm..., 0};
    const int result = sizeof...(Perm) == 0 ? X::rank - 1 - axis : given[axis];
    return result < 0 ? result + X::rank : result;
  }
  static constexpr DimList value = [] {
    DimList list;
    for (int axis = 0; axis < X::rank; ++axis) list.add(X::dims[from(axis)]);
    return list;
  }();
};

/// The number of elements of a shape, as a canonical expression over its names.
constexpr DimPoly elements_of(const DimList& list) {
  DimPoly count(std::int64_t{1});
  for (int axis = 0; axis < list.rank; ++axis) count = count * poly_of(list[axis]);
  return count;
}

/// False where two shapes certainly have different numbers of elements, whatever the named sizes are.
constexpr bool may_hold_as_many(const DimList& a, const DimList& b) {
  const DimPoly surplus = elements_of(a) - elements_of(b);
  return !surplus.is_constant() || surplus.constant() == 0;
}

constexpr bool broadcasts_to(const DimList& from, const DimList& to) {
  Broadcasting both;
  both.add(from);
  both.add(to);
  return both.matches && both.list == to;
}

/// Guards a shape that was written out: `given` values for the names that X doesn't have.
template <class Out, class X, int given>
struct WrittenNames {
  static constexpr int further = [] {
    int count = 0;
    for (int i = 0; i < Out::extents_type::names.count; ++i)
      count += X::extents_type::names.find(Out::extents_type::names.names[i]) < 0;
    return count;
  }();
  static_assert(
      further == given,
      "nn: the new shape names sizes that the tensor doesn't have: give their values after the tensor, in "
      "order of first appearance (and no others)");
  static constexpr bool value = further == given;
};

/// The sizes of a result whose shape was written out: names from the operand, further ones from `sizes` in
/// order of first appearance.
template <class Out, class X, class... Sizes>
typename Out::extents_type written_extents(const char* what, const X& x, Sizes... sizes) {
  Bindings bindings;
  bindings.bind(x.extents(), what);
  const std::int64_t given[] = {static_cast<std::int64_t>(sizes)..., 0};
  int next = 0;
  for (int i = 0; i < Out::extents_type::names.count; ++i) {
    const std::string_view name = Out::extents_type::names.names[i];
    if (X::extents_type::names.find(name) < 0) bindings.bind(name, given[next++], what);
  }
  return bindings.template extents<typename Out::extents_type>();
}

}  // namespace detail

/// The axes in another order: `nn::transpose(x)` reverses them, `nn::transpose<0, 2, 1>(x)` swaps the last
/// two of three: axis i of the result is axis Perm[i] of x.
template <int... Perm, detail::AnyTensor X>
NN_PRIMITIVE("transpose")
auto transpose(const X& operand) {
  using In = detail::tensor_type_of<X>;
  using Permuted = detail::TransposedOf<In, Perm...>;
  using Out = detail::tensor_of<typename In::value_type, Permuted>;
  const auto& x = detail::as_tensor(operand);
  Out result(detail::extents_of<typename Out::extents_type>("transpose", x), detail::Uninitialised{});
  std::int64_t strides[detail::max_rank] = {}, index[detail::max_rank] = {}, stride = 1;
  for (int axis = In::rank - 1; axis >= 0; --axis) {
    for (int to = 0; to < In::rank; ++to)
      if (Permuted::from(to) == axis) strides[to] = stride;
    stride *= x.extents().axes[axis];
  }
  const auto* in = x.data();
  auto* out = result.briefly_writable();
  for (std::int64_t i = 0; i < result.size(); ++i) {
    std::int64_t from = 0;
    for (int axis = 0; axis < In::rank; ++axis) from += index[axis] * strides[axis];
    out[i] = in[from];
    for (int axis = In::rank - 1; axis >= 0 && ++index[axis] == result.extents().axes[axis]; --axis)
      index[axis] = 0;
  }
  return result;
}

/// The same elements in row-major order under another shape: `nn::reshape<N, 28, 28>(x)`. Names that x
/// doesn't have get their sizes after x. Throws nn::Error where the numbers of elements turn out to differ.
template <Dim... D, detail::AnyTensor X, std::integral... Sizes>
NN_PRIMITIVE("reshape")
auto reshape(const X& operand, Sizes... sizes) {
  using Out = Tensor<typename X::value_type, D...>;
  static_assert(detail::WrittenNames<Out, detail::tensor_type_of<X>, sizeof...(Sizes)>::value);
  static_assert(detail::may_hold_as_many(X::dims, Out::dims),
                "nn::reshape: the new shape has another number of elements");
  const auto& x = detail::as_tensor(operand);
  const auto extents = detail::written_extents<Out>("reshape", x, sizes...);
  if (extents.count() != x.size())
    throw Error("nn::reshape: a tensor " + x.extents().text() + " has another number of elements than " +
                extents.text());
  Out result(extents, detail::Uninitialised{});
  if (x.size() > 0)
    std::memcpy(result.briefly_writable(), x.data(), static_cast<std::size_t>(x.size()) * sizeof(*x.data()));
  return result;
}

/// x repeated along its axes of size 1 and along new leading axes: `nn::broadcast_to<3, 4>(row)`. Names that
/// x doesn't have get their sizes after x: `nn::broadcast_to<N, 4>(row, n)`.
template <Dim... D, detail::AnyTensor X, std::integral... Sizes>
NN_PRIMITIVE("broadcast_to")
auto broadcast_to(const X& operand, Sizes... sizes) {
  using Out = Tensor<typename X::value_type, D...>;
  static_assert(detail::WrittenNames<Out, detail::tensor_type_of<X>, sizeof...(Sizes)>::value);
  static_assert(detail::broadcasts_to(X::dims, Out::dims),
                "nn::broadcast_to: the tensor cannot be broadcast to this shape");
  const auto& x = detail::as_tensor(operand);
  const auto extents = detail::written_extents<Out>("broadcast_to", x, sizes...);
  Out result(extents, detail::Uninitialised{});
  auto* out = result.briefly_writable();
  detail::for_each_element<Out>(x, extents, [out](std::int64_t i, auto value) { out[i] = value; });
  return result;
}

}  // namespace nn

#endif  // NN_SHAPE_OPS_H
