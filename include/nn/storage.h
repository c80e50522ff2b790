// The memory behind a tensor: a shared buffer that is copied on write, or memory borrowed from the user.
#ifndef NN_STORAGE_H
#define NN_STORAGE_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include "nn/error.h"

namespace nn::detail {

/// Elements of one tensor. An owning storage shares its buffer with its copies until one of them is written
/// to. Once a writable pointer has been handed out, copies get elements of their own at once, because writes
/// through that pointer can no longer be seen. A borrowing storage always copies its elements when it is
/// copied.
template <class T>
class Storage {
 public:
  Storage() = default;

  /// `count` elements of its own, zero or not yet written.
  static Storage zeros(std::int64_t count) {
    Storage result = uninitialised(count);
    if (count > 0) std::memset(result.data_, 0, static_cast<std::size_t>(count) * sizeof(T));
    return result;
  }
  static Storage uninitialised(std::int64_t count) {
    Storage result;
    if (count > 0) result.allocate(count);
    return result;
  }

  static Storage borrow(T* data) {
    Storage result;
    result.data_ = data;
    result.kind_ = Kind::borrowed;
    return result;
  }
  /// Borrowed memory that may not be written: a write first makes a copy of its own.
  static Storage borrow(const T* data) {
    Storage result = borrow(const_cast<T*>(data));
    result.kind_ = Kind::borrowed_const;
    return result;
  }

  /// A copy of `count` elements, sharing the buffer where that can't be noticed.
  Storage copy(std::int64_t count) const {
    Storage result;
    if (kind_ == Kind::owned && block_ && !block_->exposed) {
      __atomic_add_fetch(&block_->owners, 1, __ATOMIC_RELAXED);
      result.data_ = data_;
      result.block_ = block_;
    } else if (count > 0 && data_) {
      result.allocate(count);
      std::memcpy(result.data_, data_, static_cast<std::size_t>(count) * sizeof(T));
    }
    return result;
  }

  Storage(Storage&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        block_(std::exchange(other.block_, nullptr)),
        kind_(std::exchange(other.kind_, Kind::owned)) {}
  Storage& operator=(Storage&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(block_, other.block_);
    std::swap(kind_, other.kind_);
    return *this;
  }
  ~Storage() { release(); }

  const T* data() const { return data_; }

  /// A pointer to write through; unshares the buffer first.
  T* writable(std::int64_t count) {
    const bool shared = block_ && __atomic_load_n(&block_->owners, __ATOMIC_ACQUIRE) != 1;
    if (shared || (kind_ == Kind::borrowed_const && count > 0)) unshare(count);
    if (!data_ && count > 0) *this = zeros(count);  // was moved from
    if (block_) block_->exposed = true;
    return data_;
  }

  /// A pointer to write through that the caller forgets before anybody copies the tensor.
  T* briefly_writable(std::int64_t count) {
    if (block_ && __atomic_load_n(&block_->owners, __ATOMIC_ACQUIRE) == 1) return data_;  // exposed or not
    T* result = writable(count);
    if (block_) block_->exposed = false;
    return result;
  }

  bool owning() const { return kind_ == Kind::owned; }
  bool borrows_for_writing() const { return kind_ == Kind::borrowed; }

 private:
  enum class Kind : unsigned char { owned, borrowed, borrowed_const };

  /// Precedes the elements of an owned buffer, in a cache line of its own.
  struct Block {
    int owners;
    bool exposed;  // a writable pointer is about; then there is one owner
  };
  static constexpr std::size_t alignment = 64;

  void allocate(std::int64_t count) {
    if (static_cast<std::uint64_t>(count) > (PTRDIFF_MAX - alignment) / sizeof(T))
      throw Error("nn: a tensor is too large for the address space");
    const std::size_t bytes = alignment + static_cast<std::size_t>(count) * sizeof(T);
    void* memory = ::operator new(bytes, std::align_val_t{alignment});
    block_ = new (memory) Block{1, false};
    data_ = reinterpret_cast<T*>(static_cast<std::byte*>(memory) + alignment);
  }

  void unshare(std::int64_t count) {
    Storage own;
    own.allocate(count);
    std::memcpy(own.data_, data_, static_cast<std::size_t>(count) * sizeof(T));
    *this = std::move(own);
  }

  void release() {
    if (block_ && __atomic_sub_fetch(&block_->owners, 1, __ATOMIC_ACQ_REL) == 0)
      ::operator delete(static_cast<void*>(block_), std::align_val_t{alignment});
  }

  T* data_ = nullptr;
  Block* block_ = nullptr;
  Kind kind_ = Kind::owned;
};

}  // namespace nn::detail

#endif  // NN_STORAGE_H
