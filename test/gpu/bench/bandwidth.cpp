// Kernels that are as fast as memory, beside a plain copy: bytes that have to be read or written, once each.
#include <cuda_runtime.h>

#include "harness.h"
#include "rows_model.nn.h"

namespace bench {

namespace {

constexpr std::int64_t columns = 1024;

// The bytes of `arrays` arrays of `count` floats.
double bytes_of(std::int64_t count, int arrays) {
  return static_cast<double>(count) * arrays * sizeof(float);
}

BandwidthRow copy(const Report& report, nn::Workspace& ws, std::int64_t count) {
  nn::Tensor<float, N> host(count);
  const auto from = nn::to(ws.device(), host);
  auto to = nn::to(ws.device(), host);
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(float);
  const auto submit = [&] {
    if (cudaMemcpyAsync(to.device_data(), from.device_data(), bytes, cudaMemcpyDeviceToDevice, nullptr) !=
        cudaSuccess)
      throw std::runtime_error("the plain copy failed");
  };
  const auto submit_all = [&] {
    for (int i = 0; i < 10; ++i) submit();
    if (cudaStreamSynchronize(nullptr) != cudaSuccess) throw std::runtime_error("the plain copy failed");
  };
  return {"plain copy", bytes_of(count, 2), time_of(ws, report.tiny, submit_all) / 10};
}

// A vjp reads x and the upstream gradient and writes the value and the gradient.
template <auto F, class X>
BandwidthRow vjp_row(const Report& report, const std::string& name, nn::Workspace& ws, X x) {
  fill(x, 1);
  const X there = nn::to(ws.device(), x), upstream = nn::to(ws.device(), x);
  nn::Outputs<F> out;
  nn::Gradients<F> grad;
  nn::Step step(ws);
  const double time =
      time_of(ws, report.tiny, [&] { step([&] { nn::vjp<F>(there, upstream, out, grad, ws); }); });
  const auto expected = nn::vjp<F>(x, x);
  require_near_gradients(name, out.value, expected.value);
  require_near_gradients(name, grad.x, expected.grad.x);
  return {name, bytes_of(x.size(), 4), time};
}

BandwidthRow loss_rows(const Report& report, nn::Workspace& ws, std::int64_t rows) {
  nn::Tensor<float, N, columns> x(rows);
  nn::Tensor<int, N> label(rows);
  fill(x, 1);
  for (std::int64_t i = 0; i < rows; ++i) label(i) = static_cast<int>(i * 37 % columns);
  const auto there = nn::to(ws.device(), x);
  const auto label_there = nn::to(ws.device(), label);
  nn::Gradients<&loss_of_rows> grad;
  nn::Step step(ws);
  const double time = time_of(ws, report.tiny, [&] {
    step([&] { nn::value_and_grad<&loss_of_rows>(there, label_there, grad, ws); });
  });
  require_near_gradients("loss of rows", grad.x, nn::value_and_grad<&loss_of_rows>(x, label).grad.x);
  return {"softmax cross-entropy of rows of 1024, value and gradient", bytes_of(x.size(), 2), time};
}

}  // namespace

void bandwidth(Report& report) {
  nn::Workspace ws{nn::cuda()};
  const std::int64_t rows = report.tiny ? 3 : 32 * 1024, count = rows * columns;
  report.kernels.push_back(copy(report, ws, count));
  report.kernels.push_back(
      vjp_row<&silu_chain>(report, "elementwise x * sigmoid(x), vjp", ws, nn::Tensor<float, N>(count)));
  report.kernels.push_back(vjp_row<&softmax_rows>(report, "softmax of rows of 1024, vjp", ws,
                                                  nn::Tensor<float, N, columns>(rows)));
  report.kernels.push_back(loss_rows(report, ws, rows));
}

}  // namespace bench
