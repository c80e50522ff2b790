// The history of values made in routines: one array for each, by the number of the call or of the round.
#include "grad/keeper.h"
#include "grad/thread.h"

namespace nndiff::grad {

using ir::Kind;
using ir::Map;
using ir::Type;
using ir::Value;

Value Keeper::in_frames(Value v, const std::vector<Place>& path) {
  const Value array = keep_by(v, frame_number(path, false));
  b.sweep = ir::Sweep::backward;
  return kept_by(v, array, frame_number(path, true));
}

// Stores `v` as element `round` of an array, where it is made; returns what the array is in the end.
Value Keeper::keep_by(Value v, Value round) {
  const Type type = f[v].type, i64{ir::Elem::i64, {}};
  const ir::Dim size = ir::count(type.shape);
  const std::vector<Place> path = at.path(at.home[v.id]);
  // A parameter is there before its round has a number.
  const bool early = f[v].kind == Kind::parameter && f[round].kind != Kind::parameter;
  const Value after = early ? round : v;
  const auto put = [&](Value current) {
    insert_after(b, path.back(), after, [&] {
      const Value from = type.shape.empty() ? round : b.map(Map::mul, round, b.size(size, i64));
      current = b.store(b.grow(current, b.map(Map::add, from, b.size(size, i64))), v, {from});
    });
    return current;
  };
  Thread thread{b, callers(f, f[path[0].op].index), after};
  const bool at_entry = f[after].kind == Kind::parameter;
  thread.enter = [&](Value op, Value current) {
    return at_entry && op == path.back().op ? put(current) : current;
  };
  thread.after = [&](Value op, Value current) { return op == after ? put(current) : current; };
  return thread.run([&] {
    const Value array = b.alloc({type.elem, {ir::unknown_extent()}});
    f[array].name = f[v].name.empty() ? "kept" : f[v].name;
    return array;
  });
}

// Element `round` of that array, in the region that mirrors that of `v`.
Value Keeper::kept_by(Value v, Value array, Value round) {
  const Type type = f[v].type;
  const std::vector<Place> path = at.path(at.home[v.id]);
  const int routine = f[mirrors[path[0].op.id]].index;
  const Value lent = lend(f, callers(f, routine), array).at(routine);
  return in_prologue(path.back(), [&] {
    const Value size = b.size(ir::count(type.shape), {ir::Elem::i64, {}});
    return b.load(lent, {type.shape.empty() ? round : b.map(Map::mul, round, size)}, type.shape);
  });
}

// The number of the call, or of the round of the innermost loop, in which things at `path` happen.
Value Keeper::frame_number(const std::vector<Place>& path, bool backward) {
  std::size_t i = path.size() - 1;
  while (f[path[i].op].kind == Kind::branch) --i;
  if (f[path[i].op].kind == Kind::loop) return loop_number(path[i].op, backward);
  const Value count = frames.number.at(path[i].op);
  return backward ? provided.at(count) : count;
}

Value Keeper::loop_number(Value loop, bool backward) {
  const auto link = frames.links.find(loop);
  if (link != frames.links.end()) return backward ? linked_number(loop) : link->second.round;
  Value& memo = (backward ? flat_back : flat)[loop];
  if (memo) return memo;
  const Place inside{loop, 0};
  const Value base = frames.base.at(loop), i = f[loop].regions[0].params[0];
  if (!backward) {
    insert_after(b, inside, i, [&] { memo = b.map(Map::add, base, i); });
    return memo;
  }
  const Value base_back = provide(base), i_back = counter(loop);
  return flat_back[loop] = in_prologue(inside, [&] { return b.map(Map::add, base_back, i_back); });
}

// The backward loop carries the number of the round, and looks up which one was before.
Value Keeper::linked_number(Value loop) {
  if (const auto it = flat_back.find(loop); it != flat_back.end()) return it->second;
  const Frames::Link& link = frames.links.at(loop);
  const ir::Sweep sweep = std::exchange(b.sweep, ir::Sweep::forward);
  const Value array = keep_by(link.previous, link.round);
  b.sweep = ir::Sweep::backward;
  const Value last = provide(link.last);
  std::vector<Place> back;
  for (const Place& p : at.path({loop, 0})) back.push_back(mirror(p));
  const auto change = [&](Value round) {
    flat_back[loop] = round;
    return kept_by(link.previous, array, round);
  };
  weave(f, back, last, change, back.size() - 1);
  b.sweep = sweep;
  return flat_back.at(loop);
}

}  // namespace nndiff::grad
