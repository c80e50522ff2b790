// Where the lanes of a row have to meet: one reads or overwrites what another has written or read.
#include <algorithm>

#include "emit/cuda_body.h"
#include "plan/lower.h"

namespace nndiff::emit {

using plan::Sink;

// Before a loop, or the statements of the row: what other lanes have written can be read, and what they have
// read can be overwritten.
void CudaBody::synchronise(const Touched& now) {
  if (shape_.lanes == 1) return;
  const auto meets = [&](const std::vector<Touch>& before, const std::vector<Touch>& after) {
    return std::any_of(before.begin(), before.end(), [&](const Touch& a) {
      return std::any_of(after.begin(), after.end(), [&](const Touch& b) {
        return a.access.buffer == b.access.buffer && !is_same_lane(a, b);
      });
    });
  };
  if (meets(before_.stores, now.loads) || meets(before_.stores, now.stores) ||
      meets(before_.loads, now.stores)) {
    w_.lines.line("cuda::sync_lanes<lanes>();");
    before_ = {};
  }
  before_.loads.insert(before_.loads.end(), now.loads.begin(), now.loads.end());
  before_.stores.insert(before_.stores.end(), now.stores.begin(), now.stores.end());
}

// The same lane touches the same element in both loops.
bool CudaBody::is_same_lane(const Touch& a, const Touch& b) const {
  const LoopShape &first = shape_.loops[a.loop], &second = shape_.loops[b.loop];
  return a.access == b.access && !first.parallel.empty() && first.parallel == second.parallel &&
         first.packed == second.packed;
}

CudaBody::Touched CudaBody::touched(std::size_t number) const {
  Touched result;
  for (int i : k_.loops[number].sinks) {
    const Sink& s = k_.sinks[i];
    if (s.to.buffer >= 0 && s.kind != Sink::Kind::across) result.stores.push_back({s.to, number});
    for (int n : plan::needed(k_, s.node, shape_.loops[number].given))
      if (k_.nodes[n].access.buffer >= 0) result.loads.push_back({k_.nodes[n].access, number});
  }
  if (!k_.loops[number].axes.empty()) return result;
  for (int n = 0; n < static_cast<int>(k_.nodes.size()); ++n)  // read here for the loops that follow
    if (k_.nodes[n].access.buffer >= 0 && e_.level(n) != Level::loop)
      result.loads.push_back({k_.nodes[n].access, number});
  return result;
}

}  // namespace nndiff::emit
