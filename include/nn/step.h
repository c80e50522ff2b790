// A whole training step, captured once on a device and replayed; on the host it just runs.
#ifndef NN_STEP_H
#define NN_STEP_H

#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

#include "nn/view.h"
#include "nn/workspace.h"

namespace nn {

/// Copies the elements of a tensor on the host into one on the workspace's device (or on the host, if the
/// workspace is there), of the same shape. Does not wait: `from` may be written at once, unless its memory is
/// pinned; then not before ws.synchronize(). Throws nn::Error where places or sizes don't fit.
template <class T, Dim... D>
void copy(Tensor<T, D...>& to, const Tensor<T, D...>& from, Workspace& ws) {
  if (to.device() != ws.device())
    throw Error("nn::copy: the tensor to write is on " + to.device().name() + ", the workspace on " +
                ws.device().name());
  if (!from.device().is_host()) throw Error("nn::copy: the tensor to read is on " + from.device().name());
  for (int axis = 0; axis < Tensor<T, D...>::rank; ++axis)
    if (to.extent(axis) != from.extent(axis))
      throw Error("nn::copy: the tensor to write is " + to.extents().text() + ", the one to read " +
                  from.extents().text());
  const std::size_t bytes = static_cast<std::size_t>(from.size()) * sizeof(T);
  if (bytes == 0) return;
  if (ws.device().is_host()) {
    std::memcpy(to.briefly_writable(), from.data(), bytes);
  } else {
    ws.device().api()->upload(ws.context(), reinterpret_cast<std::byte*>(to.raw_briefly_writable()),
                              reinterpret_cast<const std::byte*>(from.data()), bytes);
  }
}

/// A training step that is captured once on a device and replayed:
///
///   nn::Step step(ws);
///   step([&] { nn::value_and_grad<&loss>(model, x, label, grad, ws); sgd.step(model, grad.model, ws); });
///   float v = step.value<float>();
///
/// The body runs on the host each time. What it asks of the workspace's device is compared with what was
/// recorded: if it is the same to the last byte, one launch replays it all; if not (another batch size,
/// another buffer), it is captured anew. So nothing stale is ever replayed. Values computed inside are NaN
/// there and come from value(); elements on the device can't be copied to the host inside. The body must not
/// depend on them, and the workspace has to outlive the step. On the host the body just runs.
class Step {
 public:
  explicit Step(Workspace& ws) : ws_(&ws), api_(ws.device().api()) {
    if (api_) recorded_ = api_->open_step(ws.context());
  }
  Step(Step&& other) noexcept
      : ws_(other.ws_), api_(other.api_), recorded_(std::exchange(other.recorded_, nullptr)) {}
  Step& operator=(Step&& other) noexcept {
    std::swap(ws_, other.ws_);
    std::swap(api_, other.api_);
    std::swap(recorded_, other.recorded_);
    return *this;
  }
  ~Step() {
    if (recorded_) api_->close_step(recorded_);
  }

  /// Makes the step. Throws what the body throws; then nothing of this step is done on the device.
  template <class F>
  void operator()(F&& body) {
    if (!api_) return static_cast<void>(body());
    api_->begin_step(*recorded_);
    try {
      body();
    } catch (...) {
      api_->abort_step(*recorded_);
      throw;
    }
    api_->end_step(*recorded_);
  }

  /// The last value that the body computed, of the type it was computed in; waits for it. Throws nn::Error
  /// for what went wrong on the device, labels out of range among it.
  template <class T>
  T value() {
    static_assert(std::is_arithmetic_v<T>);
    if (!api_) return static_cast<T>(ws_->last_value);
    T result{};
    api_->step_value(*recorded_, &result, sizeof result);
    return result;
  }

 private:
  Workspace* ws_;
  const rt::DeviceApi* api_;
  rt::DeviceStep* recorded_ = nullptr;
};

}  // namespace nn

#endif  // NN_STEP_H
