// The members of any aggregate, without a macro in the user's code: how many, references to them, and their
// names.
#ifndef NN_TRAIN_MEMBERS_H
#define NN_TRAIN_MEMBERS_H

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace nn::train {

namespace members_detail {

/// Stands for an initialiser of any type but the aggregate itself (which would make a copy of it).
template <class Aggregate>
struct Anything {
  template <class T>
    requires(!std::is_same_v<T, Aggregate>)
  constexpr operator T() const;
};

template <class T, std::size_t>
using Initialiser = Anything<T>;

template <class T, class Before>
struct Accepts;
template <class T, std::size_t... Before>
struct Accepts<T, std::index_sequence<Before...>> {
  /// Is T{before...} well-formed?
  static constexpr bool flat = requires { T{Initialiser<T, Before>{}...}; };
  /// Is T{before..., {nested...}, after...} well-formed?
  template <std::size_t... Nested, std::size_t... After>
  static constexpr bool grouped(std::index_sequence<Nested...>, std::index_sequence<After...>) {
    return requires {
      T{Initialiser<T, Before>{}..., {Initialiser<T, Nested>{}...}, Initialiser<T, After>{}...};
    };
  }
};

inline constexpr std::size_t most_initialisers = 128;

/// The most initialisers T takes; the elements of C arrays count one by one, since braces around them may be
/// left out.
template <class T, std::size_t Count = 0, std::size_t Found = 0>
constexpr std::size_t initialisers() {
  if constexpr (Accepts<T, std::make_index_sequence<Count>>::flat) {
    if constexpr (Count < most_initialisers) return initialisers<T, Count + 1, Count>();
    return Count;
  } else if constexpr (Found == 0 && Count < 40) {
    return initialisers<T, Count + 1, 0>();  // not yet enough: there are members without a default
  } else {
    return Found;
  }
}

/// How many of the initialisers from `First` on belong to one C array: the most that may stand in braces of
/// their own while exactly the others follow; 1 for everything that is no array (there, one more could
/// follow).
template <class T, std::size_t Total, std::size_t First, std::size_t Size = Total - First>
constexpr std::size_t array_size() {
  using Before = Accepts<T, std::make_index_sequence<First>>;
  if constexpr (Size <= 1) {
    return 1;
  } else if constexpr (Before::grouped(std::make_index_sequence<Size>{},
                                       std::make_index_sequence<Total - First - Size>{}) &&
                       !Before::grouped(std::make_index_sequence<Size>{},
                                        std::make_index_sequence<Total - First - Size + 1>{})) {
    return Size;
  } else {
    return array_size<T, Total, First, Size - 1>();
  }
}

template <class T, std::size_t Total, std::size_t First = 0>
constexpr std::size_t count_members() {
  if constexpr (First >= Total) {
    return 0;
  } else {
    return 1 + count_members<T, Total, First + array_size<T, Total, First>()>();
  }
}

}  // namespace members_detail

/// Number of members of an aggregate (without base classes and bit-fields).
template <class T>
inline constexpr std::size_t member_count =
    members_detail::count_members<T, members_detail::initialisers<std::remove_cv_t<T>>()>();

inline constexpr std::size_t most_members = 32;

#define NN_MEMBERS_1 m1
#define NN_MEMBERS_2 NN_MEMBERS_1, m2
#define NN_MEMBERS_3 NN_MEMBERS_2, m3
#define NN_MEMBERS_4 NN_MEMBERS_3, m4
#define NN_MEMBERS_5 NN_MEMBERS_4, m5
#define NN_MEMBERS_6 NN_MEMBERS_5, m6
#define NN_MEMBERS_7 NN_MEMBERS_6, m7
#define NN_MEMBERS_8 NN_MEMBERS_7, m8
#define NN_MEMBERS_9 NN_MEMBERS_8, m9
#define NN_MEMBERS_10 NN_MEMBERS_9, m10
#define NN_MEMBERS_11 NN_MEMBERS_10, m11
#define NN_MEMBERS_12 NN_MEMBERS_11, m12
#define NN_MEMBERS_13 NN_MEMBERS_12, m13
#define NN_MEMBERS_14 NN_MEMBERS_13, m14
#define NN_MEMBERS_15 NN_MEMBERS_14, m15
#define NN_MEMBERS_16 NN_MEMBERS_15, m16
#define NN_MEMBERS_17 NN_MEMBERS_16, m17
#define NN_MEMBERS_18 NN_MEMBERS_17, m18
#define NN_MEMBERS_19 NN_MEMBERS_18, m19
#define NN_MEMBERS_20 NN_MEMBERS_19, m20
#define NN_MEMBERS_21 NN_MEMBERS_20, m21
#define NN_MEMBERS_22 NN_MEMBERS_21, m22
#define NN_MEMBERS_23 NN_MEMBERS_22, m23
#define NN_MEMBERS_24 NN_MEMBERS_23, m24
#define NN_MEMBERS_25 NN_MEMBERS_24, m25
#define NN_MEMBERS_26 NN_MEMBERS_25, m26
#define NN_MEMBERS_27 NN_MEMBERS_26, m27
#define NN_MEMBERS_28 NN_MEMBERS_27, m28
#define NN_MEMBERS_29 NN_MEMBERS_28, m29
#define NN_MEMBERS_30 NN_MEMBERS_29, m30
#define NN_MEMBERS_31 NN_MEMBERS_30, m31
#define NN_MEMBERS_32 NN_MEMBERS_31, m32
#define NN_MEMBERS_TIE(count)               \
  if constexpr (size == count) {            \
    auto& [NN_MEMBERS_##count] = aggregate; \
    return std::tie(NN_MEMBERS_##count);    \
  } else

/// References to all members, in order of declaration.
template <class T>
constexpr auto tie_members(T& aggregate) {
  constexpr std::size_t size = member_count<std::remove_cv_t<T>>;
  static_assert(size <= most_members,
                "an aggregate of parameters has at most 32 members: nest structs or use arrays");
  // clang-format off
  NN_MEMBERS_TIE(1) NN_MEMBERS_TIE(2) NN_MEMBERS_TIE(3) NN_MEMBERS_TIE(4) NN_MEMBERS_TIE(5) NN_MEMBERS_TIE(6)
  NN_MEMBERS_TIE(7) NN_MEMBERS_TIE(8) NN_MEMBERS_TIE(9) NN_MEMBERS_TIE(10) NN_MEMBERS_TIE(11) NN_MEMBERS_TIE(12)
  NN_MEMBERS_TIE(13) NN_MEMBERS_TIE(14) NN_MEMBERS_TIE(15) NN_MEMBERS_TIE(16) NN_MEMBERS_TIE(17) NN_MEMBERS_TIE(18)
  NN_MEMBERS_TIE(19) NN_MEMBERS_TIE(20) NN_MEMBERS_TIE(21) NN_MEMBERS_TIE(22) NN_MEMBERS_TIE(23) NN_MEMBERS_TIE(24)
  NN_MEMBERS_TIE(25) NN_MEMBERS_TIE(26) NN_MEMBERS_TIE(27) NN_MEMBERS_TIE(28) NN_MEMBERS_TIE(29) NN_MEMBERS_TIE(30)
  NN_MEMBERS_TIE(31) NN_MEMBERS_TIE(32)
  // clang-format on
  {
    (void)aggregate;
    return std::tuple<>{};
  }
}

#undef NN_MEMBERS_TIE

namespace members_detail {

// A compiler prints the address of a member with the member's name, whatever its type. The object is never
// defined: only the addresses of its members are formed, at compile time.
template <class T>
struct Example {
  const T value;
};
template <class T>
struct Address {
  T pointer;
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class T>
extern const Example<T> example;

template <class T, std::size_t I>
constexpr auto address_of_member() {
  return Address<const std::remove_reference_t<decltype(std::get<I>(tie_members(example<T>.value)))>*>{
      &std::get<I>(tie_members(example<T>.value))};
}

template <auto MemberAddress>
constexpr auto text_with_name() {
  return std::string_view{__PRETTY_FUNCTION__};
}

template <class T, std::size_t I>
constexpr std::string_view find_name() {
  constexpr auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 128;
  };
  const std::string_view text = text_with_name<address_of_member<T, I>()>();
  std::size_t end = text.size();
  while (end > 0 && !is_letter(text[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_letter(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

}  // namespace members_detail

/// The name of an aggregate's member as it is spelled in the source: "w1".
template <class T, std::size_t I>
inline constexpr std::string_view member_name = members_detail::find_name<std::remove_cv_t<T>, I>();

}  // namespace nn::train

#endif  // NN_TRAIN_MEMBERS_H
