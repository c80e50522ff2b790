// 16-bit floating-point types that compute in float: what __half and __nv_bfloat16 have in common.
#ifndef NN_EMULATION_DEVICE_NARROW_FLOAT_H
#define NN_EMULATION_DEVICE_NARROW_FLOAT_H

#include <bit>
#include <cstdint>

namespace nn_emulation_types {

/// float to bfloat16, to nearest even; any NaN becomes 0x7fff, as on the device.
inline std::uint16_t to_bfloat16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fff;
  return static_cast<std::uint16_t>((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
}
inline float from_bfloat16(std::uint16_t x) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16);
}

/// float to IEEE half precision, to nearest even; any NaN becomes 0x7fff, as on the device.
inline std::uint16_t to_half(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t sign = bits >> 16 & 0x8000u, size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) return 0x7fff;
  if (size >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);  // from 65520 on: infinity
  if (size < 0x38800000u) {                                                    // below 2^-14: subnormal
    const float scaled = std::bit_cast<float>(size) + 0.5f;                    // its last bit is 2^-24
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(scaled) - 0x3f000000u));
  }
  const std::uint32_t rounded = size + 0xfffu + (size >> 13 & 1);
  return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}
inline float from_half(std::uint16_t x) {
  const std::uint32_t sign = static_cast<std::uint32_t>(x & 0x8000u) << 16, size = x & 0x7fffu;
  if (size >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | (size & 0x3ffu) << 13);
  if (size >= 0x400u) return std::bit_cast<float>(sign | ((size << 13) + 0x38000000u));
  const float magnitude = static_cast<float>(size) * 0x1p-24f;
  return sign ? -magnitude : magnitude;
}

/// A type that is stored in 16 bits; `Narrow` and `Widen` are its conversions. Operators compute in float and
/// round.
template <std::uint16_t Narrow(float), float Widen(std::uint16_t)>
struct NarrowFloat {
  std::uint16_t bits;

  NarrowFloat() = default;
  NarrowFloat(float x) : bits(Narrow(x)) {}
  explicit NarrowFloat(double x) : bits(Narrow(static_cast<float>(x))) {}
  explicit NarrowFloat(int x) : bits(Narrow(static_cast<float>(x))) {}
  operator float() const { return Widen(bits); }

  friend NarrowFloat operator+(NarrowFloat a, NarrowFloat b) { return float(a) + float(b); }
  friend NarrowFloat operator-(NarrowFloat a, NarrowFloat b) { return float(a) - float(b); }
  friend NarrowFloat operator*(NarrowFloat a, NarrowFloat b) { return float(a) * float(b); }
  friend NarrowFloat operator/(NarrowFloat a, NarrowFloat b) { return float(a) / float(b); }
  friend NarrowFloat operator-(NarrowFloat a) { return -float(a); }
  friend bool operator==(NarrowFloat a, NarrowFloat b) { return float(a) == float(b); }
  friend bool operator!=(NarrowFloat a, NarrowFloat b) { return float(a) != float(b); }
  friend bool operator<(NarrowFloat a, NarrowFloat b) { return float(a) < float(b); }
  friend bool operator>(NarrowFloat a, NarrowFloat b) { return float(a) > float(b); }
  friend bool operator<=(NarrowFloat a, NarrowFloat b) { return float(a) <= float(b); }
  friend bool operator>=(NarrowFloat a, NarrowFloat b) { return float(a) >= float(b); }
  NarrowFloat& operator+=(NarrowFloat other) { return *this = *this + other; }
  NarrowFloat& operator-=(NarrowFloat other) { return *this = *this - other; }
  NarrowFloat& operator*=(NarrowFloat other) { return *this = *this * other; }
  NarrowFloat& operator/=(NarrowFloat other) { return *this = *this / other; }
};

/// Two of them side by side.
template <class T>
struct alignas(4) NarrowPair {
  T x, y;
};

}  // namespace nn_emulation_types

#endif
