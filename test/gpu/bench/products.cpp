// The matrix products of a training step: see products.h.
#include "products.h"

#include <nn/random.h>
#include <nn/rt/cuda_call.h>

#include <utility>

namespace bench {

namespace cuda = nn::rt::cuda;
using nn::rt::Trans;

Products::Products(nn::Workspace& ws, std::int64_t batch, std::vector<std::int64_t> widths, bool relu)
    : ws_(&ws), batch_(batch), widths_(std::move(widths)), relu_(relu) {
  nn::Random random(1);
  const auto numbers =
      [&](std::int64_t size) {  // random ones: a GPU multiplies zeros with less power, so faster
        Numbers host(size);
        for (float& number : host) number = random.uniform(-0.05f, 0.05f);
        return nn::to(ws.device(), host);
      };
  values_.push_back(numbers(batch * widths_[0]));
  for (std::size_t i = 0; i + 1 < widths_.size(); ++i) {
    weights_.push_back(numbers(widths_[i] * widths_[i + 1]));
    d_weights_.push_back(numbers(widths_[i] * widths_[i + 1]));
    biases_.push_back(numbers(widths_[i + 1]));
    d_biases_.push_back(numbers(widths_[i + 1]));
    values_.push_back(numbers(batch * widths_[i + 1]));
    masks_.push_back(nn::to(ws.device(), Words(batch * cuda::mask_words(widths_[i + 1]))));
  }
}

std::uint32_t* Products::mask(std::size_t layer) {
  return reinterpret_cast<std::uint32_t*>(masks_[layer].device_data());
}

void Products::forward(std::size_t layer) {
  cuda::Call call(*ws_);
  cuda::Products<float> extra;
  if (relu_ && layer + 2 < widths_.size())
    extra = {.bias = biases_[layer].device_data(), .relu = true, .mask_out = mask(layer)};
  cuda::gemm(call, Trans::no, Trans::no, batch_, widths_[layer + 1], widths_[layer],
             std::as_const(values_[layer]).device_data(), std::as_const(weights_[layer]).device_data(),
             values_[layer + 1].device_data(), extra);
}

// Gradients of a layer's values take the place of the values, once the weights' gradient is known.
void Products::backward(std::size_t layer) {
  cuda::Call call(*ws_);
  cuda::gemm(call, Trans::yes, Trans::no, widths_[layer], widths_[layer + 1], batch_,
             std::as_const(values_[layer]).device_data(), std::as_const(values_[layer + 1]).device_data(),
             d_weights_[layer].device_data());
  if (layer == 0) return;
  cuda::Products<float> extra;
  if (relu_) extra = {.mask_in = mask(layer - 1), .column_sums = d_biases_[layer - 1].device_data()};
  cuda::gemm(call, Trans::no, Trans::yes, batch_, widths_[layer], widths_[layer + 1],
             std::as_const(values_[layer + 1]).device_data(), std::as_const(weights_[layer]).device_data(),
             values_[layer].device_data(), extra);
}

void Products::submit() {
  for (std::size_t layer = 0; layer + 1 < widths_.size(); ++layer) forward(layer);
  for (std::size_t layer = widths_.size() - 1; layer-- > 0;) backward(layer);
}

}  // namespace bench
