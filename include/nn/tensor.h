// Tensors with their shape in the type: static and named sizes, owning or borrowing, row-major.
#ifndef NN_TENSOR_H
#define NN_TENSOR_H

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>

#include "nn/annotate.h"
#include "nn/device.h"
#include "nn/dim.h"
#include "nn/error.h"
#include "nn/extents.h"
#include "nn/storage.h"

namespace nn {

template <class Value, class Op, class... Operands>
class Expr;

namespace op {
struct add;
struct sub;
struct mul;
struct div;
}  // namespace op

namespace detail {

/// value = Op(value, x) in place (assign.h).
template <class Op, class Value, class X>
Value& update(Value& value, const X& x);

template <class X>
inline constexpr bool is_tensor = false;
template <class T, Dim... D>
inline constexpr bool is_tensor<Tensor<T, D...>> = true;

template <class X>
inline constexpr bool is_expr = false;
template <class Value, class Op, class... Operands>
inline constexpr bool is_expr<Expr<Value, Op, Operands...>> = true;

template <class X>
concept AnyTensor = is_tensor<std::remove_cvref_t<X>> || is_expr<std::remove_cvref_t<X>>;
template <class X>
concept Scalar = std::is_arithmetic_v<std::remove_cvref_t<X>>;
template <class X>
concept Operand = AnyTensor<X> || Scalar<X>;

template <class T>
inline constexpr bool is_element =
    std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, bool> ||
    (std::signed_integral<T> && !std::same_as<T, char> && (sizeof(T) == 4 || sizeof(T) == 8));

template <class T, int rank>
struct Nested {
  using type = std::initializer_list<typename Nested<T, rank - 1>::type>;
};
template <class T>
struct Nested<T, 0> {
  using type = T;
};

/// Braces around braces: initializer_list<initializer_list<T>> for two axes.
template <class T, int rank>
using nested_list = typename Nested<T, rank>::type;

template <class E>
[[noreturn]] inline void throw_out_of_range(const E& extents, int axis, std::int64_t index) {
  throw Error("nn: index " + std::to_string(index) + " is out of range on axis " + std::to_string(axis) +
              " of " + extents.text());
}

/// An axis counted from the end where negative. Throws nn::Error where there is none.
inline int checked_axis(int axis, int rank) {
  const int from_start = axis < 0 ? axis + rank : axis;
  if (from_start < 0 || from_start >= rank)
    throw Error("nn: axis " + std::to_string(axis) + " of a tensor with " + std::to_string(rank) + " axes");
  return from_start;
}

/// The place of an element in row-major order. Indices are checked unless NDEBUG is defined.
template <class E, class... I>
std::int64_t offset_of(const E& extents, I... indices) {
  std::int64_t offset = 0;
  int axis = 0;
  [[maybe_unused]] const auto step = [&](std::int64_t index) {
#ifndef NDEBUG
    if (index < 0 || index >= extents.axes[axis]) throw_out_of_range(extents, axis, index);
#endif
    offset = offset * extents.axes[axis++] + index;
  };
  (step(static_cast<std::int64_t>(indices)), ...);
  return offset;
}

struct Uninitialised {};

}  // namespace detail

/// A tensor of element type T (float, double, int32, int64, bool) whose sizes are integers or nn::Dims.
///
/// Copying a tensor copies its elements (in effect: buffers are shared until one side is written). A tensor
/// made by nn::view borrows its memory: assigning to it writes there, copying it gives an owning tensor. A
/// tensor that was moved from may only be destroyed or assigned to. Elements on a device (nn::to) are for
/// generated functions and copies; everything that reads or writes single ones throws nn::Error there.
///
/// In a debugger, h.extents_.axes are the sizes of h and h.storage_.data_ points to its elements in row-major
/// order: in gdb, `print h.storage_.data_[i * 512 + j]` and `print *h.storage_.data_@h.size_`.
template <class T, Dim... D>
class Tensor {
  static_assert(detail::is_element<T>,
                "nn: a tensor's elements are float, double, std::int32_t, std::int64_t or bool");
  static_assert(((!D.is_static() || D.value > 0) && ...),
                "nn: a size is a positive integer or a named nn::Dim");

 public:
  using value_type = T;
  using tensor_type = Tensor;
  using extents_type = detail::Extents<D...>;
  static constexpr int rank = sizeof...(D);
  static constexpr detail::DimList dims = detail::dim_list<D...>;
  static constexpr int name_count = extents_type::names.count;

  /// All sizes static: allocated and zero. Named sizes: empty.
  Tensor() {
    if constexpr (name_count == 0) storage_ = storage::zeros(size_ = extents_.count());
  }

  /// The named sizes in order of first appearance (within one size: in the order of its canonical text);
  /// zero-filled. Throws nn::Error where a size comes out negative.
  template <std::integral... I>
    requires(sizeof...(I) == static_cast<std::size_t>(name_count) && name_count > 0)
  explicit Tensor(I... sizes) : Tensor(extents_from(sizes...), detail::Uninitialised{}) {
    storage_ = storage::zeros(size_);
  }

  /// The elements in nested braces. Named sizes that stand alone on an axis are taken from the lengths; the
  /// other lengths must match. Throws nn::Error where they don't.
  Tensor(detail::nested_list<T, rank> elements)
    requires(rank > 0)
      : Tensor(extents_from(elements), detail::Uninitialised{}) {
    T* out = storage_.briefly_writable(size_);
    fill_from(elements, 0, out);
  }

  /// All elements of a tensor with static sizes in row-major order, without inner braces.
  template <class... U>
    requires(rank != 1 && name_count == 0 && sizeof...(U) > 0 && (std::is_arithmetic_v<U> && ...) &&
             static_cast<std::int64_t>(sizeof...(U)) == (D.value * ... * 1))
  explicit(rank > 0) Tensor(U... elements) : Tensor() {
    T* out = storage_.briefly_writable(size_);
    ((*out++ = static_cast<T>(elements)), ...);
  }

  NN_PRIMITIVE("identity")
  Tensor(const Tensor& other)
      : extents_(other.extents_), size_(other.size_), storage_(other.storage_.copy(other.size_)) {}
  NN_PRIMITIVE("identity")
  Tensor(Tensor&& other) noexcept
      : extents_(std::exchange(other.extents_, {})),
        size_(name_count == 0 ? other.size_ : std::exchange(other.size_, 0)),
        storage_(std::move(other.storage_)) {}

  /// The value of an expression of the same shape and element type.
  template <class Op, class... Operands>
  NN_PRIMITIVE("identity")
  Tensor(const Expr<Tensor, Op, Operands...>& value) : Tensor(value.evaluated()) {}

  NN_PRIMITIVE("identity")
  Tensor& operator=(const Tensor& other) { return this == &other ? *this : *this = Tensor(other); }
  NN_PRIMITIVE("identity")
  Tensor& operator=(Tensor&& other) {
    if (this == &other) return *this;
    if (storage_.borrows_for_writing()) {
      write_through(other);
    } else {
      const bool keep = other.storage_.owning();
      storage_ = keep ? std::move(other.storage_) : other.storage_.copy(other.size_);
      extents_ = other.extents_;
      size_ = other.size_;
    }
    return *this;
  }

  /// Assigns the value of an expression of the same shape and element type.
  template <class Value, class Op, class... Operands>
  NN_PRIMITIVE("identity")
  Tensor& operator=(const Expr<Value, Op, Operands...>& value) {
    static_assert(std::same_as<Value, Tensor>,
                  "nn: the expression assigned to a tensor has another shape or element type");
    if constexpr (std::same_as<Value, Tensor>) *this = value.evaluated();
    return *this;
  }

  template <detail::Operand X>
  NN_PRIMITIVE("add_assign")
  Tensor& operator+=(const X& x) {
    return detail::update<op::add>(*this, x);
  }
  template <detail::Operand X>
  NN_PRIMITIVE("sub_assign")
  Tensor& operator-=(const X& x) {
    return detail::update<op::sub>(*this, x);
  }
  template <detail::Operand X>
  NN_PRIMITIVE("mul_assign")
  Tensor& operator*=(const X& x) {
    return detail::update<op::mul>(*this, x);
  }
  template <detail::Operand X>
  NN_PRIMITIVE("div_assign")
  Tensor& operator/=(const X& x) {
    return detail::update<op::div>(*this, x);
  }

  /// The elements in row-major order. The non-const one gives a pointer to write through, which stays valid
  /// until the tensor is assigned to, moved from or destroyed. Throw nn::Error for a tensor on a device.
  T* data() { return storage_.writable(size_); }
  const T* data() const { return storage_.data(); }

  /// The same for a tensor on a device; the pointer is the device's. Throw nn::Error for one on the host.
  T* device_data() {
    if (device().is_host()) detail::throw_not_on_device();
    return storage_.raw_writable(size_);
  }
  const T* device_data() const {
    if (device().is_host()) detail::throw_not_on_device();
    return storage_.raw();
  }
  /// Where the elements are.
  const Device& device() const { return storage_.device(); }

  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }

  /// The number of elements.
  NN_PRIMITIVE("size")
  std::int64_t size() const { return size_; }

  /// The size of an axis, counted from the end where negative. Throws nn::Error where there is no such axis.
  NN_PRIMITIVE("extent")
  std::int64_t extent(int axis) const { return extents_.axes[detail::checked_axis(axis, rank)]; }

  /// One element. Throws nn::Error where an index is out of range, unless NDEBUG is defined.
  template <std::integral... I>
    requires(sizeof...(I) == static_cast<std::size_t>(rank))
  NN_PRIMITIVE("element")
  T& operator()(I... indices) {
    return data()[detail::offset_of(extents_, indices...)];
  }
  template <std::integral... I>
    requires(sizeof...(I) == static_cast<std::size_t>(rank))
  NN_PRIMITIVE("element")
  const T& operator()(I... indices) const {
    return data()[detail::offset_of(extents_, indices...)];
  }

  /// A tensor without axes is a number.
  NN_PRIMITIVE("identity")
  operator T() const
    requires(rank == 0)
  {
    return *data();
  }

  void fill(T value) {
    T* out = storage_.briefly_writable(size_);
    for (std::int64_t i = 0; i < size_; ++i) out[i] = value;
  }

  /// True while the elements are memory borrowed by nn::view.
  bool is_view() const { return !storage_.owning(); }

  /// The run-time sizes, for the library's own functions and for messages.
  const extents_type& extents() const { return extents_; }

  /// For the library's own functions: a tensor whose elements are about to be written, and the pointer for
  /// it.
  Tensor(const extents_type& extents, detail::Uninitialised, const Device& device = {})
      : extents_(extents), size_(extents.count()), storage_(storage::uninitialised(size_, device)) {}
  Tensor(const extents_type& extents, detail::Storage<T>&& elements)
      : extents_(extents), size_(extents.count()), storage_(std::move(elements)) {}
  T* briefly_writable() { return storage_.briefly_writable(size_); }
  /// The same wherever the elements are.
  const T* raw_data() const { return storage_.raw(); }
  T* raw_briefly_writable() { return storage_.raw_briefly_writable(size_); }
  /// The storage, to copy it from place to place.
  const detail::Storage<T>& elements() const { return storage_; }

 private:
  using storage = detail::Storage<T>;

  template <std::integral... I>
  static extents_type extents_from(I... sizes) {
    const std::int64_t list[] = {static_cast<std::int64_t>(sizes)..., 0};
    return extents_type(list);
  }

  static extents_type extents_from(const detail::nested_list<T, rank>& elements)
    requires(rank > 0)
  {
    std::int64_t lengths[rank] = {}, sizes[name_count + 1] = {};
    measure(elements, lengths);
    for (int axis = 0; axis < rank; ++axis)
      if (dims[axis].is_name()) sizes[extents_type::names.find(dims[axis].name())] = lengths[axis];
    return extents_type(sizes);
  }

  template <class U>
  static void measure(const std::initializer_list<U>& list, std::int64_t* lengths) {
    *lengths = static_cast<std::int64_t>(list.size());
    if constexpr (!std::same_as<U, T>)
      if (list.size() > 0) measure(*list.begin(), lengths + 1);
  }

  template <class U>
  void fill_from(const std::initializer_list<U>& list, int axis, T*& out) const {
    if (static_cast<std::int64_t>(list.size()) != extents_.axes[axis])
      throw_wrong_list(extents_.axes[axis], static_cast<std::int64_t>(list.size()));
    for (const U& entry : list)
      if constexpr (std::same_as<U, T>)
        *out++ = entry;
      else
        fill_from(entry, axis + 1, out);
  }

  [[noreturn]] static void throw_wrong_list(std::int64_t want, std::int64_t got) {
    throw Error("nn: braces with " + std::to_string(got) + " entries where a tensor has a size of " +
                std::to_string(want));
  }

  void write_through(const Tensor& other) {
    for (int axis = 0; axis < rank; ++axis)
      if (extents_.axes[axis] != other.extents_.axes[axis])
        throw Error("nn: a tensor " + other.extents_.text() + " is assigned to a view " + extents_.text());
    const std::size_t bytes = static_cast<std::size_t>(size_) * sizeof(T);
    if (device().is_host() && other.device().is_host()) {
      if (size_ > 0) std::memmove(data(), other.storage_.raw(), bytes);
    } else {
      if (device() != other.device())
        throw Error("nn: a tensor on " + other.device().name() + " is assigned to a view on " +
                    device().name() + "; copy it with nn::to first");
      detail::copy_bytes(device(), storage_.raw_writable(size_), device(), other.storage_.raw(), bytes);
    }
  }

  extents_type extents_;
  std::int64_t size_ = 0;
  storage storage_;
};

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

}  // namespace nn

#endif  // NN_TENSOR_H
