// Shuffles and votes among the 32 threads of a warp.
#ifndef NN_EMULATION_DEVICE_WARP_H
#define NN_EMULATION_DEVICE_WARP_H

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "threads.h"

namespace nn_emulation {

enum class WarpOp : unsigned char { sync, shuffle, ballot };

/// Waits until the lanes of `mask` that have not exited are here. A shuffle returns what lane `source`
/// brought, a ballot the bits of those that brought other than 0. Dies if a lane is not in its mask, lanes of
/// a mask call different things, or the source brought nothing.
std::uint64_t warp_exchange(WarpOp op, Site site, unsigned mask, std::uint64_t value, int source);

/// This thread's lane, and the lanes of its warp that have not exited.
int lane();
unsigned active_lanes();

/// Which lane a shuffle reads: `wanted` if it is in this lane's segment of `width` lanes, else its own.
inline int in_segment(int own, int wanted, int width) {
  return (wanted >= 0 && wanted / width == own / width) ? wanted : own;
}

template <class T>
T shuffle(Site site, unsigned mask, T value, int source) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t));
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = warp_exchange(WarpOp::shuffle, site, mask, bits, source);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace nn_emulation

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, const char* file = __builtin_FILE(),
              int line = __builtin_LINE()) {
  const int first = nn_emulation::lane() / width * width;
  return nn_emulation::shuffle({file, line}, mask, value, first + (source & (width - 1)));
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, const char* file = __builtin_FILE(),
                 int line = __builtin_LINE()) {
  const int own = nn_emulation::lane();
  const int source = nn_emulation::in_segment(own, own - static_cast<int>(delta), width);
  return nn_emulation::shuffle({file, line}, mask, value, source);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const int own = nn_emulation::lane();
  const int source = nn_emulation::in_segment(own, own + static_cast<int>(delta), width);
  return nn_emulation::shuffle({file, line}, mask, value, source);
}
// A lane of an earlier segment may be read, one of a later segment may not.
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  const int own = nn_emulation::lane(), wanted = own ^ bits;
  return nn_emulation::shuffle({file, line}, mask, value, wanted / width <= own / width ? wanted : own);
}

inline unsigned __ballot_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(),
                              int line = __builtin_LINE()) {
  const std::uint64_t vote = predicate != 0;
  return static_cast<unsigned>(
      nn_emulation::warp_exchange(nn_emulation::WarpOp::ballot, {file, line}, mask, vote, 0));
}
inline int __any_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  return __ballot_sync(mask, predicate, file, line) != 0;
}
inline int __all_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  return __ballot_sync(mask, !predicate, file, line) == 0;
}
inline void __syncwarp(unsigned mask = 0xffffffffu, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
  nn_emulation::warp_exchange(nn_emulation::WarpOp::sync, {file, line}, mask, 0, 0);
}
inline unsigned __activemask() {
  return nn_emulation::active_lanes();
}

#endif
