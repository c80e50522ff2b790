// Elements that are read or overwritten right after they were written. Memory is a linear value, so what was
// written last is the operand.
#include "opt/elements.h"

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

struct Elements {
  Function& f;
  bool& changed;
  std::vector<int> uses = std::vector<int>(f.ops.size());
  std::map<Value, Value> replaced = {};

  void count_uses() {
    for_each(f, f.body, [&](Value v) {
      for (Value o : f[v].operands) ++uses[o.id];
      for (const Region& r : f[v].regions)
        for (Value y : r.yields) ++uses[y.id];
    });
    for (Value y : f.body.yields) ++uses[y.id];
  }

  Value now(Value v) const {
    for (auto it = replaced.find(v); it != replaced.end(); it = replaced.find(v)) v = it->second;
    return v;
  }

  void replace_operands(Op& op) const {
    for (Value& o : op.operands) o = now(o);
  }

  bool writes(Value v) const {
    const Kind kind = f[v].kind;
    return (kind == Kind::store || kind == Kind::accumulate) && f[f[v].operands[1]].type.rank() == 0;
  }

  // Whether `v`, which reads or writes, is at the element that `before` writes.
  bool is_same(Value v, Value before) const {
    const Op &op = f[v], &other = f[before];
    const std::size_t first = op.kind == Kind::load ? 1 : 2;
    return std::equal(op.operands.begin() + static_cast<std::ptrdiff_t>(first), op.operands.end(),
                      other.operands.begin() + 2, other.operands.end());
  }

  void region(Region& r) {
    std::vector<Value> ops;
    std::vector<Value> list = std::move(r.ops);
    for (Value v : list) {
      std::vector<Region> inner = std::move(f[v].regions);
      replace_operands(f[v]);
      for (Region& one : inner) region(one);
      f[v].regions = std::move(inner);
      step(v, ops);
    }
    for (Value& y : r.yields) y = now(y);
    r.ops = std::move(ops);
  }

  // Appends `v` to `ops`, the operations before it in its region, unless it is not needed any more.
  void step(Value v, std::vector<Value>& ops) {
    const bool reads = f[v].kind == Kind::load && f[v].type.rank() == 0;
    const Value before = reads || writes(v) ? f[v].operands[0] : Value{};
    if (reads && writes(before) && is_same(v, before) && forward(v, before, ops)) return;
    if (writes(v) && is_stored_back(v)) return drop(v, before);
    if (writes(v) && writes(before) && is_same(v, before) && uses_of(before) == 1) join(v, before, ops);
    ops.push_back(v);
  }

  int uses_of(Value v) const { return v.id < uses.size() ? uses[v.id] : 2; }

  void drop(Value v, Value instead) {
    changed = true;
    replaced[v] = instead;
    if (instead.id < uses.size()) uses[instead.id] += uses_of(v) - 1;
  }

  // A load of what `before` has written. What that has added to becomes a sum that is stored.
  bool forward(Value v, Value before, std::vector<Value>& ops) {
    if (f[before].kind == Kind::accumulate) {
      const auto at = std::find(ops.begin(), ops.end(), before);
      if (at == ops.end()) return false;  // in a region around: reading there may be for nothing
      Region aside;
      const Op add = f[before];
      op::Builder b(f);
      b.region = &aside;
      b.loc = add.loc, b.statement = add.statement, b.sweep = add.sweep;
      const Value old = b.load(add.operands[0], {add.operands.begin() + 2, add.operands.end()});
      f[old].checked = add.checked;
      const Value sum = b.map(Map::add, old, add.operands[1]);
      f[before].kind = Kind::store;
      f[before].operands[1] = sum;
      ops.insert(at, aside.ops.begin(), aside.ops.end());
      uses.resize(f.ops.size(), 2);
      ++uses[add.operands[0].id];
    }
    --uses[before.id];
    changed = true;
    replaced[v] = f[before].operands[1];
    return true;
  }

  // An element that is stored where it came from, or a zero that is added.
  bool is_stored_back(Value v) const {
    const Op &op = f[v], &element = f[op.operands[1]];
    if (op.checked) return false;
    if (op.kind == Kind::accumulate) return element.kind == Kind::constant && element.number == 0;
    return element.kind == Kind::load && element.operands[0] == op.operands[0] && element.type.rank() == 0 &&
           is_same(op.operands[1], v);
  }

  // `v` writes what `before` has written, and nothing looks at it between.
  void join(Value v, Value before, std::vector<Value>& ops) {
    const auto at = std::find(ops.begin(), ops.end(), before);
    if (at == ops.end()) return;
    changed = true;
    if (f[v].kind == Kind::accumulate) {
      Region aside;
      op::Builder b(f);
      b.region = &aside;
      b.loc = f[v].loc, b.statement = f[v].statement, b.sweep = f[v].sweep;
      const Value sum = b.map(Map::add, f[before].operands[1], f[v].operands[1]);
      f[v].kind = f[before].kind;
      f[v].operands[1] = sum;
      ops.insert(ops.end(), aside.ops.begin(), aside.ops.end());
      uses.resize(f.ops.size(), 2);
    }
    f[v].checked = f[v].checked || f[before].checked;
    f[v].operands[0] = f[before].operands[0];
    std::erase(ops, before);
  }
};

}  // namespace

Function forward_elements(Function f, bool& changed) {
  Elements elements{f, changed};
  elements.count_uses();
  Region body = std::move(f.body);
  elements.region(body);
  f.body = std::move(body);
  return f;
}

}  // namespace nndiff::opt
