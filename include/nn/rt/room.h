// Memory of generated code whose size is known only on the way: rooms of the workspace, which keep their size
// from call to call.
#ifndef NN_RT_ROOM_H
#define NN_RT_ROOM_H

#include <algorithm>
#include <cstdint>

#include "nn/workspace.h"

namespace nn::rt {

/// Room number `number` with space for `count` elements, whose values are unspecified.
template <class T>
T* room(Workspace& ws, int number, std::int64_t count) {
  const std::size_t bytes = count > 0 ? static_cast<std::size_t>(count) * sizeof(T) : 0;
  return reinterpret_cast<T*>(ws.room(number, bytes, 0));
}

/// An array in a room that can be made longer. What it had keeps its values; new elements are zero.
template <class T>
class Growing {
 public:
  // Never null, so that an empty part of it has an address, too.
  Growing(Workspace& ws, int number)
      : data_(reinterpret_cast<T*>(ws.room(number, sizeof(T), 0))), ws_(&ws), number_(number) {}

  /// Makes sure that there are `count` elements.
  void grow(std::int64_t count) {
    size_ = std::max(size_, count);
    if (count > zeroed_) [[unlikely]]
      *this = longer(*this, count);
  }

  /// Has the elements of `other` and no more.
  void assign(Growing& other) {
    clear();
    grow(other.size_);
    std::copy_n(other.data_, size_, data_);
  }

  /// Forgets all elements.
  void clear() { size_ = zeroed_ = 0; }

  /// The most elements asked for so far.
  std::int64_t size() const { return size_; }

  T* data() { return data_; }
  T& operator[](std::int64_t i) { return data_[i]; }

 private:
  // By value, so that the address of an array stays unknown and its members can live in registers.
  [[gnu::noinline]] static Growing longer(Growing array, std::int64_t count) {
    const auto bytes = [](std::int64_t n) { return static_cast<std::size_t>(n) * sizeof(T); };
    const int room = array.number_;
    array.data_ = reinterpret_cast<T*>(array.ws_->room(room, bytes(count), bytes(array.zeroed_)));
    const auto space = static_cast<std::int64_t>(array.ws_->room_size(room) / sizeof(T));
    const std::int64_t end = std::min(space, std::max(count, 2 * array.zeroed_));
    std::fill(array.data_ + array.zeroed_, array.data_ + end, T());
    array.zeroed_ = end;
    return array;
  }

  T* data_;
  std::int64_t size_ = 0, zeroed_ = 0;
  Workspace* ws_;
  int number_;
};

}  // namespace nn::rt

#endif  // NN_RT_ROOM_H
