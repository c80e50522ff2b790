// Arguments of generated functions that are no tensors: arrays, vectors, spans and pointers.
#ifndef NN_RT_ARGUMENTS_H
#define NN_RT_ARGUMENTS_H

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <vector>

#include "nn/rt/boundary.h"

namespace nn::rt {

/// The first number of an array, or of arrays of arrays.
template <class T>
auto* first(T& x) {
  if constexpr (std::is_arithmetic_v<std::remove_cv_t<T>>)
    return &x;
  else
    return first(x[0]);
}

/// The memory that a caller lends for a gradient inside of a struct whose member promises not to write.
template <class T>
T* writable(T* memory) {
  return memory;
}
template <class T>
T* writable(const T* memory) {
  return const_cast<T*>(memory);
}

/// The elements of a vector to write to, which first gets its size if it has no elements.
template <class T>
T* elements(std::vector<T>& vector, std::int64_t size) {
  if (vector.empty()) vector.resize(static_cast<std::size_t>(size));
  return vector.data();
}

/// Gives a vector without elements its size; spans and arrays have theirs.
template <class X>
void resize(X& x, std::int64_t size) {
  if constexpr (requires { x.resize(0); })
    if (std::empty(x)) x.resize(static_cast<std::size_t>(size));
}

/// The numbers of type T that structs are made of, one behind the other.
template <class T, class X>
auto* numbers(X* structs) {
  static_assert(sizeof(X) % sizeof(T) == 0 && alignof(X) >= alignof(T));
  using Number = std::conditional_t<std::is_const_v<X>, const T, T>;
  return reinterpret_cast<Number*>(structs);
}

/// How many elements a vector, span or array has.
template <class X>
std::int64_t size_of(const X& x) {
  return static_cast<std::int64_t>(std::size(x));
}

/// `count` elements that a call reads, or writes. Of what a pointer points at only the first is known.
template <class T>
Memory read(const char* argument, const T* data, std::int64_t count) {
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  return {begin, data ? begin + static_cast<std::size_t>(count) * sizeof(T) : begin, argument, false};
}
template <class T>
Memory written(const char* argument, const T* data, std::int64_t count) {
  Memory memory = read(argument, data, count);
  memory.written = true;
  return memory;
}

}  // namespace nn::rt

#endif  // NN_RT_ARGUMENTS_H
