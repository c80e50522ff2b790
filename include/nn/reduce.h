// Reductions over some or all axes: sum, mean, max, min.
#ifndef NN_REDUCE_H
#define NN_REDUCE_H

#include <limits>
#include <type_traits>

#include "nn/expr.h"
#include "nn/map.h"

namespace nn {

/// Asks a reduction to leave size 1 in the place of each reduced axis: `nn::sum<-1>(x, nn::keep_dims)`.
struct KeepDims {};
inline constexpr KeepDims keep_dims;

namespace detail {

/// Which of `rank` axes a list of them names (all where it is empty), and whether the list is a good one.
struct AxisSet {
  bool has[max_rank] = {};
  bool in_range = true, distinct = true;

  constexpr AxisSet(int rank, std::initializer_list<int> axes) {
    for (int axis = 0; axis < rank; ++axis) has[axis] = axes.size() == 0;
    for (int axis : axes) {
      const int from_start = axis < 0 ? axis + rank : axis;
      if (from_start < 0 || from_start >= rank) {
        in_range = false;
      } else {
        distinct = distinct && !has[from_start];
        has[from_start] = true;
      }
    }
  }
};

/// The shape of X reduced over Axes.
template <class X, bool keep, int... Axes>
struct ReducedOf {
  static constexpr AxisSet axes{X::rank, {Axes...}};
  static_assert(axes.in_range, "nn: an axis of a reduction is out of range for this tensor");
  static_assert(axes.distinct, "nn: an axis of a reduction is given twice");
  static constexpr DimList value = [] {
    DimList list;
    for (int axis = 0; axis < X::rank; ++axis) {
      if (axes.has[axis] && keep) list.add(Dim(1));
      if (!axes.has[axis]) list.add(X::dims[axis]);
    }
    return list;
  }();
};

template <class T>
struct Sum {
  /// Wider than the elements, so that long sums of floats stay accurate.
  using Partial = std::conditional_t<std::is_same_v<T, float>, double, T>;
  static constexpr Partial start = 0;
  static constexpr Partial join(Partial a, Partial b) { return a + b; }
};
/// The larger, where NaN counts as larger than any number.
template <class T>
struct Max {
  using Partial = T;
  static constexpr T start = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                                  : std::numeric_limits<T>::lowest();
  static constexpr T join(T a, T b) { return b > a || b != b ? b : a; }
};
/// The smaller, where NaN counts as smaller than any number.
template <class T>
struct Min {
  using Partial = T;
  static constexpr T start = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                                  : std::numeric_limits<T>::max();
  static constexpr T join(T a, T b) { return b < a || b != b ? b : a; }
};

/// Joins the elements of `x` into `out`, one partial result per element of the result in row-major order.
template <class Rule, class T>
void reduce_into(const T* x, const std::int64_t* extents, int rank, const AxisSet& axes,
                 typename Rule::Partial* out) {
  std::int64_t strides[max_rank] = {}, index[max_rank] = {};
  for (std::int64_t axis = rank - 1, stride = 1; axis >= 0; --axis)
    if (!axes.has[axis]) strides[axis] = std::exchange(stride, stride * extents[axis]);
  const std::int64_t count = product(extents, rank), width = rank > 0 ? extents[rank - 1] : 1;
  for (std::int64_t row = 0; row < count; row += width) {
    typename Rule::Partial* to = out;
    for (int axis = 0; axis + 1 < rank; ++axis) to += index[axis] * strides[axis];
    if (rank > 0 && strides[rank - 1] != 0) {
      for (std::int64_t j = 0; j < width; ++j) to[j] = Rule::join(to[j], x[row + j]);
    } else {
      auto partial = *to;
      for (std::int64_t j = 0; j < width; ++j) partial = Rule::join(partial, x[row + j]);
      *to = partial;
    }
    for (int axis = rank - 2; axis >= 0 && ++index[axis] == extents[axis]; --axis) index[axis] = 0;
  }
}

/// Reduces `x` and passes each result through `finish(partial, elements joined per result)`.
template <class Rule, bool keep, int... Axes, class X, class Finish>
auto reduce(const X& operand, Finish finish) {
  using In = tensor_type_of<X>;
  using T = typename In::value_type;
  using Partial = typename Rule::Partial;
  using Out = tensor_of<T, ReducedOf<In, keep, Axes...>>;
  static_assert(!std::is_same_v<T, bool>, "nn: a reduction of bool elements: use nn::cast<T>(x)");
  const auto& x = as_tensor(operand);
  Bindings bindings;
  bindings.bind(x.extents(), "reduction");
  Out result(bindings.template extents<typename Out::extents_type>(), Uninitialised{});

  Storage<Partial> memory = Storage<Partial>::uninitialised(result.size());
  Partial* partials = memory.writable(result.size());
  std::int64_t joined = 1;
  constexpr AxisSet axes{In::rank, {Axes...}};
  for (int axis = 0; axis < In::rank; ++axis)
    if (axes.has[axis]) joined *= x.extents().axes[axis];
  for (std::int64_t i = 0; i < result.size(); ++i) partials[i] = Rule::start;
  reduce_into<Rule>(x.data(), x.extents().axes, In::rank, axes, partials);
  T* out = result.briefly_writable();
  for (std::int64_t i = 0; i < result.size(); ++i) out[i] = static_cast<T>(finish(partials[i], joined));
  if constexpr (Out::rank == 0)
    return static_cast<T>(*out);
  else
    return result;
}

// Apart from nn::detail, whose functions a call on an expression of numbers finds, too.
namespace reductions {

template <bool keep, int... Axes, class X>
auto sum(const X& x) {
  using Rule = Sum<typename tensor_type_of<X>::value_type>;
  return reduce<Rule, keep, Axes...>(x, [](auto partial, std::int64_t) { return partial; });
}
template <bool keep, int... Axes, class X>
auto mean(const X& x) {
  using T = typename tensor_type_of<X>::value_type;
  static_assert(std::is_floating_point_v<T>,
                "nn::mean: the elements are not floating-point: use nn::cast<float>(x)");
  return reduce<Sum<T>, keep, Axes...>(
      x, [](auto partial, std::int64_t joined) { return partial / static_cast<decltype(partial)>(joined); });
}
template <bool keep, int... Axes, class X>
auto max(const X& x) {
  using Rule = Max<typename tensor_type_of<X>::value_type>;
  return reduce<Rule, keep, Axes...>(x, [](auto partial, std::int64_t) { return partial; });
}
template <bool keep, int... Axes, class X>
auto min(const X& x) {
  using Rule = Min<typename tensor_type_of<X>::value_type>;
  return reduce<Rule, keep, Axes...>(x, [](auto partial, std::int64_t) { return partial; });
}

}  // namespace reductions
}  // namespace detail

// sum<Axes...>(x), mean, max, min reduce over the given axes, all where none is given, negative ones counted
// from the end. Reducing all of them without keep_dims gives a plain number. A number is its own reduction.
// Over no elements, sum is 0, mean NaN, max and min the identity of their comparison (∓infinity, or the
// extreme integer).
#define NN_REDUCTION(name)                              \
  template <int... Axes, detail::AnyTensor X>           \
  NN_PRIMITIVE(#name)                                   \
  auto name(const X& x) {                               \
    return detail::reductions::name<false, Axes...>(x); \
  }                                                     \
  template <int... Axes, detail::AnyTensor X>           \
  NN_PRIMITIVE(#name)                                   \
  auto name(const X& x, KeepDims) {                     \
    return detail::reductions::name<true, Axes...>(x);  \
  }                                                     \
  template <detail::Scalar X>                           \
  NN_PRIMITIVE(#name)                                   \
  constexpr X name(X x) {                               \
    return x;                                           \
  }
NN_REDUCTION(sum)
NN_REDUCTION(mean)
NN_REDUCTION(max)
NN_REDUCTION(min)
#undef NN_REDUCTION

}  // namespace nn

#endif  // NN_REDUCE_H
