// A branch whose regions hold nothing but a few comparisons is a choice.
#include "opt/flatten.h"

#include <algorithm>
#include <map>

#include "op/build.h"

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

constexpr std::size_t max_operations = 4;

bool is_harmless(const Function& f, Value v) {
  const Op& op = f[v];
  if (!op.type.shape.empty()) return false;
  if (op.kind == Kind::constant || op.kind == Kind::size) return true;
  if (op.kind == Kind::cast) return !ir::is_floating(f[op.operands[0]].type.elem);
  if (op.kind != Kind::map) return false;
  const bool compares = ir::is_comparison(op.map);
  const bool divides = op.map == Map::div || op.map == Map::rem;
  return compares || (!ir::is_floating(op.type.elem) && !divides);
}

struct Flattener {
  Function f;
  bool changed = false;

  // Whether all of the region may be done where the branch stands.
  bool is_trivial(const Region& r) const {
    const auto counts = [&](Value v) { return f[v].kind != Kind::constant; };
    return static_cast<std::size_t>(std::count_if(r.ops.begin(), r.ops.end(), counts)) <= max_operations &&
           std::all_of(r.ops.begin(), r.ops.end(), [&](Value v) { return is_harmless(f, v); });
  }

  // Constants cost nothing anywhere: they are taken out of the region.
  void free_constants(Region& r, std::vector<Value>& ops) {
    const auto rest = std::stable_partition(r.ops.begin(), r.ops.end(),
                                            [&](Value v) { return f[v].kind != Kind::constant; });
    ops.insert(ops.end(), rest, r.ops.end());
    r.ops.erase(rest, r.ops.end());
  }

  bool is_inside(const Region& r, Value v) const {
    return std::find(r.ops.begin(), r.ops.end(), v) != r.ops.end();
  }

  void visit(Value v, std::map<Value, std::vector<Value>>& choices, std::vector<Value>& ops) {
    if (f[v].kind == Kind::result) {
      const auto found = choices.find(f[v].operands[0]);
      const auto index = static_cast<std::size_t>(f[v].index);
      if (found != choices.end() && found->second[index]) {
        Op& op = f[v];
        const Op branch = f[op.operands[0]];
        op.kind = Kind::map;
        op.map = Map::where;
        op.index = 0;
        op.operands = {branch.operands[0], branch.regions[0].yields[index], branch.regions[1].yields[index]};
        changed = true;
      }
      ops.push_back(v);
      return;
    }
    std::vector<Region> regions = std::move(f[v].regions);
    f[v].regions.clear();
    for (Region& r : regions) region(r);
    if (f[v].kind == Kind::branch) {
      const bool all = is_trivial(regions[0]) && is_trivial(regions[1]);
      for (Region& r : regions) {
        if (!all) free_constants(r, ops);
        if (!all) continue;
        ops.insert(ops.end(), r.ops.begin(), r.ops.end());
        r.ops.clear();
      }
      std::vector<Value>& free = choices[v];
      for (std::size_t i = 0; i < regions[0].yields.size(); ++i) {
        const Value yes = regions[0].yields[i], no = regions[1].yields[i];
        const bool chosen =
            f[yes].type.shape.empty() && !is_inside(regions[0], yes) && !is_inside(regions[1], no);
        free.push_back(chosen ? v : Value{});
      }
    }
    f[v].regions = std::move(regions);
    ops.push_back(v);
  }

  void region(Region& r) {
    std::map<Value, std::vector<Value>> choices;
    std::vector<Value> ops;
    for (Value v : r.ops) visit(v, choices, ops);
    r.ops = std::move(ops);
  }
};

}  // namespace

Function flatten(Function f, bool& changed) {
  Region body = std::move(f.body);
  Flattener flattener{std::move(f)};
  flattener.region(body);
  changed |= flattener.changed;
  flattener.f.body = std::move(body);
  return std::move(flattener.f);
}

}  // namespace nndiff::opt
