// Kernels: which operations share a loop nest. Greedy merging of groups along values that one makes and the
// other reads, then of groups that read the same memory, as long as the groups stay free of cycles.
#include "plan/fuse.h"

#include <algorithm>

#include "plan/merge.h"
#include "plan/size.h"

namespace nndiff::plan {

namespace {

Group single(const Program& p, Value v) {
  Group g;
  g.values = {v};
  g.scope = p.scopes.of_value(v);
  const Op& op = p.f[v];
  if (p.part[v.id] == Part::code) {
    g.is_code = true;
    for (Value from : reads_of_code(p, v)) g.reads.push_back({from, Env(p.f[from].type.shape.size())});
    return g;
  }
  if (p.part[v.id] == Part::product) {
    g.is_product = true;
    const auto read = [&](Value matrix) {
      const Value base = stored_matrix(p, matrix, false).first;
      g.reads.push_back({base, Env(p.f[base].type.shape.size())});
    };
    for (Value o : p.f[product_in(p, v)].operands) read(o);
    if (p.summand[v.id]) read(op.operands[0]);
    return g;
  }
  Env env = identity(domain(p.f, v), g.axes);
  g.reads = reads_of_anchor(p, v, env);
  g.domains.emplace(v, std::move(env));
  return g;
}

void connect(Groups& all, int first, int then) {
  if (first < 0 || first == then) return;
  all.groups[then].before.insert(first);
  all.groups[first].after.insert(then);
}

// The memory of `v` is read before a statement overwrites it.
void connect_readers(const Program& p, Groups& all, const std::vector<std::vector<int>>& readers, Value v,
                     int consumer) {
  const int scope = all.groups[consumer].scope;
  for (int reader : readers[base_of(p.f, v).id]) connect(all, all.around(p, reader, scope), consumer);
}

void add_names(const Program& p, Value v, std::set<std::string>& names) {
  const Op& op = p.f[v];
  const auto add = [&](std::string_view name) { names.emplace(name); };
  for (const ir::Dim& d : op.type.shape) d.for_each_name(add);
  if (op.kind == Kind::size) op.dim.for_each_name(add);
}

// A size that is bound on the way is known before anything has that size.
void connect_sizes(const Program& p, Groups& all) {
  std::multimap<std::string, int, std::less<>> bound;  // in either sweep
  for (Value v : p.scopes.order)
    if (p.f[v].kind == Kind::dimension) bound.emplace(p.f[v].dim.name(), all.of[v.id]);
  if (bound.empty()) return;
  for (Value v : p.scopes.order) {
    const int group = all.of[v.id];
    if (group < 0) continue;
    std::set<std::string> names;
    add_names(p, v, names);
    std::vector<Value> open = p.f[v].operands;
    while (!open.empty()) {
      const Value o = open.back();
      open.pop_back();
      add_names(p, o, names);
      if (p.part[o.id] == Part::free) open.insert(open.end(), p.f[o].operands.begin(), p.f[o].operands.end());
    }
    for (const std::string& name : names) {
      const auto [first, last] = bound.equal_range(name);
      for (auto it = first; it != last; ++it) {
        const int user = all.around(p, group, all.groups[it->second].scope);
        if (user >= 0 && user != it->second) connect(all, it->second, user);
      }
    }
  }
}

void connect(const Program& p, Groups& all) {
  connect_sizes(p, all);
  std::vector<std::vector<int>> readers(p.f.ops.size());
  for (int i = 0; i < static_cast<int>(all.groups.size()); ++i)
    for (const Read& r : all.groups[i].reads) {
      // A number that a statement takes out of memory is that statement's, not the memory's.
      const Value base = all.of[r.at.id] >= 0 ? r.at : base_of(p.f, r.at);
      readers[base.id].push_back(i);
      const int from = all.of[base.id];
      if (from >= 0) connect(all, all.around(p, from, all.groups[i].scope), i);
      // What comes from outside of a region is there before the region begins.
    }
  for (Value v : p.scopes.order)
    for (Value o : consumed_by(p, v)) connect_readers(p, all, readers, o, all.of[v.id]);
}

// Whether a path leads from group `from` to group `to` through a third one.
bool detour(const Groups& all, int from, int to) {
  std::vector<int> open;
  std::vector<bool> seen(all.groups.size());
  for (int next : all.groups[from].after)
    if (next != to) open.push_back(next);
  while (!open.empty()) {
    const int g = open.back();
    open.pop_back();
    if (g == to) return true;
    if (seen[g]) continue;
    seen[g] = true;
    for (int next : all.groups[g].after) open.push_back(next);
  }
  return false;
}

void replace(Groups& all, int a, int b, Group merged) {
  for (Value v : merged.values) all.of[v.id] = a;
  merged.before.erase(a), merged.before.erase(b);
  merged.after.erase(a), merged.after.erase(b);
  for (int g : merged.before) all.groups[g].after.erase(b), all.groups[g].after.insert(a);
  for (int g : merged.after) all.groups[g].before.erase(b), all.groups[g].before.insert(a);
  all.groups[a] = std::move(merged);
  all.groups[b] = {};
}

bool try_merge(const Program& p, Groups& all, int a, int b) {
  if (a == b || a < 0 || b < 0) return false;
  const auto is_single = [&](int g) { return all.groups[g].is_product || all.groups[g].is_code; };
  if (is_single(a) || is_single(b) || all.groups[a].scope != all.groups[b].scope) return false;
  if (all.groups[b].after.count(a)) std::swap(a, b);
  auto merged = merge(p, all.groups[a], all.groups[b]);
  if (!merged || detour(all, a, b) || detour(all, b, a)) return false;
  replace(all, a, b, std::move(*merged));
  return true;
}

bool merge_producers(const Program& p, Groups& all) {
  bool changed = false;
  for (Value v : p.scopes.order) {
    if (all.of[v.id] < 0 || all.groups[all.of[v.id]].is_code) continue;
    const std::vector<Read> reads = all.groups[all.of[v.id]].reads;
    for (const Read& r : reads) changed |= try_merge(p, all, all.of[r.at.id], all.of[v.id]);
  }
  return changed;
}

bool merge_siblings(const Program& p, Groups& all) {
  std::map<Value, std::vector<Value>> readers;  // of memory: a value of each group that reads it
  for (const Group& g : all.groups)
    for (const Read& r : g.reads)
      if (!g.is_product && !g.is_code) readers[base_of(p.f, r.at)].push_back(g.values.front());
  bool changed = false;
  for (const auto& [memory, values] : readers)
    for (std::size_t i = 1; i < values.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        changed |= try_merge(p, all, all.of[values[j].id], all.of[values[i].id]);
  return changed;
}

bool consumed_inside(const Group& g, Value v) {
  return std::any_of(g.reads.begin(), g.reads.end(), [&](const Read& r) { return r.at == v; });
}

std::vector<int> common_prefix(const Group& g) {
  std::vector<int> prefix = loops_of(g.domains.begin()->second);
  for (const auto& [v, env] : g.domains) {
    const std::vector<int> loops = loops_of(env);
    const auto end = std::mismatch(prefix.begin(), prefix.end(), loops.begin(), loops.end()).first;
    prefix.erase(end, prefix.end());
  }
  return prefix;
}

}  // namespace

int Groups::around(const Program& p, int group, int scope) const {
  while (groups[group].scope != scope) {
    const Value owner = p.scopes[groups[group].scope].owner;
    if (!owner) return -1;
    group = of[owner.id];
  }
  return group;
}

Rows rows_of(const Program& p, const Group& group) {
  Rows rows{common_prefix(group), 0};
  const auto contains = [](const std::vector<int>& set, int axis) {
    return std::find(set.begin(), set.end(), axis) != set.end();
  };
  const auto fits = [&] {
    for (const auto& [v, env] : group.domains) {
      if (p.f[v].kind != Kind::reduce) continue;
      const std::vector<int> kept = loops_of(reduced_env(p.f[v], env));
      const auto is_kept = [&](int axis) { return contains(kept, axis); };
      const bool none = std::all_of(rows.axes.begin(), rows.axes.end(), is_kept);
      const bool all = std::none_of(rows.axes.begin(), rows.axes.end(), is_kept);
      if (!none && (!all || consumed_inside(group, v))) return false;
    }
    return true;
  };
  while (!rows.axes.empty() && !fits()) rows.axes.pop_back();
  for (const auto& [v, env] : group.domains) {
    if (p.f[v].kind != Kind::reduce) continue;
    const std::vector<int> kept = loops_of(reduced_env(p.f[v], env));
    if (kept.size() == loops_of(env).size()) continue;  // over axes of size 1 alone
    const bool across = !rows.axes.empty() && !contains(kept, rows.axes[0]);
    if (!across && kept.size() > rows.axes.size()) ++rows.partials;
  }
  return rows;
}

Groups fuse(const Program& p) {
  Groups all;
  all.of.assign(p.f.ops.size(), -1);
  for (Value v : p.scopes.order) {
    if (p.f[v].kind == Kind::result) {
      all.of[v.id] = all.of[p.f[v].operands[0].id];
      continue;
    }
    if (p.part[v.id] == Part::none || p.part[v.id] == Part::leaf || p.part[v.id] == Part::free) continue;
    all.of[v.id] = static_cast<int>(all.groups.size());
    all.groups.push_back(single(p, v));
  }
  connect(p, all);
  bool changed = true;
  while (changed) {
    changed = merge_producers(p, all);
    if (!changed) changed = merge_siblings(p, all);
  }
  return all;
}

}  // namespace nndiff::plan
