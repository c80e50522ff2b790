// Shapes at compile time and the sizes behind their names at run time: broadcasting, names, checks, messages.
#ifndef NN_EXTENTS_H
#define NN_EXTENTS_H

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "nn/dim.h"
#include "nn/error.h"

namespace nn {

template <class T, Dim... D>
class Tensor;

namespace detail {

constexpr int max_rank = 8;

/// A list of sizes as a value, for computing shapes at compile time.
struct DimList {
  int rank = 0;
  Dim dims[max_rank] = {};

  constexpr void add(const Dim& dim) { dims[rank++] = dim; }
  constexpr const Dim& operator[](int axis) const { return dims[axis]; }
  friend constexpr bool operator==(const DimList&, const DimList&) = default;
};

template <Dim... D>
inline constexpr DimList dim_list = [] {
  static_assert(sizeof...(D) <= max_rank, "nn: a tensor has at most 8 axes");
  DimList list;
  (list.add(D), ...);
  return list;
}();

/// The distinct names in a list of sizes, in order of first appearance.
struct NameList {
  static constexpr int capacity = 16;
  int count = 0;
  std::string_view names[capacity] = {};

  constexpr int find(std::string_view name) const {
    for (int i = 0; i < count; ++i)
      if (names[i] == name) return i;
    return -1;
  }
  constexpr void add(std::string_view name) {
    if (find(name) >= 0) return;
    if (count == capacity) dim_error::expression_is_too_long();
    names[count++] = name;
  }
};

template <Dim... D>
inline constexpr NameList name_list = [] {
  NameList list;
  for (int axis = 0; axis < dim_list<D...>.rank; ++axis)
    dim_list<D...>.dims[axis].for_each_name([&](std::string_view name) { list.add(name); });
  return list;
}();

/// "[N=64, 784]": the sizes of a tensor for a message.
inline std::string shape_text(const Dim* dims, const std::int64_t* extents, int rank) {
  std::string text = "[";
  for (int axis = 0; axis < rank; ++axis) {
    if (axis > 0) text += ", ";
    if (!dims[axis].is_static()) text += dims[axis].text() + "=";
    text += std::to_string(extents[axis]);
  }
  return text + "]";
}

/// The product of sizes. Throws nn::Error where it doesn't fit.
inline std::int64_t product(const std::int64_t* extents, int rank) {
  std::int64_t count = 1;
  bool overflow = false;
  for (int axis = 0; axis < rank; ++axis) overflow |= __builtin_mul_overflow(count, extents[axis], &count);
  for (int axis = 0; axis < rank; ++axis)
    if (extents[axis] == 0) return 0;
  if (overflow) throw Error("nn: a tensor has more elements than an integer can count");
  return count;
}

/// Fills `extents` from the sizes of the names. Throws nn::Error where a size comes out negative.
inline void evaluate_dims(const Dim* dims, int rank, const NameList& names, const std::int64_t* sizes,
                          std::int64_t* extents) {
  const auto lookup = [&](std::string_view name) { return sizes[names.find(name)]; };
  for (int i = 0; i < names.count; ++i)
    if (sizes[i] < 0)
      throw Error("nn: the size " + std::string(names.names[i]) +
                  " is negative: " + std::to_string(sizes[i]));
  for (int axis = 0; axis < rank; ++axis) {
    extents[axis] = dims[axis].eval(lookup);
    if (extents[axis] < 0)
      throw Error("nn: the size " + dims[axis].text() + " is negative: " + std::to_string(extents[axis]));
  }
}

/// The run-time sizes of a shape: of its axes, and of its names in order of first appearance.
template <Dim... D>
struct Extents {
  static constexpr int rank = sizeof...(D);
  // Copies, as nvcc takes references to them for redefinitions.
  static constexpr DimList dims = dim_list<D...>;
  static constexpr NameList names = name_list<D...>;
  static constexpr bool is_static = names.count == 0;

  /// Static sizes as they are, named ones 0.
  Extents() {
    for (int axis = 0; axis < rank; ++axis) axes[axis] = dims[axis].is_static() ? dims[axis].value : 0;
  }
  explicit Extents(const std::int64_t* name_sizes) {
    for (int i = 0; i < names.count; ++i) sizes[i] = name_sizes[i];
    evaluate_dims(dims.dims, rank, names, sizes, axes);
  }

  std::int64_t count() const { return product(axes, rank); }
  std::string text() const { return shape_text(dims.dims, axes, rank); }

  std::int64_t axes[rank > 0 ? rank : 1] = {};
  std::int64_t sizes[names.count > 0 ? names.count : 1] = {};
};

/// What operands say about the names in them, for finding the sizes of a result.
struct Bindings {
  static constexpr int capacity = 32;
  int count = 0;
  std::string_view names[capacity];
  std::int64_t sizes[capacity];

  void bind(std::string_view name, std::int64_t size, const char* what) {
    for (int i = 0; i < count; ++i)
      if (names[i] == name) {
        if (sizes[i] != size) disagree(name, sizes[i], size, what);
        return;
      }
    if (count == capacity) throw Error("nn: too many different names of sizes in one operation");
    names[count] = name;
    sizes[count++] = size;
  }

  template <Dim... D>
  void bind(const Extents<D...>& extents, const char* what) {
    for (int i = 0; i < extents.names.count; ++i) bind(extents.names.names[i], extents.sizes[i], what);
    if constexpr (!((D.is_static() || D.is_name()) &&
                    ...)) {  // default-constructed: no sizes were ever given
      const Extents<D...> expected(extents.sizes);
      for (int axis = 0; axis < extents.rank; ++axis)
        if (expected.axes[axis] != extents.axes[axis])
          throw Error(std::string("nn::") + what + ": the tensor " + extents.text() +
                      " was never given its sizes");
    }
  }

  std::int64_t operator[](std::string_view name) const {
    for (int i = 0; i < count; ++i)
      if (names[i] == name) return sizes[i];
    throw Error("nn: no operand has a size named " + std::string(name));
  }

  template <class E>
  E extents() const {
    std::int64_t found[E::names.count > 0 ? E::names.count : 1] = {};
    for (int i = 0; i < E::names.count; ++i) found[i] = (*this)[E::names.names[i]];
    return E(found);
  }

 private:
  [[noreturn]] static void disagree(std::string_view name, std::int64_t a, std::int64_t b, const char* what) {
    throw Error(std::string("nn::") + what + ": the operands disagree about the size " + std::string(name) +
                ": " + std::to_string(a) + " and " + std::to_string(b));
  }
};

/// The tensor type whose sizes are a list computed at compile time, `List::value`.
template <class T, class List, class Indices = std::make_index_sequence<List::value.rank>>
struct TensorOf;
template <class T, class List, std::size_t... I>
struct TensorOf<T, List, std::index_sequence<I...>> {
  using type = Tensor<T, List::value.dims[I]...>;
};
template <class T, class List>
using tensor_of = typename TensorOf<T, List>::type;

}  // namespace detail
}  // namespace nn

#endif  // NN_EXTENTS_H
