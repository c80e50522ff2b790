// A training step of 4096-4096-4096, whose products are in bf16 with float32 sums and weights.
#include "network_step.h"
#include "wide_model.nn.h"

namespace bench {

namespace {

nn::Tensor<int, N> labels(std::int64_t n) {
  nn::Tensor<int, N> label(n);
  for (std::int64_t i = 0; i < n; ++i) label(i) = static_cast<int>(i * 37 % 4096);
  return label;
}

nn::Tensor<float, N, 4096> rows(std::int64_t n) {
  nn::Tensor<float, N, 4096> x(n);
  fill(x, 1);
  return x;
}

}  // namespace

void wide(Report& report) {
  nn::Workspace ws{nn::cuda()};
  Wide model;
  fill(model, 0.02f);
  compare<&wide_loss>("4096-4096-4096", ws, model, rows(2), labels(2));
  ws.set_precision(nn::Precision::bf16);
  const std::int64_t batch = report.tiny ? 2 : 4096;
  report.steps.push_back(time_step<&wide_loss>("wide 4096 bf16", report.tiny, ws, model,
                                               Products(ws, batch, {4096, 4096, 4096}, true), rows(batch),
                                               labels(batch)));
}

}  // namespace bench
