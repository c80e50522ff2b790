// The memory behind a tensor: a shared buffer that is copied on write, or memory borrowed from the user; on
// the host or on a device.
#ifndef NN_STORAGE_H
#define NN_STORAGE_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include "nn/device.h"
#include "nn/error.h"

namespace nn::detail {

/// Elements of one tensor. An owning storage shares its buffer with its copies until one of them is written
/// to. Once a writable pointer has been handed out, copies get elements of their own at once, because writes
/// through that pointer can no longer be seen. A borrowing storage always copies its elements when it is
/// copied. data, writable and briefly_writable are for the host: they throw where the elements are on a
/// device; the others whose names begin with raw give pointers wherever it is.
template <class T>
class Storage {
 public:
  Storage() = default;

  /// `count` elements of its own, zero or not yet written.
  static Storage zeros(std::int64_t count, const Device& device = {}) {
    Storage result = uninitialised(count, device);
    if (count <= 0) return result;
    if (device.is_host())
      std::memset(result.data_, 0, bytes(count));
    else
      device.api()->zero(device.index(), reinterpret_cast<std::byte*>(result.data_), bytes(count));
    result.block_->untouched = true;
    return result;
  }
  static Storage uninitialised(std::int64_t count, const Device& device = {}) {
    Storage result;
    result.device_ = device;
    if (count > 0) result.allocate(count);
    return result;
  }

  static Storage borrow(T* data, const Device& device = {}) {
    Storage result;
    result.data_ = data;
    result.kind_ = Kind::borrowed;
    result.device_ = device;
    return result;
  }
  /// Borrowed memory that may not be written: a write first makes a copy of its own.
  static Storage borrow(const T* data, const Device& device = {}) {
    Storage result = borrow(const_cast<T*>(data), device);
    result.kind_ = Kind::borrowed_const;
    return result;
  }

  /// A copy of `count` elements, sharing the buffer where that can't be noticed.
  Storage copy(std::int64_t count) const {
    Storage result;
    result.device_ = device_;
    if (kind_ == Kind::owned && block_ && !block_->exposed) {
      __atomic_add_fetch(&block_->owners, 1, __ATOMIC_RELAXED);
      result.data_ = data_;
      result.block_ = block_;
    } else if (count > 0 && data_) {
      result.allocate(count);
      result.take_elements(*this, count);
    }
    return result;
  }
  /// A copy of `count` elements on a device; shares the buffer if they are there already.
  Storage copy_to(const Device& device, std::int64_t count) const {
    if (device == device_) return copy(count);
    Storage result = uninitialised(data_ ? count : 0, device);
    if (data_) result.take_elements(*this, count);
    return result;
  }

  Storage(Storage&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        block_(std::exchange(other.block_, nullptr)),
        device_(other.device_),
        kind_(std::exchange(other.kind_, Kind::owned)) {}
  Storage& operator=(Storage&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(block_, other.block_);
    std::swap(device_, other.device_);
    std::swap(kind_, other.kind_);
    return *this;
  }
  ~Storage() { release(); }

  const Device& device() const { return device_; }
  const T* raw() const { return data_; }
  const T* data() const {
    if (!device_.is_host()) [[unlikely]]
      throw_not_on_host(device_);
    return data_;
  }

  /// A pointer to write through; unshares the buffer first.
  T* writable(std::int64_t count) {
    if (!device_.is_host()) [[unlikely]]
      throw_not_on_host(device_);
    return raw_writable(count);
  }
  T* raw_writable(std::int64_t count) {
    const bool shared = block_ && __atomic_load_n(&block_->owners, __ATOMIC_ACQUIRE) != 1;
    if (shared || (kind_ == Kind::borrowed_const && count > 0)) unshare(count);
    if (!data_ && count > 0) *this = zeros(count, device_);  // was moved from
    if (block_) {
      block_->exposed = true;
      block_->untouched = false;
    }
    return data_;
  }

  /// A pointer to write through that the caller forgets before anybody copies the tensor.
  T* briefly_writable(std::int64_t count) {
    if (!device_.is_host()) [[unlikely]]
      throw_not_on_host(device_);
    return raw_briefly_writable(count);
  }
  T* raw_briefly_writable(std::int64_t count) {
    if (block_ && __atomic_load_n(&block_->owners, __ATOMIC_ACQUIRE) == 1) {  // exposed or not
      block_->untouched = false;
      return data_;
    }
    T* result = raw_writable(count);
    if (block_) block_->exposed = false;
    return result;
  }

  bool owning() const { return kind_ == Kind::owned; }
  bool borrows_for_writing() const { return kind_ == Kind::borrowed; }
  /// True for elements of its own that are zero because nobody has written them yet, or for none at all.
  bool is_untouched() const { return owning() && (block_ == nullptr || block_->untouched); }

 private:
  enum class Kind : unsigned char { owned, borrowed, borrowed_const };

  /// Belongs to an owned buffer; on the host it precedes the elements, in a cache line of its own.
  struct Block {
    int owners;
    bool exposed;    // a writable pointer is about; then there is one owner
    bool untouched;  // zero since it was allocated
  };
  static constexpr std::size_t alignment = 64;

  static std::size_t bytes(std::int64_t count) { return static_cast<std::size_t>(count) * sizeof(T); }

  void allocate(std::int64_t count) {
    if (static_cast<std::uint64_t>(count) > (PTRDIFF_MAX - alignment) / sizeof(T))
      throw Error("nn: a tensor is too large for the address space");
    const bool on_host = device_.is_host();
    void* memory = ::operator new(alignment + (on_host ? bytes(count) : 0), std::align_val_t{alignment});
    block_ = new (memory) Block{1, false, false};
    if (!on_host) return allocate_on_device(count);
    data_ = reinterpret_cast<T*>(static_cast<std::byte*>(memory) + alignment);
  }

  [[gnu::cold, gnu::noinline]] void allocate_on_device(std::int64_t count) {
    try {
      data_ = reinterpret_cast<T*>(device_.api()->allocate(device_.index(), bytes(count)));
    } catch (...) {
      ::operator delete(static_cast<void*>(std::exchange(block_, nullptr)), std::align_val_t{alignment});
      throw;
    }
  }

  void take_elements(const Storage& from, std::int64_t count) {
    if (device_.is_host() && from.device_.is_host())
      std::memcpy(data_, from.data_, bytes(count));
    else
      copy_bytes(device_, data_, from.device_, from.data_, bytes(count));
  }

  void unshare(std::int64_t count) {
    Storage own = uninitialised(count, device_);
    own.take_elements(*this, count);
    *this = std::move(own);
  }

  void release() {
    if (!block_ || __atomic_sub_fetch(&block_->owners, 1, __ATOMIC_ACQ_REL) != 0) return;
    if (!device_.is_host()) device_.api()->release(device_.index(), reinterpret_cast<std::byte*>(data_));
    ::operator delete(static_cast<void*>(block_), std::align_val_t{alignment});
  }

  T* data_ = nullptr;
  Block* block_ = nullptr;
  Device device_;
  Kind kind_ = Kind::owned;
};

}  // namespace nn::detail

#endif  // NN_STORAGE_H
