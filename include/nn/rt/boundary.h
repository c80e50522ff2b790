// What a generated function checks about its arguments before it writes anything: places, sizes, labels, the
// caller's buffers.
#ifndef NN_RT_BOUNDARY_H
#define NN_RT_BOUNDARY_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "nn/error.h"
#include "nn/view.h"

namespace nn::rt {

/// A piece of memory that a call reads or writes, and the argument it belongs to.
struct Memory {
  const std::byte* begin = nullptr;
  const std::byte* end = nullptr;
  const char* argument = "";
  bool written = false;
};

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_refusal(const char* function,
                                                                 const std::string& what) {
  throw Error(std::string(function) + ": " + what);
}

/// True for an owning tensor without elements: default-constructed with named sizes, or moved from.
template <class X>
bool is_unsized(const X& x) {
  return !x.is_view() && x.raw_data() == nullptr;
}

/// The memory of an argument that is read, and of one that is written.
template <class X>
Memory read(const char* argument, const X& x) {
  const auto* data = reinterpret_cast<const std::byte*>(x.raw_data());
  const std::int64_t size = data ? x.size() : 0;
  return {data, data + static_cast<std::size_t>(size) * sizeof(typename X::value_type), argument, false};
}
template <class X>
Memory written(const char* argument, X& x) {
  if (!is_unsized(std::as_const(x))) x.raw_briefly_writable();  // in memory of its own from now on
  Memory memory = read(argument, std::as_const(x));
  memory.written = true;
  return memory;
}

/// Throws nn::Error where a piece that is written overlaps another one. Reorders `pieces`.
[[gnu::noinline]] inline void check_overlaps(const char* function, Memory* pieces, int count) {
  std::sort(pieces, pieces + count, [](const Memory& a, const Memory& b) { return a.begin < b.begin; });
  const Memory* longest = nullptr;          // of the pieces so far, the one that reaches furthest
  const Memory* longest_written = nullptr;  // and of those that are written
  for (const Memory* piece = pieces; piece != pieces + count; ++piece) {
    if (piece->begin == piece->end) continue;
    const Memory* other = piece->written ? longest : longest_written;
    if (other && other->end > piece->begin)
      throw_refusal(function, std::string("the memory of ") + (piece->written ? piece : other)->argument +
                                  " is written, but overlaps that of " +
                                  (piece->written ? other : piece)->argument);
    if (!longest || piece->end > longest->end) longest = piece;
    if (piece->written && (!longest_written || piece->end > longest_written->end)) longest_written = piece;
  }
}

/// The indices of position `flat` in row-major order, as C++ writes them: "(3)", "(1, 2)".
inline std::string position_text(const std::int64_t* extents, int rank, std::int64_t flat) {
  std::string text = ")";
  for (int axis = rank - 1; axis >= 0; flat /= extents[axis--])
    text = (axis > 0 ? ", " : "") + std::to_string(flat % extents[axis]) + text;
  return "(" + text;
}

/// Checks one call of a generated function. `function` is the user's name for it; all errors are nn::Error
/// and name it, the argument and both sizes. Tensors that own their memory and have static sizes cost next to
/// nothing: whatever a refusal needs is out of the way.
class Boundary {
 public:
  /// Of a call on the host, or on the device of the workspace.
  explicit Boundary(const char* function, const nn::Device& device = {})
      : function_(function), device_(device) {}

  /// A tensor that is read.
  template <class X>
  void input(const char* name, const X& x) {
    if (x.device() != device_) refuse_place(name, x.device());
    if (x.raw_data() == nullptr && (X::name_count == 0 || x.size() > 0)) refuse_moved_from(name);
    if constexpr (has_arithmetic(X::dims)) check_was_sized(name, x);
    borrows_ |= x.is_view();
  }

  /// Memory behind a raw pointer, or none: has to be on the call's device, where that can be told.
  void pointer(const char* name, const void* pointer) const {
    if (device_.is_host() || pointer == nullptr) return;
    const int index = device_.api()->index_of(pointer);
    if (index != device_.index())
      refuse_place(name, index < 0 ? nn::Device() : nn::Device(*device_.api(), index));
  }

  /// The upstream gradient: a tensor that is read and has to have the shape `extents` of the result.
  template <class X>
  void upstream(const char* name, const X& x, const typename X::extents_type& extents) {
    if constexpr (X::name_count > 0) check_shape(name, x, extents, "the result");
    input(name, x);
  }

  /// The size of the named size number `index` of a tensor.
  template <class X>
  std::int64_t size(const X& x, int index) const {
    return x.extents().sizes[index];
  }

  /// The named size number `index` of a tensor has to be `size`, as it is in the argument `other`.
  template <class X>
  void same_size(const char* name, const X& x, int index, std::int64_t size, const char* other) const {
    if (x.extents().sizes[index] != size) refuse_size(name, x, index, size, other);
  }

  /// `size`, a size inside the function, has to be 0 or more.
  void not_negative(const char* expression, std::int64_t size) const {
    if (size < 0) refuse("the size " + std::string(expression) + " is negative: " + std::to_string(size));
  }

  /// A size that something is divided by.
  void not_zero(const char* expression, std::int64_t size) const {
    if (size == 0) refuse("the size " + std::string(expression) + " is 0, and another size is divided by it");
  }

  /// Class indices in a tensor, or a single one: each plus `shift` has to be from 0 to classes − 1. Those in
  /// a tensor on a device are looked at there (rt::cuda::check_labels).
  template <class X>
  void labels(const char* name, const X& x, std::int64_t classes, std::int64_t shift = 0) const {
    if constexpr (std::is_integral_v<X>) {
      const auto label = static_cast<std::int64_t>(x);
      if (is_outside(label, classes, shift)) refuse_label(name, label, classes, shift);
    } else {
      if (!x.device().is_host()) return;
      bool outside = false;
      const auto* label = x.data();
      for (std::int64_t i = 0; i < x.size(); ++i) outside |= is_outside(label[i], classes, shift);
      if (!outside) return;
      std::int64_t at = 0;
      while (!is_outside(label[at], classes, shift)) ++at;
      refuse_label(name + position_text(x.extents().axes, X::rank, at), label[at], classes, shift);
    }
  }

  /// A tensor that will be written and has to have the shape `extents`, the shape of the argument `like`. An
  /// owning one without elements is left for `sized`, and so is one that was never written and is somewhere
  /// else.
  template <class X>
  void output(const char* name, const X& x, const typename X::extents_type& extents, const char* like) {
    if (is_unsized(x)) return;  // `sized` will
    if (x.device() != device_ && !x.elements().is_untouched()) refuse_place(name, x.device());
    if constexpr (X::name_count > 0) check_shape(name, x, extents, like);
    borrows_ |= x.is_view();
  }

  /// The gradient of `x`.
  template <class X>
  void gradient(const char* name, const X& gradient, const X& x, const char* like) {
    output(name, gradient, x.extents(), like);
  }

  /// The gradient of an argument with `size` elements: a span, or a vector, which may be empty (then it gets
  /// its size).
  template <class X>
  void elements(const char* name, const X& gradient, std::int64_t size, const char* like) {
    constexpr bool is_owner = requires(X x) { x.resize(0); };
    const auto own = static_cast<std::int64_t>(gradient.size());
    if (own != size && !(is_owner && own == 0)) refuse_elements(name, own, size, like);
  }

  /// A span or vector that is read and has to have `size` elements, as the argument `like` has.
  template <class X>
  void same_elements(const char* name, const X& x, std::int64_t size, const char* like) const {
    const auto own = static_cast<std::int64_t>(x.size());
    if (own != size) refuse_elements(name, own, size, like);
  }

  /// A pointer to memory that is read.
  void given(const char* name, const void* pointer) const {
    if (!pointer) refuse(std::string(name) + " is null, but a direction needs all its elements");
  }

  /// Some memory that is written is the caller's.
  void borrow() { borrows_ = true; }

  /// The call needs code that is not part of the program: the file that nn-diff has written for the device.
  [[noreturn, gnu::cold, gnu::noinline]] void not_linked(const char* file) const {
    refuse("the workspace is on " + device_.name() + ", but " + file + " is not part of the program");
  }

  /// nn-diff has written no code for devices, for this reason.
  [[noreturn, gnu::cold, gnu::noinline]] void host_only(const nn::Device& device, const char* reason) const {
    refuse("the workspace is on " + device.name() + ", but there is only code for the host: " + reason);
  }

  /// Whether an argument borrows its memory; no other can overlap.
  bool borrows() const { return borrows_; }

  /// No buffer to write to may overlap another one. Reorders `pieces`.
  template <std::size_t count>
  void no_overlaps(Memory (&pieces)[count]) const {
    check_overlaps(function_, pieces, static_cast<int>(count));
  }

 private:
  static constexpr bool has_arithmetic(const nn::detail::DimList& dims) {
    for (int axis = 0; axis < dims.rank; ++axis)
      if (!dims[axis].is_static() && !dims[axis].is_name()) return true;
    return false;
  }

  template <class T>
  static bool is_outside(T label, std::int64_t classes, std::int64_t shift) {
    return static_cast<std::uint64_t>(label) + static_cast<std::uint64_t>(shift) >=
           static_cast<std::uint64_t>(classes);
  }

  template <class X>
  void check_was_sized(const char* name, const X& x) const {
    const typename X::extents_type expected(x.extents().sizes);
    for (int axis = 0; axis < X::rank; ++axis)
      if (expected.axes[axis] != x.extents().axes[axis]) refuse_sizes(name);
  }

  template <class X>
  void check_shape(const char* name, const X& x, const typename X::extents_type& extents,
                   const char* like) const {
    for (int axis = 0; axis < X::rank; ++axis)
      if (x.extents().axes[axis] != extents.axes[axis]) refuse_shape(name, x.extents(), extents, like);
  }

  [[noreturn]] void refuse(const std::string& what) const { throw_refusal(function_, what); }

  [[noreturn, gnu::cold, gnu::noinline]] void refuse_place(const char* name, const nn::Device& place) const {
    refuse(std::string(name) + " is on " + place.name() +
           (device_.is_host() ? ", but the call runs on " : ", the workspace on ") + device_.name() +
           "; copy it there with nn::to");
  }

  [[noreturn, gnu::cold, gnu::noinline]] void refuse_moved_from(const char* name) const {
    refuse(std::string(name) + " has no elements: it was moved from");
  }

  [[noreturn, gnu::cold, gnu::noinline]] void refuse_sizes(const char* name) const {
    refuse(std::string(name) + " was never given its sizes");
  }

  [[noreturn, gnu::cold, gnu::noinline]] void refuse_elements(const char* name, std::int64_t own,
                                                              std::int64_t wanted, const char* like) const {
    refuse(std::string(name) + " has " + std::to_string(own) + " elements, but " + like + " has " +
           std::to_string(wanted));
  }

  template <class E>
  [[noreturn, gnu::cold, gnu::noinline]] void refuse_shape(const char* name, const E& extents,
                                                           const E& wanted, const char* like) const {
    refuse(std::string(name) + " is " + extents.text() + ", but " + like + " is " + wanted.text());
  }

  template <class X>
  [[noreturn, gnu::cold, gnu::noinline]] void refuse_size(const char* name, const X& x, int index,
                                                          std::int64_t size, const char* other) const {
    refuse(std::string(name) + " is " + x.extents().text() + ", but " +
           std::string(X::extents_type::names.names[index]) + " is " + std::to_string(size) + " in " + other);
  }

  [[noreturn, gnu::cold, gnu::noinline]] void refuse_label(const std::string& label, std::int64_t value,
                                                           std::int64_t classes, std::int64_t shift) const {
    refuse(label + " is " + std::to_string(value) + ", but has to be from " + std::to_string(-shift) +
           " to " + std::to_string(classes - 1 - shift));
  }

  const char* function_;
  nn::Device device_;
  bool borrows_ = false;
};

/// The shape of a tensor of type X from the sizes of its names, in order of first appearance.
template <class X>
typename X::extents_type extents(const std::int64_t (&sizes)[X::name_count]) {
  return typename X::extents_type(sizes);
}

template <class X>
[[gnu::cold, gnu::noinline]] void allocate(X& x, const typename X::extents_type& extents,
                                           const nn::Device& device = {}) {
  x = X(extents, nn::detail::Uninitialised{}, device);
}

/// The elements of a tensor to write to, which first gets the shape `extents` if it has no elements. On a
/// device, a tensor that was never written moves there.
template <class X>
auto* sized(X& x, const typename X::extents_type& extents) {
  if (is_unsized(std::as_const(x))) allocate(x, extents);
  return x.briefly_writable();
}
template <class X>
auto* sized(X& x, const typename X::extents_type& extents, const nn::Device& device) {
  if (is_unsized(std::as_const(x)) || x.device() != device) allocate(x, extents, device);
  return x.raw_briefly_writable();
}

}  // namespace nn::rt

#endif  // NN_RT_BOUNDARY_H
