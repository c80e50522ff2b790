// Independent rounds that a loop counts backwards are counted forwards.
#include "plan/forward.h"

#include <algorithm>
#include <map>
#include <set>

#include "plan/independent.h"

namespace nndiff::plan {

using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

struct Forwards {
  Function& f;
  std::map<Value, std::vector<Value>> users = {};  // operations and, for yields, the loop or branch
  std::map<Value, Value> replaced = {};

  void note_users() {
    for_each(f, f.body, [&](Value v) {
      for (Value o : f[v].operands) users[o].push_back(v);
      for (const Region& r : f[v].regions)
        for (Value y : r.yields) users[y].push_back(v);
    });
  }

  // limit − 1.
  bool is_last(Value v, Value limit) const {
    const Op &op = f[v], &bound = f[limit];
    if (bound.kind == Kind::constant) return op.kind == Kind::constant && op.number == bound.number - 1;
    const auto is_one = [&](Value x) { return f[x].kind == Kind::constant && f[x].number == 1; };
    return op.kind == Kind::map && op.map == Map::sub && op.operands[0] == limit && is_one(op.operands[1]);
  }

  void loop(Value v) {
    const Op& op = f[v];
    if (op.kind != Kind::loop || op.is_while) return;
    const Value counter = op.regions[0].params[0];
    const std::vector<Value>& uses = users[counter];
    const bool backwards = !uses.empty() && std::all_of(uses.begin(), uses.end(), [&](Value u) {
      const Op& use = f[u];
      return use.kind == Kind::map && use.map == Map::sub && use.operands[1] == counter &&
             is_last(use.operands[0], op.operands[0]);
    });
    if (!backwards || !independent(f, v)) return;
    for (Value u : uses) {
      replaced[u] = counter;
      f[counter].name = f[u].name;
    }
  }

  void replace(Region& r) {
    std::erase_if(r.ops, [&](Value v) { return replaced.count(v) > 0; });
    const auto replace_one = [&](Value& v) {
      if (const auto it = replaced.find(v); it != replaced.end()) v = it->second;
    };
    for (Value v : r.ops) {
      for (Value& o : f[v].operands) replace_one(o);
      for (Region& inner : f[v].regions) replace(inner);
    }
    for (Value& y : r.yields) replace_one(y);
  }
};

}  // namespace

Function run_forwards(Function f) {
  Forwards forwards{f};
  forwards.note_users();
  for_each(f, f.body, [&](Value v) { forwards.loop(v); });
  Region body = std::move(f.body);
  if (!forwards.replaced.empty()) forwards.replace(body);
  f.body = std::move(body);
  return f;
}

}  // namespace nndiff::plan
