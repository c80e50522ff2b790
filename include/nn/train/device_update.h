// How optimisers hand their tensors to a device: collected into as few launches as possible.
#ifndef NN_TRAIN_DEVICE_UPDATE_H
#define NN_TRAIN_DEVICE_UPDATE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "nn/rt/update.h"
#include "nn/to.h"
#include "nn/view.h"
#include "nn/workspace.h"

namespace nn::train {

/// Throws nn::Error: `name` is in another place than `device`, where a step runs.
[[noreturn]] inline void refuse_place(const std::string& name, const Device& place, const Device& device) {
  throw Error(name + " is on " + place.name() + ", the step runs on " + device.name() +
              (device.is_host() ? "; give step() a workspace on " + place.name() : "; copy it with nn::to"));
}

/// One step of an optimiser on the device of a workspace; does nothing without one.
class DeviceUpdates {
 public:
  DeviceUpdates(Workspace* ws, const rt::Update& what)
      : ws_(ws != nullptr && !ws->device().is_host() ? ws : nullptr), what_(what) {}

  /// Takes a parameter, its gradient and its state, and says whether it did. Bare numbers stay with the host:
  /// inside an nn::Step their gradients are not known, so that throws nn::Error.
  template <class P, class... State>
  bool took(P& parameter, const P& gradient, State&... state) {
    if (ws_ == nullptr) return false;
    if constexpr (std::is_floating_point_v<P>) {
      if (ws_->device().api()->is_recording(ws_->context()))
        throw Error(
            "nn: a bare number among the parameters can't be learnt inside an nn::Step; make it an "
            "nn::Tensor without axes");
      return false;
    } else {
      using T = typename P::value_type;
      void* states[] = {static_cast<void*>(state.raw_briefly_writable())..., nullptr, nullptr};
      Batch& batch = sizeof(T) == 8 ? doubles_ : floats_;
      if (batch.count == rt::most_update_tensors) flush(batch, sizeof(T) == 8, false);
      batch.tensors[batch.count++] = {parameter.raw_briefly_writable(), gradient.raw_data(), states[0],
                                      states[1], parameter.size()};
      return true;
    }
  }

  /// Hands over what is left, and counts the step.
  void finish() {
    if (ws_ == nullptr) return;
    if (doubles_.count > 0) flush(doubles_, true, floats_.count == 0);
    if (floats_.count > 0) flush(floats_, false, true);
  }

 private:
  struct Batch {
    int count = 0;
    rt::UpdateTensor tensors[rt::most_update_tensors];
  };

  void flush(Batch& batch, bool is_double, bool is_last) {
    what_.is_double = is_double;
    what_.is_last = is_last;
    what_.count = batch.count;
    what_.tensors = batch.tensors;
    ws_->device().api()->update(ws_->context(), what_);
    batch.count = 0;
  }

  Workspace* ws_;
  rt::Update what_;
  Batch floats_, doubles_;
};

/// A number of steps in a device's memory, which the device counts on.
class DeviceCount {
 public:
  /// The count, made to be `steps` where it is not; the device adds 1 afterwards.
  std::int64_t* at(std::int64_t steps, Workspace& ws) {
    if (expected_ != steps || count_.device() != ws.device()) {
      // Of its own, as a recorded step may still be using the one before.
      count_ = to(ws.device(), Tensor<std::int64_t, 2>{steps, 0});
    }
    expected_ = steps + 1;
    return count_.raw_briefly_writable();
  }

 private:
  Tensor<std::int64_t, 2> count_;
  std::int64_t expected_ = -1;
};

}  // namespace nn::train

#endif  // NN_TRAIN_DEVICE_UPDATE_H
