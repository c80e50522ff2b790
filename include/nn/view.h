// Tensors over elements that are someone else's: of memory that the caller keeps, and parts of tensors.
#ifndef NN_VIEW_H
#define NN_VIEW_H
#include "nn/tensor.h"

namespace nn {

namespace detail {
template <class V, class Pointer, class... I>
V borrow(const Device& device, Pointer pointer, I... sizes) {
  const std::int64_t list[] = {static_cast<std::int64_t>(sizes)..., 0};
  return V(typename V::extents_type(list), Storage<typename V::value_type>::borrow(pointer, device));
}
}  // namespace detail

/// A tensor over memory that the caller keeps alive: `nn::view<nn::Tensor<float, N, 3>>(pointer, n)` with the
/// named sizes in order of first appearance. Through a pointer to const the elements are only read; writing
/// to such a tensor gives it elements of its own.
template <class V, std::integral... I>
  requires(detail::is_tensor<V> && sizeof...(I) == static_cast<std::size_t>(V::name_count))
NN_PRIMITIVE("view")
V view(typename V::value_type* pointer, I... sizes) {
  return detail::borrow<V>(Device(), pointer, sizes...);
}
template <class V, std::integral... I>
  requires(detail::is_tensor<V> && sizeof...(I) == static_cast<std::size_t>(V::name_count))
NN_PRIMITIVE("view")
V view(const typename V::value_type* pointer, I... sizes) {
  return detail::borrow<V>(Device(), pointer, sizes...);
}

/// The same over memory of a device.
template <class V, std::integral... I>
  requires(detail::is_tensor<V> && sizeof...(I) == static_cast<std::size_t>(V::name_count))
V view(const Device& device, typename V::value_type* pointer, I... sizes) {
  return detail::borrow<V>(device, pointer, sizes...);
}
template <class V, std::integral... I>
  requires(detail::is_tensor<V> && sizeof...(I) == static_cast<std::size_t>(V::name_count))
V view(const Device& device, const typename V::value_type* pointer, I... sizes) {
  return detail::borrow<V>(device, pointer, sizes...);
}

/// The part x(i…) of a tensor, where there are fewer indices than axes: a tensor whose elements are x's own.
/// Reading it reads x, and assigning to it writes there (the sizes must be equal). A Tensor made of it is a
/// copy, while `auto row = x(i)` names the part as a reference would. Valid until x is assigned to, moved
/// from or destroyed.
template <class T, Dim... D>
class Slice : public Tensor<T, D...> {
  using Base = Tensor<T, D...>;

 public:
  Slice(const Slice&) = delete;
  using Base::operator=;
  NN_PRIMITIVE("identity")
  Slice& operator=(const Slice& other) {
    Base::operator=(static_cast<const Base&>(other));
    return *this;
  }

  /// For Tensor::operator().
  Slice(const typename Base::extents_type& extents, detail::Storage<T>&& elements)
      : Base(extents, std::move(elements)) {}
};

/// A part of a const tensor, which is only read. Valid until the tensor is written to.
template <class T, Dim... D>
class Slice<const T, D...> : public Tensor<T, D...> {
  using Base = Tensor<T, D...>;

 public:
  Slice(const Slice&) = delete;
  void operator=(const Slice&) = delete;
  template <class X>
  void operator=(const X&) = delete;
  template <class X>
  void operator+=(const X&) = delete;
  template <class X>
  void operator-=(const X&) = delete;
  template <class X>
  void operator*=(const X&) = delete;
  template <class X>
  void operator/=(const X&) = delete;
  void fill(T) = delete;

  const T* data() const { return Base::data(); }
  const T* begin() const { return Base::begin(); }
  const T* end() const { return Base::end(); }

  /// An element or a part, as a const tensor's.
  template <std::integral... I>
    requires(sizeof...(I) > 0 && sizeof...(I) <= sizeof...(D))
  NN_PRIMITIVE("element")
  decltype(auto) operator()(I... indices) const {
    return Base::operator()(indices...);
  }

  /// For Tensor::operator().
  Slice(const typename Base::extents_type& extents, detail::Storage<T>&& elements)
      : Base(extents, std::move(elements)) {}
};

namespace detail {

template <class T, Dim... D>
inline constexpr bool is_tensor<Slice<T, D...>> = true;

template <class T, class X, std::size_t skip, class Indices = std::make_index_sequence<X::rank - skip>>
struct SliceOf;
template <class T, class X, std::size_t skip, std::size_t... I>
struct SliceOf<T, X, skip, std::index_sequence<I...>> {
  using type = Slice<T, X::dims.dims[skip + I]...>;
};

template <class X, std::size_t skip, class T>
auto slice_at(const typename X::extents_type& extents, T* elements, std::int64_t part) {
  using Part = typename SliceOf<T, X, skip>::type;
  using To = typename Part::extents_type;
  std::int64_t sizes[To::names.count + 1] = {};
  for (int i = 0; i < To::names.count; ++i)
    sizes[i] = extents.sizes[X::extents_type::names.find(To::names.names[i])];
  const To shape(sizes);
  return Part(shape, Storage<typename X::value_type>::borrow(elements + part * shape.count()));
}

}  // namespace detail
}  // namespace nn

#endif  // NN_VIEW_H
