// Counted loops taken out of a function and put back.
#include "opt/carried.h"

#include <algorithm>

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Value;

Uses::Uses(const Function& f) {
  for_each(f, f.body, [&](Value v) {
    for (Value o : f[v].operands) note(o);
    for (const Region& region : f[v].regions)
      for (Value y : region.yields) note(y);
  });
  for (Value y : f.body.yields) note(y);
}

int Uses::count(Value v) const {
  const auto it = number_.find(v);
  return it == number_.end() ? 0 : it->second;
}

bool Carried::is_listed(Value v) const {
  return std::find(body.ops.begin(), body.ops.end(), v) != body.ops.end();
}

op::Builder Carried::builder(Value from, Region& region) const {
  op::Builder b(f);
  b.loc = f[from].loc;
  b.statement = f[from].statement;
  b.sweep = f[from].sweep;
  b.region = &region;
  return b;
}

Value Carried::result(op::Builder& b, std::size_t k) {
  if (const auto it = results.find(k); it != results.end()) return it->second;
  const Value made = b.append({.kind = Kind::result,
                               .type = f[parameter(k)].type,
                               .operands = {loop.loop},
                               .index = static_cast<int>(k)});
  results[k] = made;
  replace_results(k, made);
  return made;
}

// A reshape to the same shape stands for its operand until the next simplification.
void Carried::replace_results(std::size_t k, Value v) {
  const auto is_new = [&](const Op& op) {
    return std::any_of(back.ops.begin(), back.ops.end(), [&](Value own) { return &f[own] == &op; });
  };
  for (Op& op : f.ops) {
    if (op.kind != Kind::result || op.operands[0] != loop.loop || op.index != static_cast<int>(k) ||
        is_new(op))
      continue;
    op.kind = Kind::reshape;
    op.operands = {v};
    op.index = 0;
  }
}

namespace {

struct Walk {
  Function& f;
  const Uses& uses;
  const std::function<void(Carried&)>& change;
  bool changed = false;

  // Regions keep their parameters and yields in the meantime: `change` asks who uses a value.
  std::vector<Value> list(const std::vector<Value>& from) {
    std::vector<Value> to;
    for (Value v : from) {
      for (std::size_t i = 0; i < f[v].regions.size(); ++i) {
        const std::vector<Value> inner = std::move(f[v].regions[i].ops);
        std::vector<Value> made = list(inner);
        f[v].regions[i].ops = std::move(made);
      }
      visit(v, to);
    }
    return to;
  }

  void visit(Value v, std::vector<Value>& to) {
    const auto loop = f[v].kind == Kind::loop ? counted(f, v, f[v].regions[0]) : std::nullopt;
    if (!loop) return to.push_back(v);
    Carried carried{f, uses, *loop, f[v].regions[0]};
    change(carried);
    f[v].regions[0] = std::move(carried.body);
    to.insert(to.end(), carried.front.ops.begin(), carried.front.ops.end());
    to.push_back(v);
    to.insert(to.end(), carried.back.ops.begin(), carried.back.ops.end());
    changed = changed || carried.changed;
  }
};

}  // namespace

Function for_each_counted(Function f, bool& changed, const std::function<void(Carried&)>& change) {
  const Uses uses(f);
  Walk walk{f, uses, change};
  const std::vector<Value> ops = std::move(f.body.ops);
  std::vector<Value> all = walk.list(ops);
  f.body.ops = std::move(all);
  changed = changed || walk.changed;
  return f;
}

}  // namespace nndiff::opt
