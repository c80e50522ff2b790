// Minimum cuts of small directed graphs.
#ifndef NNDIFF_PLAN_FLOW_H
#define NNDIFF_PLAN_FLOW_H
#include <vector>

namespace nndiff::plan {

/// A graph with capacities (E. A. Dinic, Soviet Math. Doklady 11, 1970: shortest augmenting paths by levels).
class FlowGraph {
 public:
  explicit FlowGraph(int vertices) : first_(static_cast<std::size_t>(vertices), -1) {}

  void connect(int from, int to, double capacity);

  /// The vertices on the side of `target` of the minimum cut that lies nearest to it.
  std::vector<bool> cut(int source, int target);

 private:
  struct Edge {
    int to, next;
    double rest;
  };
  bool find_levels(int source, int target);
  double push(int vertex, int target, double most);

  std::vector<Edge> edges_;  // each followed by its reverse
  std::vector<int> first_, level_, at_;
};

/// More than any sum of capacities that is meant to be cut.
inline constexpr double unlimited = 1e30;

}  // namespace nndiff::plan

#endif
