// Minimum cuts of small directed graphs.
#include "plan/flow.h"

#include <algorithm>

namespace nndiff::plan {

void FlowGraph::connect(int from, int to, double capacity) {
  edges_.push_back({to, first_[from], capacity});
  first_[from] = static_cast<int>(edges_.size() - 1);
  edges_.push_back({from, first_[to], 0});
  first_[to] = static_cast<int>(edges_.size() - 1);
}

bool FlowGraph::find_levels(int source, int target) {
  level_.assign(first_.size(), -1);
  level_[source] = 0;
  std::vector<int> queue{source};
  for (std::size_t i = 0; i < queue.size(); ++i)
    for (int e = first_[queue[i]]; e >= 0; e = edges_[e].next) {
      if (edges_[e].rest <= 0 || level_[edges_[e].to] >= 0) continue;
      level_[edges_[e].to] = level_[queue[i]] + 1;
      queue.push_back(edges_[e].to);
    }
  return level_[target] >= 0;
}

double FlowGraph::push(int vertex, int target, double most) {
  if (vertex == target) return most;
  for (int& e = at_[vertex]; e >= 0; e = edges_[e].next) {
    const int to = edges_[e].to;
    if (edges_[e].rest <= 0 || level_[to] != level_[vertex] + 1) continue;
    const double pushed = push(to, target, std::min(most, edges_[e].rest));
    if (pushed <= 0) continue;
    edges_[e].rest -= pushed;
    edges_[e ^ 1].rest += pushed;
    return pushed;
  }
  return 0;
}

std::vector<bool> FlowGraph::cut(int source, int target) {
  while (find_levels(source, target)) {
    at_ = first_;
    while (push(source, target, unlimited) > 0) {
    }
  }
  // Backwards from the target along edges that still have room.
  std::vector<bool> late(first_.size());
  std::vector<int> open{target};
  late[target] = true;
  while (!open.empty()) {
    const int v = open.back();
    open.pop_back();
    for (int e = first_[v]; e >= 0; e = edges_[e].next) {
      const int from = edges_[e].to;
      if (late[from] || edges_[e ^ 1].rest <= 0) continue;
      late[from] = true;
      open.push_back(from);
    }
  }
  return late;
}

}  // namespace nndiff::plan
