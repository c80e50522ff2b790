// Training steps of C1 (784-512-512-10), float32.
#include "c1_model.nn.h"
#include "network_step.h"

namespace bench {

namespace {

nn::Tensor<int, N> labels(std::int64_t n) {
  nn::Tensor<int, N> label(n);
  for (std::int64_t i = 0; i < n; ++i) label(i) = static_cast<int>(i * 7 % 10);
  return label;
}

nn::Tensor<float, N, 784> images(std::int64_t n) {
  nn::Tensor<float, N, 784> x(n);
  fill(x, 1);
  return x;
}

}  // namespace

void c1(Report& report) {
  nn::Workspace ws{nn::cuda()};
  Mlp model;
  fill(model, 0.04f);
  compare<&loss>("C1", ws, model, images(5), labels(5));
  for (const std::int64_t n : {64, 256, 4096}) {
    const std::int64_t batch = report.tiny ? n / 64 : n;
    report.steps.push_back(time_step<&loss>("c1 " + std::to_string(n), report.tiny, ws, model,
                                            Products(ws, batch, {784, 512, 512, 10}, true), images(batch),
                                            labels(batch)));
    if (report.tiny) return;
  }
}

}  // namespace bench
