// The interpreter's scalars: every integer of 64 bits and every double exactly, and arithmetic as C++ does
// it.
#ifndef TEST_UNIT_NUMBERS_H
#define TEST_UNIT_NUMBERS_H
#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "ir/function.h"
#include "op/evaluate.h"

namespace test {

using Number = long double;  // 64 bits of mantissa on x86
static_assert(std::numeric_limits<Number>::digits >= 64);

inline void require(bool ok, const char* law) {
  if (!ok) throw std::logic_error(std::string("the interpreter: ") + law);
}

namespace formulas {

/// A floating operator, in double precision.
inline double floating(nndiff::ir::Map map, const Number* v, std::size_t n) {
  const std::vector<double> operands(v, v + n);
  return nndiff::op::evaluate(map, operands);
}

/// A quotient or remainder that C++ defines.
template <class T>
void require_quotient(T a, T b) {
  require(b != 0, "an integer is divided by zero");
  if constexpr (std::is_signed_v<T>)
    require(!(a == std::numeric_limits<T>::min() && b == -1), "a quotient is out of range");
}

/// An operator on integers of type T; sums, differences and products wrap.
template <class T>
Number integral(nndiff::ir::Map map, const Number* v, std::size_t n) {
  using nndiff::ir::Map;
  using U = unsigned long long;
  const T a = static_cast<T>(v[0]), b = n > 1 ? static_cast<T>(v[1]) : T{};
  const auto wrapped = [](U x) { return static_cast<Number>(static_cast<T>(x)); };
  const auto shift = [&] {
    require(v[1] >= 0 && v[1] < 8 * static_cast<int>(sizeof(T)), "a shift is out of range");
    return static_cast<int>(v[1]);
  };
  switch (map) {
    case Map::add:
      return wrapped(static_cast<U>(a) + static_cast<U>(b));
    case Map::sub:
      return wrapped(static_cast<U>(a) - static_cast<U>(b));
    case Map::mul:
      return wrapped(static_cast<U>(a) * static_cast<U>(b));
    case Map::square:
      return wrapped(static_cast<U>(a) * static_cast<U>(a));
    case Map::neg:
      return wrapped(-static_cast<U>(a));
    case Map::abs:
      return v[0] < 0 ? -v[0] : v[0];
    case Map::sign:
      return v[0] < 0 ? -1 : v[0] > 0;
    case Map::div:
      require_quotient(a, b);
      return static_cast<Number>(static_cast<T>(a / b));
    case Map::rem:
      require_quotient(a, b);
      return static_cast<Number>(static_cast<T>(a % b));
    case Map::maximum:
      return v[0] < v[1] ? v[1] : v[0];
    case Map::minimum:
      return v[1] < v[0] ? v[1] : v[0];
    case Map::bit_not:
      return wrapped(~static_cast<U>(a));
    case Map::logical_not:
      return v[0] == 0;
    case Map::bit_and:
      return wrapped(static_cast<U>(a) & static_cast<U>(b));
    case Map::bit_or:
      return wrapped(static_cast<U>(a) | static_cast<U>(b));
    case Map::bit_xor:
      return wrapped(static_cast<U>(a) ^ static_cast<U>(b));
    case Map::shift_left:
      return wrapped(static_cast<U>(a) << shift());
    case Map::shift_right:
      return static_cast<Number>(static_cast<T>(a >> shift()));
    default:
      throw std::logic_error("no operator on integers");
  }
}

inline bool compare(nndiff::ir::Map map, Number a, Number b) {
  using nndiff::ir::Map;
  switch (map) {
    case Map::lt:
      return a < b;
    case Map::le:
      return a <= b;
    case Map::gt:
      return a > b;
    case Map::ge:
      return a >= b;
    case Map::eq:
      return a == b;
    default:
      return a != b;
  }
}

}  // namespace formulas

/// `apply(T{})` for the C++ type T of an integer or boolean element.
template <class F>
Number with_type(nndiff::ir::Elem elem, F&& apply) {
  using nndiff::ir::Elem;
  switch (elem) {
    case Elem::boolean:
      return apply(bool{});
    case Elem::i8:
      return apply(std::int8_t{});
    case Elem::u8:
      return apply(std::uint8_t{});
    case Elem::i16:
      return apply(std::int16_t{});
    case Elem::u16:
      return apply(std::uint16_t{});
    case Elem::i32:
      return apply(std::int32_t{});
    case Elem::u32:
      return apply(std::uint32_t{});
    case Elem::i64:
      return apply(std::int64_t{});
    case Elem::u64:
      return apply(std::uint64_t{});
    default:
      throw std::logic_error("not an integer");
  }
}

/// An elementwise operator on operands of type `elem`.
inline Number evaluate(nndiff::ir::Map map, nndiff::ir::Elem elem, const Number* v, std::size_t n) {
  using nndiff::ir::Map;
  const bool exact = !nndiff::ir::is_floating(elem);
  if (map == Map::where) {
    require(!std::isnan(v[0]), "a choice depends on memory never written");
    return v[0] != 0 ? v[1] : v[2];
  }
  for (std::size_t i = 0; i < n; ++i)
    require(!exact || !std::isnan(v[i]), "an integer comes from memory never written");
  if (nndiff::ir::is_comparison(map)) return formulas::compare(map, v[0], v[1]);
  if (!exact) return formulas::floating(map, v, n);
  return with_type(elem, [&]<class T>(T) { return formulas::integral<T>(map, v, n); });
}

/// The conversion of C++ from one element type to another.
inline Number convert(Number x, nndiff::ir::Elem from, nndiff::ir::Elem to) {
  using nndiff::ir::Elem;
  if (nndiff::ir::is_floating(to)) return static_cast<double>(x);
  require(!std::isnan(x), "an integer comes from memory never written or a NaN");
  if (to == Elem::boolean) return x != 0;
  const Number whole = std::trunc(x);
  return with_type(to, [&]<class T>(T) -> Number {
    if (!nndiff::ir::is_floating(from)) {
      const auto bits = whole < 0 ? static_cast<unsigned long long>(static_cast<long long>(whole))
                                  : static_cast<unsigned long long>(whole);
      return static_cast<T>(bits);
    }
    require(whole >= std::numeric_limits<T>::min() && whole <= std::numeric_limits<T>::max(),
            "a number does not fit an integer");
    return whole;
  });
}

}  // namespace test

#endif
