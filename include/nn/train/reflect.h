// Walking over the tensors of any aggregate, alone, in lockstep with others of its type, and with names.
#ifndef NN_TRAIN_REFLECT_H
#define NN_TRAIN_REFLECT_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "nn/train/members.h"
#include "nn/view.h"

namespace nn {

namespace train {

/// A parameter is what a walk stops at: a tensor of any element type, or a bare float or double.
template <class T>
inline constexpr bool is_parameter = false;
template <class T, Dim... D>
inline constexpr bool is_parameter<Tensor<T, D...>> = true;
template <>
inline constexpr bool is_parameter<float> = true;
template <>
inline constexpr bool is_parameter<double> = true;

template <class T>
struct ElementOf {
  using type = T;
};
template <class T, Dim... D>
struct ElementOf<Tensor<T, D...>> {
  using type = T;
};

/// The element type of a parameter.
template <class P>
using Element = typename ElementOf<std::remove_cv_t<P>>::type;

/// Whether a parameter is learnt: floating-point ones are, tables of integers are not.
template <class P>
inline constexpr bool is_learnt = std::is_floating_point_v<Element<P>>;

/// The elements of a parameter, row-major; const for a const parameter.
template <class P>
auto elements(P& parameter) {
  using Value = std::conditional_t<std::is_const_v<P>, const Element<P>, Element<P>>;
  if constexpr (std::is_floating_point_v<P>) {
    return std::span<Value>(&parameter, 1);
  } else {
    return std::span<Value>(parameter.data(), static_cast<std::size_t>(parameter.size()));
  }
}

/// The sizes of a parameter; none for a bare number.
template <class P>
std::vector<std::int64_t> sizes_of(const P& parameter) {
  std::vector<std::int64_t> sizes;
  if constexpr (!std::is_floating_point_v<P>) {
    for (int axis = 0; axis < P::rank; ++axis) sizes.push_back(parameter.extent(axis));
  }
  return sizes;
}

/// Where a walk is: a chain of member names and array indices on the stack, made into text only on request.
struct Path {
  const Path* parent = nullptr;
  std::string_view name;  ///< of a member; empty for an entry of an array
  std::size_t index = 0;  ///< of an entry of an array

  /// "w1", "layers.0.w"; empty for the whole.
  std::string text() const {
    if (parent == nullptr) return {};
    std::string before = parent->text();
    if (!before.empty()) before += '.';
    return before + (name.empty() ? std::to_string(index) : std::string(name));
  }
};

namespace reflect_detail {

template <class T>
inline constexpr bool is_array = std::is_array_v<T>;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;
template <class T>
inline constexpr bool is_left_alone = std::is_integral_v<T> || std::is_enum_v<T>;

template <class F, class A, class... Rest>
void walk(const Path& path, F& f, A& whole, Rest&... rest);

template <std::size_t I, class F, class A, class... Rest>
void walk_member(const Path& path, F& f, A& whole, Rest&... rest) {
  const Path member{&path, member_name<std::remove_cv_t<A>, I>, 0};
  walk(member, f, std::get<I>(tie_members(whole)), std::get<I>(tie_members(rest))...);
}

/// Calls f(path, parameters...) for every parameter in `whole` and the matching ones in `rest`.
template <class F, class A, class... Rest>
void walk(const Path& path, F& f, A& whole, Rest&... rest) {
  using Type = std::remove_cv_t<A>;
  static_assert((std::is_same_v<Type, std::remove_cv_t<Rest>> && ...),
                "aggregates in lockstep must be of one type");
  if constexpr (is_parameter<Type>) {
    f(path, whole, rest...);
  } else if constexpr (is_array<Type>) {
    for (std::size_t i = 0; i < std::size(whole); ++i) walk(Path{&path, {}, i}, f, whole[i], rest[i]...);
  } else if constexpr (!is_left_alone<Type>) {
    static_assert(
        std::is_aggregate_v<Type> && !std::is_union_v<Type>,
        "parameters are tensors, numbers, arrays, and structs of these; this member is something else");
    static_assert(member_count<Type> > 0 || std::is_empty_v<Type>,
                  "the members of this type can't be listed: it is no plain aggregate");
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (walk_member<I>(path, f, whole, rest...), ...);
    }(std::make_index_sequence<member_count<Type>>{});
  }
}

}  // namespace reflect_detail

}  // namespace train

/// Calls f(p) for every parameter p of an aggregate, in order of declaration: tensors and bare float and
/// double members, through nested structs, C arrays and std::array. Integers and enums are skipped; any other
/// member is an error at compile time. A lone tensor is an aggregate of one. Nothing is allocated.
template <class A, class F>
void for_each_tensor(A&& a, F&& f) {
  auto call = [&](const train::Path&, auto& p) { f(p); };
  train::reflect_detail::walk(train::Path{}, call, a);
}
/// The same over two, three and four aggregates of one type in lockstep: f(p, q), f(p, q, r), f(p, q, r, s).
template <class A, class B, class F>
void for_each_tensor(A&& a, B&& b, F&& f) {
  auto call = [&](const train::Path&, auto& p, auto& q) { f(p, q); };
  train::reflect_detail::walk(train::Path{}, call, a, b);
}
template <class A, class B, class C, class F>
void for_each_tensor(A&& a, B&& b, C&& c, F&& f) {
  auto call = [&](const train::Path&, auto& p, auto& q, auto& r) { f(p, q, r); };
  train::reflect_detail::walk(train::Path{}, call, a, b, c);
}
template <class A, class B, class C, class D, class F>
void for_each_tensor(A&& a, B&& b, C&& c, D&& d, F&& f) {
  auto call = [&](const train::Path&, auto& p, auto& q, auto& r, auto& s) { f(p, q, r, s); };
  train::reflect_detail::walk(train::Path{}, call, a, b, c, d);
}

/// Calls f(path, p) for every parameter with the way to it; path.text() is "w1" or "layers.0.w", empty when
/// the aggregate is a lone tensor.
template <class A, class F>
void for_each_named_tensor(A&& a, F&& f) {
  train::reflect_detail::walk(train::Path{}, f, a);
}
template <class A, class B, class F>
void for_each_named_tensor(A&& a, B&& b, F&& f) {
  train::reflect_detail::walk(train::Path{}, f, a, b);
}

namespace train {

/// The number of elements of a parameter, wherever they are.
template <class P>
std::int64_t count_of(const P& parameter) {
  if constexpr (std::is_floating_point_v<P>) {
    return 1;
  } else {
    return parameter.size();
  }
}

/// Where a parameter is; bare numbers are on the host.
template <class P>
Device device_of(const P& parameter) {
  if constexpr (std::is_floating_point_v<P>) {
    return {};
  } else {
    return parameter.device();
  }
}

/// Copies the elements of all parameters without sharing or exchanging buffers, from device to device where
/// they are not on the same. Throws nn::Error if a size differs.
template <class A>
void copy_elements(const A& from, A& to) {
  for_each_named_tensor(from, to, [](const Path& path, const auto& source, auto& target) {
    const std::int64_t count = count_of(source);
    if (count != count_of(target)) {
      throw Error(path.text() + ": " + std::to_string(count) + " elements to copy into " +
                  std::to_string(count_of(target)));
    }
    const Device from = device_of(source), to = device_of(target);
    if (from.is_host() && to.is_host()) {
      const auto in = elements(source);
      const auto out = elements(target);
      for (std::size_t i = 0; i < in.size(); ++i) out[i] = in[i];
    } else if constexpr (!std::is_floating_point_v<std::remove_cvref_t<decltype(source)>>) {
      nn::detail::copy_bytes(to, target.raw_briefly_writable(), from, source.raw_data(),
                             static_cast<std::size_t>(count) * sizeof(*source.raw_data()));
    }
  });
}

/// An aggregate of the same shapes, in the same places, with every learnt element zero and buffers of its
/// own.
template <class A>
A zeros_like(const A& model) {
  A zeros = model;
  for_each_tensor(zeros, [](auto& p) {
    using P = std::remove_reference_t<decltype(p)>;
    if constexpr (std::is_floating_point_v<P>) {
      p = 0;
    } else if constexpr (is_learnt<P>) {
      P zero(p.extents(), nn::detail::Storage<Element<P>>::zeros(p.size(), p.device()));
      p = std::move(zero);
    } else {
      p.raw_briefly_writable();
    }
  });
  return zeros;
}

}  // namespace train

}  // namespace nn

#endif  // NN_TRAIN_REFLECT_H
