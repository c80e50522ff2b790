// Numbers for what happens in routines: sums that are carried along with the execution.
#include "grad/frames.h"

#include "grad/thread.h"

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Value;

namespace {

const ir::Type i64{ir::Elem::i64, {}};

struct Numbering {
  Function& f;
  Frames out = {};
  op::Builder b{f};

  Value number(double x, const char* name = "") {
    const Value v = b.constant(x, i64);
    f[v].name = name;
    return v;
  }

  bool leads_to(Value loop, const std::set<int>& routines) const {
    bool found = false;
    for_each(f, f[loop].regions[0],
             [&](Value v) { found = found || (f[v].kind == Kind::call && routines.count(f[v].index) > 0); });
    return found;
  }

  void calls(Value routine) {
    Thread thread{b, callers(f, f[routine].index)};
    thread.enter = [&](Value op, Value current) {
      if (op != routine) return current;
      out.number[routine] = current;
      Value next;
      insert_after(b, {routine, 0}, current, [&] { next = b.map(Map::add, current, number(1)); });
      return next;
    };
    const int index = f[routine].index;
    thread.before = [&](Value op, Value current) {
      if (f[op].kind == Kind::call && f[op].index == index) out.before[op] = current;
      return current;
    };
    thread.run([&] { return number(0, "call"); });
  }

  // The rounds of a loop follow each other.
  void rounds(Value loop, Place home, const std::set<int>& routines) {
    const bool is_first = leads_to(loop, routines);  // inner calls have later numbers
    Thread thread{b, routines, loop};
    thread.before = [&](Value op, Value current) {
      if (op != loop) return current;
      out.base[loop] = current;
      if (!is_first) return current;
      Value next;
      insert_before(b, home, loop, [&] {
        next = b.map(Map::add, current, b.map(Map::maximum, f[loop].operands[0], number(0)));
      });
      return next;
    };
    thread.after = [&](Value op, Value current) {
      if (op != loop || is_first) return current;
      Value next;
      insert_after(b, home, loop, [&] { next = b.map(Map::add, current, loop); });
      return next;
    };
    thread.run([&] { return number(0, "round"); });
  }

  // Each round knows the one before.
  void linked(Value loop, Place home, const std::set<int>& routines) {
    Frames::Link& link = out.links[loop];
    insert_before(b, home, loop, [&] {
      const Value none = number(-1);
      f[loop].operands.push_back(none);
    });
    link.previous = add_parameter(f, loop, i64, "");
    f[loop].regions[0].yields.push_back(link.previous);  // until the number of a round is there
    const std::size_t k = f[loop].regions[0].yields.size() - 1;
    insert_after(b, home, loop, [&] {
      link.last =
          b.append({.kind = Kind::result, .type = i64, .operands = {loop}, .index = static_cast<int>(k)});
    });
    Thread thread{b, routines, loop};
    thread.enter = [&](Value op, Value current) {
      if (op != loop) return current;
      link.round = current;
      f[loop].regions[0].yields[k] = current;
      Value next;
      insert_after(b, {loop, 0}, current, [&] { next = b.map(Map::add, current, number(1)); });
      return next;
    };
    thread.run([&] { return number(0, "round"); });
  }

  void loops(Value routine) {
    const std::set<int> routines = callers(f, f[routine].index);
    std::vector<std::pair<Value, Place>> found;
    const std::function<void(Place)> look = [&](Place place) {
      for (Value v : region_at(f, place).ops) {
        if (f[v].kind == Kind::loop) found.emplace_back(v, place);
        for (std::size_t arm = 0; arm < f[v].regions.size(); ++arm) look({v, static_cast<int>(arm)});
      }
    };
    look({routine, 0});
    for (const auto& [loop, home] : found) {
      if (is_open(f, f[loop]) && leads_to(loop, routines))
        linked(loop, home, routines);
      else
        rounds(loop, home, routines);
    }
  }
};

}  // namespace

Frames number_frames(Function& f, const std::vector<bool>& is_active) {
  Numbering numbering{f};
  std::vector<Value> active;
  for (Value v : f.body.ops) {
    if (f[v].kind != Kind::routine) continue;
    bool any = false;
    for_each(f, f[v].regions[0], [&](Value inner) { any = any || is_active[inner.id]; });
    if (any) active.push_back(v);
  }
  for (Value v : active) numbering.calls(v);
  for (Value v : active) numbering.loops(v);
  return numbering.out;
}

}  // namespace nndiff::grad
