// Labels out of range are found on the device: at once, or when a Step's value is asked for.
// RUN: %emulated %s %cuda_runtime -o %t && %t && env NN_EMULATION_SEED=2 %t
#include <nn/rt/cuda.h>

#include "device_test.h"

namespace cuda = nn::rt::cuda;

namespace {

template <class I>
__global__ void pick(int n, const I* labels, const float* x, float* y) {
  for (int i = static_cast<int>(threadIdx.x); i < n; i += 256) y[i] = x[cuda::label_index(labels[i], 10, 1)];
}

template <class I>
nn::Tensor<I, N> labels_of(std::int64_t n) {
  nn::Tensor<I, N> labels(n);
  for (std::int64_t i = 0; i < n; ++i) labels(i) = static_cast<I>(i % 10 - 1);
  return labels;
}

template <class I>
void test_at_once(std::int64_t n) {
  nn::Workspace ws(nn::cuda());
  const auto look = [&](const nn::Tensor<I, N>& labels, std::int64_t classes, std::int64_t shift) {
    const auto there = nn::to(nn::cuda(), labels);
    cuda::Call call(ws);
    cuda::check_labels(call, "loss", "label", n ? there.device_data() : nullptr, n, classes, shift);
  };
  auto labels = labels_of<I>(n);
  look(labels, 10, 1);
  if (n == 0) return;
  for (const std::int64_t at : {std::int64_t{0}, n / 2, n - 1}) {
    auto wrong = labels;
    wrong(at) = 9;
    throws<nn::Error>([&] { look(wrong, 10, 1); },
                      "loss: label(" + std::to_string(at) + ") is 9, but has to be from -1 to 8");
    wrong(n - 1) = -2;  // the first one counts
    throws<nn::Error>([&] { look(wrong, 10, 1); }, "label(" + std::to_string(at) + ")");
    wrong(at) = std::numeric_limits<I>::min();
    throws<nn::Error>([&] { look(wrong, 10, 1); }, std::to_string(std::numeric_limits<I>::min()));
    look(labels, 10, 1);  // forgotten
  }
}

void test_in_a_step() {
  const nn::Device gpu = nn::cuda();
  nn::Workspace ws(gpu);
  auto labels = labels_of<std::int32_t>(20);
  auto there = nn::to(gpu, labels);
  const auto x = nn::to(gpu, nn::Tensor<float, 10>());
  auto y = nn::to(gpu, nn::Tensor<float, N>(20));
  nn::Step step(ws);
  const auto body = [&] {
    cuda::Call call(ws);
    cuda::check_labels(call, "loss", "label", std::as_const(there).device_data(), 20, 10, 1);
    cuda::launch(call, "pick", pick<std::int32_t>, {1, 256}, 20, std::as_const(there).device_data(),
                 x.device_data(), y.device_data());
    call.value(std::as_const(y).device_data());
  };
  step(body);
  check(step.value<float>() == 0);
  nn_emulation::reset_counters();
  labels(7) = 42;
  nn::copy(there, labels, ws);
  step(body);
  step(body);
  check(nn_emulation::counters().synchronisations == 0 && nn_emulation::counters().captures == 0);
  throws<nn::Error>([&] { step.value<float>(); }, "loss: label(7) is 42, but has to be from -1 to 8");
  labels(7) = 1;
  nn::copy(there, labels, ws);
  step(body);
  check(step.value<float>() == 0);
  labels(3) = -5;
  nn::copy(there, labels, ws);
  step(body);
  throws<nn::Error>([&] { ws.synchronize(); }, "loss: label(3) is -5");
  ws.synchronize();
}

}  // namespace

int main() {
  test_at_once<std::int32_t>(1);
  test_at_once<std::int64_t>(300);
  test_at_once<std::int32_t>(20000);
  test_at_once<std::int64_t>(0);
  test_in_a_step();
  no_leaks();
}
