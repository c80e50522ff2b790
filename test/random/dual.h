// Forward-mode numbers with a fixed number of directions: the oracle for random programs.
//
// A program's text is compiled a second time with Dual in place of double. Comparisons and conversions to
// integers look at the value alone, so both copies take the same way.
#ifndef TEST_RANDOM_DUAL_H
#define TEST_RANDOM_DUAL_H
#include <array>
#include <cmath>
#include <type_traits>

// In a namespace of its own: programs call their helpers unqualified.
namespace oracle {

constexpr int directions = 48;

struct Dual {
  double v = 0;
  std::array<double, directions> d{};

  Dual() = default;
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  Dual(T value) : v(static_cast<double>(value)) {}
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  explicit operator T() const {
    return static_cast<T>(v);
  }
  Dual& operator+=(const Dual& b) { return *this = *this + b; }
  Dual& operator-=(const Dual& b) { return *this = *this - b; }
  Dual& operator*=(const Dual& b) { return *this = *this * b; }
  Dual& operator/=(const Dual& b) { return *this = *this / b; }

  // value, and the partial derivatives with respect to both operands.
  static Dual chain(double value, const Dual& a, double da, const Dual& b, double db) {
    Dual r(value);
    for (int i = 0; i < directions; ++i) {
      // 0·inf of a direction that does not matter must not spoil it.
      const double x = a.d[i] == 0 ? 0 : da * a.d[i], y = b.d[i] == 0 ? 0 : db * b.d[i];
      r.d[i] = x + y;
    }
    return r;
  }
  static Dual chain(double value, const Dual& a, double da) { return chain(value, a, da, a, 0); }

  friend Dual operator+(const Dual& a, const Dual& b) { return chain(a.v + b.v, a, 1, b, 1); }
  friend Dual operator-(const Dual& a, const Dual& b) { return chain(a.v - b.v, a, 1, b, -1); }
  friend Dual operator*(const Dual& a, const Dual& b) { return chain(a.v * b.v, a, b.v, b, a.v); }
  friend Dual operator/(const Dual& a, const Dual& b) {
    return chain(a.v / b.v, a, 1 / b.v, b, -a.v / (b.v * b.v));
  }
  friend Dual operator-(const Dual& a) { return chain(-a.v, a, -1); }
  friend Dual operator+(const Dual& a) { return a; }
  friend bool operator<(const Dual& a, const Dual& b) { return a.v < b.v; }
  friend bool operator>(const Dual& a, const Dual& b) { return a.v > b.v; }
  friend bool operator<=(const Dual& a, const Dual& b) { return a.v <= b.v; }
  friend bool operator>=(const Dual& a, const Dual& b) { return a.v >= b.v; }
  friend bool operator==(const Dual& a, const Dual& b) { return a.v == b.v; }
};

}  // namespace oracle

using oracle::Dual;

namespace dual {

inline Dual sin(const Dual& x) {
  return Dual::chain(std::sin(x.v), x, std::cos(x.v));
}
inline Dual cos(const Dual& x) {
  return Dual::chain(std::cos(x.v), x, -std::sin(x.v));
}
inline Dual tanh(const Dual& x) {
  return Dual::chain(std::tanh(x.v), x, 1 - std::tanh(x.v) * std::tanh(x.v));
}
inline Dual exp(const Dual& x) {
  return Dual::chain(std::exp(x.v), x, std::exp(x.v));
}
inline Dual log(const Dual& x) {
  return Dual::chain(std::log(x.v), x, 1 / x.v);
}
inline Dual sqrt(const Dual& x) {
  return Dual::chain(std::sqrt(x.v), x, 0.5 / std::sqrt(x.v));
}
inline Dual cbrt(const Dual& x) {
  return Dual::chain(std::cbrt(x.v), x, std::cbrt(x.v) / (3 * x.v));
}
inline Dual atan(const Dual& x) {
  return Dual::chain(std::atan(x.v), x, 1 / (1 + x.v * x.v));
}
inline Dual floor(const Dual& x) {
  return Dual(std::floor(x.v));
}
inline Dual fabs(const Dual& x) {
  return x.v < 0 ? -x : x.v > 0 ? x : Dual(0);
}
inline Dual erf(const Dual& x) {
  return Dual::chain(std::erf(x.v), x, 1.12837916709551257390 * std::exp(-x.v * x.v));
}
inline Dual pow(const Dual& a, double b) {
  return Dual::chain(std::pow(a.v, b), a, b * std::pow(a.v, b - 1));
}
inline Dual hypot(const Dual& a, const Dual& b) {
  const double y = std::hypot(a.v, b.v);
  return Dual::chain(y, a, a.v / y, b, b.v / y);
}
inline Dual atan2(const Dual& a, const Dual& b) {
  const double n = a.v * a.v + b.v * b.v;
  return Dual::chain(std::atan2(a.v, b.v), a, b.v / n, b, -a.v / n);
}
inline Dual fma(const Dual& a, double b, const Dual& c) {
  return Dual::chain(std::fma(a.v, b, c.v), a, b, c, 1);
}
inline Dual fmod(const Dual& a, const Dual& b) {
  return Dual::chain(std::fmod(a.v, b.v), a, 1, b, -std::trunc(a.v / b.v));
}

}  // namespace dual

#endif
