// Copies of tensors, and of whole aggregates of tensors, on another device.
#ifndef NN_TO_H
#define NN_TO_H

#include <type_traits>
#include <utility>

#include "nn/device.h"
#include "nn/train/reflect.h"
#include "nn/view.h"

namespace nn {

/// A copy of a tensor, or of a struct of tensors, on `device` (`nn::Device()` is the host). Tensors of
/// integers are copied as well; what is no tensor stays as it is. Waits for work on the device that was
/// submitted before.
template <class A>
A to(const Device& device, const A& x) {
  if constexpr (detail::is_tensor<A>) {
    return A(x.extents(), x.elements().copy_to(device, x.size()));
  } else {
    A copy = x;
    for_each_tensor(copy, [&](auto& p) {
      if constexpr (detail::is_tensor<std::remove_reference_t<decltype(p)>>) {
        auto moved = to(device, std::as_const(p));
        p = std::move(moved);
      }
    });
    return copy;
  }
}

}  // namespace nn

#endif  // NN_TO_H
