// How far arrays of unknown extent reach when they are copied: the largest number that the versions of one
// were grown to, carried along with it.
#include "grad/extents.h"

#include "grad/adjoints.h"
#include "grad/weave.h"

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

struct Extents {
  Function& f;
  const Layout at = layout(f);
  op::Builder b{f};
  std::map<Value, Value> known = {};
  std::map<Value, std::size_t> slots = {};  // by a loop's parameter: where the loop yields its extent

  Value after(Value v, const std::function<Value()>& build) {
    Value out;
    b.loc = f[v].loc;
    b.statement = f[v].statement;
    insert_after(b, at.home[v.id], v, [&] { out = build(); });
    return known[v] = out;
  }

  Value of(Value v) {
    if (auto it = known.find(v); it != known.end()) return it->second;
    const Op op = f[v];
    switch (op.kind) {
      case Kind::alloc:
        return after(v, [&] { return b.constant(0, {ir::Elem::i64, {}}); });
      case Kind::grow: {
        const Value before = of(op.operands[0]);
        return after(v, [&] { return b.map(Map::maximum, before, op.operands[1]); });
      }
      case Kind::parameter:
        carry(at.home[v.id].op, v);
        return known.at(v);
      case Kind::result:
        return result(v, op.operands[0], static_cast<std::size_t>(op.index));
      case Kind::store:
      case Kind::accumulate:
      case Kind::copy:
        return of(op.operands[0]);
      default:
        ir::bug("memory of unknown extent is copied whole");
    }
  }

  // Lets a loop carry the extent of its parameter.
  void carry(Value loop, Value param) {
    const std::vector<Value>& params = f[loop].regions[0].params;
    std::size_t k = 0;
    while (params[k + 1] != param) ++k;
    const Value initial = of(f[loop].operands[k + 1]);
    const Value count = f.make({.kind = Kind::parameter, .type = f[initial].type});
    known[param] = count;
    f[loop].operands.push_back(initial);
    f[loop].regions[0].params.push_back(count);
    f[loop].regions[0].yields.push_back(count);
    const std::size_t slot = f[loop].regions[0].yields.size() - 1;
    slots[param] = slot;
    const Value next = of(f[loop].regions[0].yields[k]);  // which may make the loop carry more
    f[loop].regions[0].yields[slot] = next;
  }

  Value result(Value v, Value from, std::size_t k) {
    // Nothing grows in a routine.
    if (f[from].kind == Kind::call) return of(f[from].operands[static_cast<std::size_t>(f[from].axes[k])]);
    std::size_t slot = 0;
    if (f[from].kind == Kind::loop) {
      const Value param = f[from].regions[0].params[k + 1];
      if (!slots.count(param)) carry(from, param);
      slot = slots.at(param);
    } else {
      const Value yes = of(f[from].regions[0].yields[k]), no = of(f[from].regions[1].yields[k]);
      slot = f[from].regions[0].yields.size();
      f[from].regions[0].yields.push_back(yes);
      f[from].regions[1].yields.push_back(no);
    }
    const Type i64{ir::Elem::i64, {}};
    return after(v, [&] {
      return b.append(
          {.kind = Kind::result, .type = i64, .operands = {from}, .index = static_cast<int>(slot)});
    });
  }
};

}  // namespace

std::map<Value, Value> copied_extents(Function& f) {
  std::vector<Value> copies;
  for_each(f, f.body, [&](Value v) {
    const Op& op = f[v];
    if (op.kind == Kind::copy && is_unknown(op.type) && f[op.operands[0]].kind != Kind::constant)
      copies.push_back(v);
  });
  std::map<Value, Value> out;
  if (copies.empty()) return out;
  const std::vector<bool> grows = allocated(f);
  Extents extents{f};
  for (Value v : copies)
    if (grows[f[v].operands[0].id]) out[v] = extents.of(f[v].operands[0]);
  return out;
}

}  // namespace nndiff::grad
