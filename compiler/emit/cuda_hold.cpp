// What the lanes of a row keep in registers from one loop to the next, instead of reading or computing it
// again.
#include <algorithm>

#include "emit/cuda_shape.h"
#include "plan/lower.h"

namespace nndiff::emit {

using plan::Kernel;
using plan::Node;

namespace {

// A lane keeps at most so many elements of a value, and so many words in all, with its sums of columns.
constexpr std::int64_t most_elements = 32, most_words = 96;
// What costs less is computed again.
constexpr double worth_keeping = 8;

struct Holding {
  const Kernel& k;
  KernelShape& shape;
  std::vector<std::set<int>> computed = std::vector<std::set<int>>(shape.loops.size());
  std::set<int> kept = {};
  std::int64_t words = 0;

  const Node& node(int n) const { return k.nodes[static_cast<std::size_t>(n)]; }

  bool in_row(int n) const {
    return std::any_of(node(n).axes.begin(), node(n).axes.end(),
                       [&](int a) { return std::find(k.rows.begin(), k.rows.end(), a) == k.rows.end(); });
  }

  // The elements that a lane meets in a loop, if it could keep them.
  std::optional<std::int64_t> own_elements(std::size_t loop) const {
    const LoopShape& l = shape.loops[loop];
    const std::optional<std::int64_t> count = elements_of(k, l);
    if (l.parallel.empty() || !l.serial.empty() || !count) return std::nullopt;
    const int pack = shape.lanes * (l.packed ? shape.width : 1);
    const std::int64_t own = (*count + pack - 1) / pack * (pack / shape.lanes);
    return own <= most_elements ? std::optional(own) : std::nullopt;
  }

  std::int64_t words_of(int n, std::int64_t elements) const {
    return elements * std::max(1, ir::bytes_of(node(n).elem) / 4);
  }

  void count_columns() {
    for (std::size_t i = 0; i < shape.loops.size(); ++i)
      for (int number : k.loops[i].sinks) {
        const plan::Sink& s = k.sinks[static_cast<std::size_t>(number)];
        const bool is_across = s.kind == plan::Sink::Kind::across;
        if (!is_across || across_of(k, s, shape.loops[i], shape.lanes, shape.width) != Across::columns)
          continue;
        const std::int64_t count = elements_of(k, shape.loops[i]).value_or(0);
        words += words_of(s.node, (count + shape.lanes - 1) / shape.lanes);
      }
  }

  bool is_worth_keeping(int n) const {
    double cost = 0;
    for (int m : plan::needed(k, n, kept)) {
      if (!in_row(m)) continue;
      if (node(m).kind == Node::Kind::load) return true;
      cost += node(m).kind == Node::Kind::map ? plan::cost_of(node(m).map) : 0;
    }
    return cost >= worth_keeping;
  }

  // The loop before `loop` that computes `n` for the same elements in the same lanes.
  std::optional<std::size_t> maker(int n, std::size_t loop) const {
    for (std::size_t i = 0; i < loop; ++i)
      if (shape.loops[i].parallel == shape.loops[loop].parallel && own_elements(i) && computed[i].count(n))
        return i;
    return std::nullopt;
  }

  bool keep(int n, std::size_t loop) {
    const std::optional<std::size_t> from = maker(n, loop);
    if (!from) return false;
    if (kept.count(n) ? !shape.loops[*from].kept.count(n) : !is_worth_keeping(n)) return false;
    if (shape.loops[*from].kept.insert(n).second) {
      const std::int64_t more = words_of(n, *own_elements(loop));
      if (words + more > most_words) return shape.loops[*from].kept.erase(n), false;
      words += more;
      kept.insert(n);
    }
    shape.loops[loop].given.insert(n);
    return true;
  }

  void visit(int n, std::size_t loop, std::set<int>& seen) {
    if (!in_row(n) || !seen.insert(n).second || keep(n, loop)) return;
    for (int o : node(n).operands) visit(o, loop, seen);
    for (const plan::Term& t : node(n).access.index)
      if (t.node >= 0) visit(t.node, loop, seen);
  }

  void run() {
    count_columns();
    for (std::size_t i = 0; i < shape.loops.size(); ++i) {
      if (!own_elements(i)) continue;
      std::set<int> seen;
      for (int s : k.loops[i].sinks) visit(k.sinks[static_cast<std::size_t>(s)].node, i, seen);
      for (int s : k.loops[i].sinks)
        for (int n : plan::needed(k, k.sinks[static_cast<std::size_t>(s)].node, shape.loops[i].given))
          computed[i].insert(n);
    }
  }
};

}  // namespace

void hold_in_registers(const Kernel& k, KernelShape& shape) {
  if (!shape.flat) Holding{k, shape}.run();
}

}  // namespace nndiff::emit
