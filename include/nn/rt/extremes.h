// The larger and the smaller of two numbers, and what they are of none, for loops and kernels.
#ifndef NN_RT_EXTREMES_H
#define NN_RT_EXTREMES_H

#include <limits>

#include "nn/host_device.h"

namespace nn::rt {

/// What a maximum of nothing is, and a minimum of nothing its negative.
template <class T>
inline constexpr T lowest = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                                 : std::numeric_limits<T>::lowest();
template <class T>
inline constexpr T highest =
    std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();

/// The larger of a and b; NaN counts as larger than any number, as in nn::max.
template <class T>
NN_HOST_DEVICE inline T larger(T a, T b) {
  return b > a || b != b ? b : a;
}

/// The smaller of a and b; NaN counts as smaller than any number, as in nn::min.
template <class T>
NN_HOST_DEVICE inline T smaller(T a, T b) {
  return b < a || b != b ? b : a;
}

}  // namespace nn::rt

#endif  // NN_RT_EXTREMES_H
