// The loops of a kernel: which are joined, which are rows, and which sinks share one.
#include <algorithm>

#include "op/text.h"
#include "plan/lower.h"

namespace nndiff::plan {

namespace {

bool contains(const std::vector<int>& set, int x) {
  return std::find(set.begin(), set.end(), x) != set.end();
}

// Loops a and b, b inside a, in every list that holds one of them: next to each other, or both missing.
bool adjacent(const std::vector<int>& loops, int a, int b) {
  const auto at = std::find(loops.begin(), loops.end(), a);
  if (at == loops.end()) return !contains(loops, b);
  return at + 1 != loops.end() && at[1] == b;
}

bool contiguous(const std::vector<Term>& index, int a, int b, const Size& extent_b) {
  const Term *ta = nullptr, *tb = nullptr;
  for (const Term& t : index) {
    if (t.axis == a) ta = &t;
    if (t.axis == b) tb = &t;
  }
  if (!ta || !tb) return !ta && !tb;
  return ta->stride == tb->stride * extent_b;
}

bool can_join(const Kernel& k, const std::vector<int>& rows, int a, int b) {
  if (!adjacent(rows, a, b)) return false;
  for (const Sink& s : k.sinks) {
    if (!adjacent(s.axes, a, b) || contains(s.reduced, a) != contains(s.reduced, b)) return false;
    if (!contiguous(s.to.index, a, b, k.axes[b])) return false;
  }
  return std::all_of(k.nodes.begin(), k.nodes.end(), [&](const Node& n) {
    return (n.kind != Node::Kind::index || (n.axis != a && n.axis != b)) &&
           contiguous(n.access.index, a, b, k.axes[b]);
  });
}

// Loop b disappears into a, which then runs over both; loops after b move up by one.
void join(Kernel& k, std::vector<int>& rows, int a, int b) {
  const auto fix = [&](std::vector<int>& loops) {
    std::erase(loops, b);
    for (int& l : loops)
      if (l > b) --l;
  };
  const auto fix_index = [&](std::vector<Term>& index) {
    for (Term& t : index) {
      if (t.axis != a) continue;
      t.stride = std::find_if(index.begin(), index.end(), [&](const Term& u) { return u.axis == b; })->stride;
    }
    std::erase_if(index, [&](const Term& t) { return t.axis == b; });
    for (Term& t : index)
      if (t.axis > b) --t.axis;
  };
  fix(rows);
  for (Sink& s : k.sinks) fix(s.axes), fix(s.reduced), fix_index(s.to.index);
  for (Node& n : k.nodes) {
    fix(n.axes), fix_index(n.access.index);
    if (n.axis > b) --n.axis;
  }
  k.axes[a] *= Size(k.axes[b]);
  k.axes.erase(k.axes.begin() + b);
}

// A node of one joined loop varies with the loop it was joined to, even where it named only the other.
bool join_any(Kernel& k, std::vector<int>& rows) {
  for (int a = 0; a < static_cast<int>(k.axes.size()); ++a)
    for (int b = 0; b < static_cast<int>(k.axes.size()); ++b) {
      if (a == b || !can_join(k, rows, a, b)) continue;
      join(k, rows, a, b);
      return true;
    }
  return false;
}

void sort_into_loops(Kernel& k) {
  int last = 0;
  for (const Sink& s : k.sinks) last = std::max(last, s.phase);
  for (int phase = 0; phase <= last; ++phase) {
    const std::size_t first = k.loops.size();
    k.loops.push_back({.axes = {},
                       .sinks = {},
                       .phase = phase});  // what happens once a row comes before the loops of its phase
    for (int i = 0; i < static_cast<int>(k.sinks.size()); ++i) {
      if (k.sinks[i].phase != phase) continue;
      std::vector<int> axes;
      for (int a : k.sinks[i].axes)
        if (!contains(k.rows, a)) axes.push_back(a);
      const auto at =
          std::find_if(k.loops.begin() + first, k.loops.end(), [&](const Loop& l) { return l.axes == axes; });
      if (at != k.loops.end())
        at->sinks.push_back(i);
      else
        k.loops.push_back({.axes = axes, .sinks = {i}, .phase = phase});
    }
  }
}

void collect(const Kernel& k, int node, std::vector<bool>& seen, std::vector<int>& out) {
  if (seen[node]) return;
  seen[node] = true;
  for (int o : k.nodes[node].operands) collect(k, o, seen, out);
  for (const Term& t : k.nodes[node].access.index)
    if (t.node >= 0) collect(k, t.node, seen, out);
  out.push_back(node);
}

}  // namespace

std::vector<int> needed(const Kernel& k, int node, const std::set<int>& given) {
  std::vector<bool> seen(k.nodes.size());
  for (int n : given) seen[n] = true;
  std::vector<int> out;
  collect(k, node, seen, out);
  return out;
}

void arrange(Kernel& k, const std::vector<int>& row_axes) {
  std::vector<int> rows = row_axes;
  while (join_any(k, rows)) {
  }
  const bool only_rows = rows.size() == k.axes.size();
  if (only_rows && rows.size() > 1) rows.pop_back();
  k.rows = std::move(rows);
  sort_into_loops(k);
}

bool Kernel::is_used(int axis) const {
  const auto in_access = [&](const Access& access) {
    return std::any_of(access.index.begin(), access.index.end(),
                       [&](const Term& t) { return t.axis == axis; });
  };
  return std::any_of(nodes.begin(), nodes.end(),
                     [&](const Node& n) { return n.axis == axis || in_access(n.access); }) ||
         std::any_of(sinks.begin(), sinks.end(), [&](const Sink& s) { return in_access(s.to); });
}

bool Kernel::is_flat() const {
  return rows.size() == 1 && axes.size() == 1;
}

std::vector<int> Kernel::across() const {
  std::vector<int> result;
  for (int i = 0; i < static_cast<int>(sinks.size()); ++i)
    if (sinks[i].kind == Sink::Kind::across) result.push_back(i);
  return result;
}

double cost_of(ir::Map map) {
  const std::vector<op::Text> operands(static_cast<std::size_t>(ir::arity(map)), op::Text{"x"});
  const std::string text = op::text(map, operands).source;
  double cost = 1;
  for (std::size_t at = 0; (at = text.find("nn::math::", at)) != std::string::npos; ++at) cost += 15;
  if (text.find('/') != std::string::npos) cost += 5;
  return cost;
}

void estimate_work(Kernel& k) {
  k.work = 0;
  for (Loop& loop : k.loops) {
    double iterations = 1;
    for (int a : loop.axes) iterations *= estimate(k.axes[a]);
    std::vector<bool> seen(k.nodes.size());
    std::vector<int> nodes;
    loop.cost = static_cast<double>(loop.sinks.size());
    for (int s : loop.sinks) collect(k, k.sinks[s].node, seen, nodes);
    for (int n : nodes) loop.cost += k.nodes[n].kind == Node::Kind::map ? cost_of(k.nodes[n].map) : 1;
    k.work += iterations * loop.cost;
  }
}

}  // namespace nndiff::plan
