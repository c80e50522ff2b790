// One more value through the routines of a function, wherever they call each other.
#include "grad/thread.h"

#include <algorithm>

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Value;

Value add_parameter(Function& f, Value op, const ir::Type& type, const std::string& name) {
  const Value p = f.make({.kind = Kind::parameter,
                          .type = type,
                          .sweep = f[op].sweep,
                          .loc = f[op].loc,
                          .statement = f[op].statement,
                          .name = name});
  f[op].regions[0].params.push_back(p);
  return p;
}

std::set<int> callers(const Function& f, int number) {
  std::map<int, std::set<int>> calls;
  for (Value v : f.body.ops)
    if (f[v].kind == Kind::routine)
      for_each(f, f[v].regions[0], [&](Value inner) {
        if (f[inner].kind == Kind::call) calls[f[v].index].insert(f[inner].index);
      });
  std::set<int> out = {number};
  for (std::size_t before = 0; before != out.size();) {
    before = out.size();
    for (const auto& [caller, called] : calls)
      if (std::any_of(called.begin(), called.end(), [&](int c) { return out.count(c) > 0; }))
        out.insert(caller);
  }
  return out;
}

bool Thread::is_call(Value v) const {
  return b.f[v].kind == Kind::call && routines.count(b.f[v].index) > 0;
}

// Whether the value changes in `v`, or may.
bool Thread::holds(Value v) {
  if (const auto it = known.find(v); it != known.end()) return it->second;
  bool found = is_call(v);
  for (const ir::Region& r : b.f[v].regions) {
    found = found || std::find(r.params.begin(), r.params.end(), site) != r.params.end();
    for (Value inner : r.ops) found = found || inner == site || holds(inner);
  }
  return known[v] = found;
}

Value Thread::result(Place place, Value of, Value like, std::size_t index) {
  Value made;
  insert_after(b, place, of, [&] {
    made = b.append({.kind = Kind::result,
                     .type = b.type(like),
                     .operands = {of},
                     .index = static_cast<int>(index),
                     .name = b.f[like].name});
  });
  return made;
}

Value Thread::through_call(Place place, Value v, Value current) {
  Op& op = b.f[v];
  op.axes.push_back(b.type(current).shape.empty() ? -1 : static_cast<int>(op.operands.size()));
  op.operands.push_back(current);
  return result(place, v, current, op.axes.size() - 1);
}

Value Thread::through(Place place, Value v, Value current) {
  if (b.f[v].kind == Kind::call) return through_call(place, v, current);
  const bool is_loop = b.f[v].kind == Kind::loop;
  Value inner = current;
  if (is_loop) {
    b.f[v].operands.push_back(current);
    inner = add_parameter(b.f, v, b.type(current), b.f[current].name);
    if (enter) inner = enter(v, inner);
  }
  for (std::size_t arm = 0; arm < b.f[v].regions.size(); ++arm) {
    const Value out = region({v, static_cast<int>(arm)}, inner);
    b.f[v].regions[arm].yields.push_back(out);
  }
  return result(place, v, current, b.f[v].regions[0].yields.size() - 1);
}

Value Thread::region(Place place, Value current) {
  const std::vector<Value> ops = region_at(b.f, place).ops;
  for (Value v : ops) {
    if (b.f[v].kind == Kind::routine) continue;
    if (before) current = before(v, current);
    if (holds(v)) current = through(place, v, current);
    if (after) current = after(v, current);
  }
  return current;
}

void Thread::routine(Value v, Value initial) {
  const ir::Type type = b.type(initial);
  Value current = add_parameter(b.f, v, type, b.f[initial].name);
  const int at = static_cast<int>(b.f[v].regions[0].params.size()) - 1;
  if (enter) current = enter(v, current);
  current = region({v, 0}, current);
  b.f[v].regions[0].yields.push_back(current);
  b.f[v].axes.push_back(type.shape.empty() ? -1 : at);
}

Value Thread::run(const std::function<Value()>& initial) {
  Value first, current;
  std::vector<Value> entered;
  for (Value v : b.f.body.ops) {
    if (b.f[v].kind == Kind::routine && routines.count(b.f[v].index) > 0) entered.push_back(v);
    if (!first && b.f[v].kind != Kind::routine && holds(v)) first = v;
  }
  if (!first) ir::bug("a routine that nothing calls");
  insert_before(b, {}, first, [&] { current = initial(); });
  for (Value v : entered) routine(v, current);
  return region({}, current);
}

std::map<int, Value> lend(Function& f, const std::set<int>& routines, Value array) {
  std::map<int, Value> lent;
  for (Value v : f.body.ops) {
    if (f[v].kind != Kind::routine || routines.count(f[v].index) == 0) continue;
    const ir::Op like = f[array];
    lent[f[v].index] = add_parameter(f, v, like.type, like.name);
  }
  const auto pass = [&](Value v, Value what) {
    if (f[v].kind == Kind::call && routines.count(f[v].index) > 0) f[v].operands.push_back(what);
  };
  for (Value v : f.body.ops) {
    const bool is_routine = f[v].kind == Kind::routine;
    const Value what = is_routine && lent.count(f[v].index) > 0 ? lent.at(f[v].index) : array;
    pass(v, what);
    for (const ir::Region& r : f[v].regions) for_each(f, r, [&](Value inner) { pass(inner, what); });
  }
  return lent;
}

}  // namespace nndiff::grad
