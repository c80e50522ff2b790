// Sizes of tensor axes as values: an integer, or integer arithmetic over named sizes in a canonical form.
#ifndef NN_DIM_H
#define NN_DIM_H

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace nn {

/// Thrown when a Dim is built at run time from a wrong text, or its arithmetic does not fit. In a constant
/// expression the same mistakes stop the C++ compiler at a call to the function that names the mistake.
struct DimError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace dim_error {
[[noreturn]] inline void name_must_be_an_identifier() {
  throw DimError("nn::Dim: a name must be a C++ identifier");
}
[[noreturn]] inline void expression_is_too_long() {
  throw DimError("nn::Dim: the expression is too long (47 characters, 8 terms, 6 names at most)");
}
[[noreturn]] inline void expression_is_malformed() {
  throw DimError("nn::Dim: malformed expression");
}
[[noreturn]] inline void division_by_zero() {
  throw DimError("nn::Dim: division by zero");
}
[[noreturn]] inline void integer_overflow() {
  throw DimError("nn::Dim: integer overflow");
}
}  // namespace dim_error

/// One size of a tensor. `Dim(784)` is static; `Dim{"N"}` is known only at run time and identified by its
/// name. `+ - * /` (integer division as in C++) give canonical results, so that `N * 2 == N + N`. A
/// structural type, so that sizes can be template arguments.
struct Dim {
  static constexpr std::size_t capacity = 48;

  std::int64_t value = 0;      ///< the size, or -1 where it is symbolic
  char symbol[capacity] = {};  ///< empty, or canonical C++ text over names: "N", "2*N", "(H-3)/2+1"

  constexpr Dim() = default;

  template <std::integral I>
  constexpr Dim(I size) : value(static_cast<std::int64_t>(size)) {}  // NOLINT: implicit on purpose

  template <std::size_t K>
  explicit constexpr Dim(const char (&name)[K]);

  /// The canonical form of C++ text such as "2*N+1" or "784". Throws DimError where it is malformed.
  static constexpr Dim parse(std::string_view text);

  constexpr bool is_static() const { return symbol[0] == '\0'; }

  /// True for a plain name, false for an integer or arithmetic.
  constexpr bool is_name() const;

  /// The canonical text of a symbolic size, empty for a static one.
  constexpr std::string_view name() const { return symbol; }

  /// The size as C++ source text: "784", "N", "2*N+1".
  std::string text() const { return is_static() ? std::to_string(value) : std::string(symbol); }

  /// Calls `visit(std::string_view name)` once per distinct name, in order of appearance in the text.
  template <class Visit>
  constexpr void for_each_name(Visit&& visit) const;

  /// The value when `lookup(std::string_view name)` gives each name's: a std::int64_t where lookup returns
  /// one, a Dim (substitution) where it returns a Dim. Throws DimError on overflow and division by zero.
  template <class Lookup>
  constexpr auto eval(Lookup&& lookup) const;

  friend constexpr bool operator==(const Dim&, const Dim&) = default;
  friend constexpr Dim operator+(const Dim& a, const Dim& b);
  friend constexpr Dim operator-(const Dim& a, const Dim& b);
  friend constexpr Dim operator*(const Dim& a, const Dim& b);
  friend constexpr Dim operator/(const Dim& a, const Dim& b);
};

namespace detail {

constexpr bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool continues_name(char c) {
  return starts_name(c) || is_digit(c);
}

/// The length of the identifier at the beginning of `text`; 0 if there is none.
constexpr std::size_t name_length(std::string_view text) {
  if (text.empty() || !starts_name(text[0])) return 0;
  std::size_t n = 1;
  while (n < text.size() && continues_name(text[n])) ++n;
  return n;
}

constexpr std::int64_t apply(char op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool overflow = false;
  if (op == '+') overflow = __builtin_add_overflow(a, b, &result);
  if (op == '-') overflow = __builtin_sub_overflow(a, b, &result);
  if (op == '*') overflow = __builtin_mul_overflow(a, b, &result);
  if (op == '/') {
    if (b == 0) dim_error::division_by_zero();
    overflow = b == -1 && a == INT64_MIN;
    if (!overflow) result = a / b;
  }
  if (overflow) dim_error::integer_overflow();
  return result;
}

template <class Value>
constexpr Value apply(char op, const Value& a, const Value& b) {
  if (op == '+') return a + b;
  if (op == '-') return a - b;
  if (op == '*') return a * b;
  return a / b;
}

/// Reads an expression text and computes its value in any ring: integers, Dims or polynomials.
template <class Value, class Lookup>
struct DimReader {
  std::string_view text;
  Lookup& lookup;
  std::size_t at = 0;
  int depth = 0;

  constexpr Value read() {
    Value result = sum();
    if (peek() != '\0') dim_error::expression_is_malformed();
    return result;
  }

 private:
  constexpr char peek() {
    while (at < text.size() && text[at] == ' ') ++at;
    return at < text.size() ? text[at] : '\0';
  }
  constexpr Value sum() {
    if (++depth > 64) dim_error::expression_is_malformed();
    Value result = product();
    for (char op = peek(); op == '+' || op == '-'; op = peek()) {
      ++at;
      result = apply(op, result, product());
    }
    --depth;
    return result;
  }
  constexpr Value product() {
    Value result = factor();
    for (char op = peek(); op == '*' || op == '/'; op = peek()) {
      ++at;
      result = apply(op, result, factor());
    }
    return result;
  }
  constexpr Value factor() {
    bool negative = false;
    for (; peek() == '-'; ++at) negative = !negative;
    Value result = atom();
    return negative ? apply('-', Value(std::int64_t{0}), result) : result;
  }
  constexpr Value atom() {
    const char c = peek();
    if (c == '(') {
      ++at;
      Value result = sum();
      if (peek() != ')') dim_error::expression_is_malformed();
      ++at;
      return result;
    }
    if (is_digit(c)) {
      std::int64_t number = 0;
      for (; at < text.size() && is_digit(text[at]); ++at)
        number = apply('+', apply('*', number, std::int64_t{10}), std::int64_t{text[at] - '0'});
      return Value(number);
    }
    const std::size_t length = name_length(text.substr(at));
    if (length == 0) dim_error::expression_is_malformed();
    at += length;
    return lookup(text.substr(at - length, length));
  }
};

}  // namespace detail

template <std::size_t K>
constexpr Dim::Dim(const char (&name)[K]) : value(-1) {
  static_assert(K <= capacity, "nn::Dim: a name has at most 47 characters");
  if (detail::name_length(std::string_view(name, K - 1)) != K - 1 || K == 1)
    dim_error::name_must_be_an_identifier();
  for (std::size_t i = 0; i + 1 < K; ++i) symbol[i] = name[i];
}

constexpr bool Dim::is_name() const {
  return !is_static() && detail::name_length(name()) == name().size();
}

template <class Visit>
constexpr void Dim::for_each_name(Visit&& visit) const {
  const std::string_view all = name();
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t length = detail::name_length(all.substr(at));
    bool seen = false;
    for (std::size_t i = 0; i < at && length > 0; ++i) {
      const std::size_t earlier = detail::name_length(all.substr(i));
      if (earlier > 0 && all.substr(i, earlier) == all.substr(at, length)) seen = true;
      if (earlier > 0) i += earlier - 1;
    }
    if (length > 0 && !seen) visit(all.substr(at, length));
    at += length > 0 ? length : 1;
  }
}

template <class Lookup>
constexpr auto Dim::eval(Lookup&& lookup) const {
  using Value = std::remove_cvref_t<decltype(lookup(std::string_view()))>;
  using Ring = std::conditional_t<std::same_as<Value, Dim>, Dim, std::int64_t>;
  if (is_static()) return Ring(value);
  const auto ring_lookup = [&](std::string_view id) { return static_cast<Ring>(lookup(id)); };
  return detail::DimReader<Ring, decltype(ring_lookup)>{name(), ring_lookup}.read();
}

}  // namespace nn

#include "nn/dim_poly.h"  // parse and + - * /

#endif  // NN_DIM_H
