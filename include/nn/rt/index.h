// Indices that generated code computes, checked before they are used.
#ifndef NN_RT_INDEX_H
#define NN_RT_INDEX_H

#include <cstdint>
#include <string>

#include "nn/error.h"

namespace nn::rt {

[[noreturn]] inline void throw_index(std::int64_t index, std::int64_t extent) {
  throw Error("index " + std::to_string(index) + " is not in [0, " + std::to_string(extent) + ")");
}

/// `index`, which must be in [0, extent). Throws nn::Error if it is not.
inline std::int64_t checked_index(std::int64_t index, std::int64_t extent) {
  if (index < 0 || index >= extent) throw_index(index, extent);
  return index;
}

/// `index`, where `count` elements of an array of `extent` begin. Throws nn::Error if they don't lie inside.
inline std::int64_t checked_block(std::int64_t index, std::int64_t count, std::int64_t extent) {
  if (index < 0 || index > extent - count) throw_index(index, extent);
  return index;
}

}  // namespace nn::rt

#endif  // NN_RT_INDEX_H
