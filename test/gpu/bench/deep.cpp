// A training step of C3: 50 layers of 32 sigmoids, batch 64.
#include "deep_model.nn.h"
#include "network_step.h"

namespace bench {

void deep(Report& report) {
  nn::Workspace ws{nn::cuda()};
  Deep model;
  fill(model, 0.5f);
  nn::Tensor<float, 64, 32> x, target;
  fill(x, 1);
  fill(target, 0.3f);
  compare<&deep_loss>("C3", ws, model, x, target);
  const std::vector<std::int64_t> widths(51, 32);
  report.steps.push_back(
      time_step<&deep_loss>("c3 64", report.tiny, ws, model, Products(ws, 64, widths, false), x, target));
}

}  // namespace bench
