// The history of values made in loops and branches.
#include <algorithm>

#include "grad/keeper.h"
#include "ir/linear.h"

namespace nndiff::grad {

using ir::Dim;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Shape;
using ir::Type;
using ir::Value;

namespace {

std::vector<Value> loops_of(const ir::Function& f, const std::vector<Place>& path) {
  std::vector<Value> out;
  for (const Place& p : path)
    if (f[p.op].kind == Kind::loop) out.push_back(p.op);
  return out;
}

}  // namespace

Value Keeper::history(Value v) {
  const std::vector<Place> path = at.path(at.home[v.id]);
  const ir::Sweep sweep = std::exchange(b.sweep, ir::Sweep::forward);
  Value out;
  if (f[path[0].op].kind == Kind::routine)
    out = in_frames(v, path);
  else if (!is_known(f[v].type.shape, path[0].op))
    out = in_line_sized(v, path);
  else if (loops_of(f, path).empty())
    out = from_branch(v, path);
  else if (const auto sizes = limits(path))
    out = by_counters(v, path, *sizes);
  else
    out = in_line(v, path);
  b.sweep = sweep;
  return out;
}

// Outside of loops there is one value at most, which the branches around yield.
Value Keeper::from_branch(Value v, const std::vector<Place>& path) {
  const Type type = f[v].type;
  Value none, out;
  insert_before(b, {}, path[0].op, [&] { none = type.shape.empty() ? b.constant(0, type) : b.alloc(type); });
  return weave(f, path, none, [&](Value) {
    if (type.shape.empty()) return v;
    insert_after(b, path.back(), v, [&] { out = b.copy(v); });
    return out;
  });
}

// The limits of the loops around, if all are known before the outermost one.
std::optional<std::vector<Value>> Keeper::limits(const std::vector<Place>& path) {
  std::vector<Value> out;
  for (Value loop : loops_of(f, path)) {
    if (is_open(f, f[loop])) return std::nullopt;
    const auto limit = hoisted(f[loop].operands[0], path[0].op);
    if (!limit) return std::nullopt;
    out.push_back(*limit);
  }
  return out;
}

Dim Keeper::extent(Value limit, Value before) {
  const Op& op = f[limit];
  if (op.kind == Kind::constant) return Dim{static_cast<std::int64_t>(std::max(0.0, op.number))};
  if (op.kind == Kind::size) return op.dim;
  auto it = rounds.find(limit);
  if (it == rounds.end()) {
    const std::string hint = op.name.empty() ? "rounds" : op.name;
    Dim dim{1};
    insert_before(b, {}, before, [&] { dim = b.dimension(b.map(Map::maximum, limit, number(0)), hint); });
    it = rounds.emplace(limit, dim).first;
  }
  return it->second;
}

// For what a loop carries: the value that its body hands on, if that is to be kept too.
Value Keeper::successor(Value v) {
  const Place home = at.home[v.id];
  if (f[v].kind != Kind::parameter) return {};
  const ir::Region& body = f[home.op].regions[0];
  const auto k = std::find(body.params.begin(), body.params.end(), v) - body.params.begin();
  const Value next = body.yields[static_cast<std::size_t>(k - 1)];
  if (!wanted.count(next) || at.home[next.id] != home || provided.count(next)) return {};
  if (f[next].kind == Kind::parameter || ir::is_view(f[next].kind)) return {};
  const std::map<Value, int> before = costs;
  provided[v] = v;  // at hand, while we look
  const bool cheap = is_cheap(next);
  provided.erase(v);
  costs = before;
  return cheap ? Value{} : next;
}

// What the parameter `v` of a loop would be in the round after the last one.
Value Keeper::final_of(Value v) {
  const Place home = at.home[v.id];
  const std::vector<Value>& params = f[home.op].regions[0].params;
  const auto k = static_cast<std::size_t>(std::find(params.begin(), params.end(), v) - params.begin() - 1);
  if (const Value result = at.results[home.op.id][k]) return result;
  Value& made = finals[v];
  if (made) return made;
  const ir::Sweep sweep = std::exchange(b.sweep, ir::Sweep::forward);
  insert_after(b, at.home[home.op.id], home.op, [&] {
    made = b.append(
        {.kind = Kind::result, .type = f[v].type, .operands = {home.op}, .index = static_cast<int>(k)});
  });
  b.sweep = sweep;
  return made;
}

// Writes each round's `v` and reads it backwards. Where both a carried value and its `next` one are wanted,
// they are neighbours.
Value Keeper::series(Value v, const std::vector<Place>& path, Value array, const Series& as) {
  const Value loop = loops_of(f, path).back();
  // A loop's parameter is there before its round has a number.
  const bool early = f[v].kind == Kind::parameter && f[as.round].kind != Kind::parameter;
  const auto keep = [&](Value current) {
    insert_after(b, path.back(), early ? as.round : v, [&] { current = as.put(current, as.round, v); });
    return current;
  };
  const auto keep_with_last = [&](Value current) {
    const Value last = final_of(v);
    current = weave(f, path, current, keep, path.size() - 1);
    insert_after(b, at.home[loop.id], loop, [&] { current = as.put(current, loop, last); });
    return current;
  };
  f[array].name = f[v].name;
  const std::vector<Place> around(path.begin(), path.end() - (as.next ? 1 : 0));
  array = as.next ? weave(f, around, array, keep_with_last) : weave(f, around, array, keep);
  b.sweep = ir::Sweep::backward;
  const Value round = as.back();
  if (as.next)
    provided[as.next] =
        in_prologue(path.back(), [&] { return as.get(array, b.map(Map::add, round, number(1))); });
  return in_prologue(path.back(), [&] { return as.get(array, round); });
}

// An array with an axis for each loop around, and those of the value.
Value Keeper::by_counters(Value v, const std::vector<Place>& path, const std::vector<Value>& limits) {
  Type type = f[v].type;
  const Shape block = type.shape;
  const std::vector<Value> loops = loops_of(f, path);
  const Value next = successor(v);
  Shape shape;
  for (Value limit : limits) shape.push_back(extent(limit, path[0].op));
  if (next) shape.back() = shape.back() + Dim{1};
  type.shape.insert(type.shape.begin(), shape.begin(), shape.end());
  Value array;
  insert_before(b, {}, path[0].op, [&] { array = b.alloc(type); });
  const auto index = [&](Value round, bool backward) {
    std::vector<Value> out;
    for (Value loop : loops) out.push_back(backward ? counter(loop) : f[loop].regions[0].params[0]);
    out.back() = round;
    for (std::size_t i = 0; i < block.size(); ++i) out.push_back(number(0));
    return out;
  };
  Series as{next, f[loops.back()].regions[0].params[0]};
  as.back = [&] {
    for (Value loop : loops) counter(loop);
    return counter(loops.back());
  };
  as.put = [&](Value to, Value round, Value element) { return b.store(to, element, index(round, false)); };
  as.get = [&](Value from, Value round) { return b.load(from, index(round, true), block); };
  return series(v, path, array, as);
}

// Values one behind the other, in an array that grows.
Value Keeper::in_line(Value v, const std::vector<Place>& path) {
  const Type type = f[v].type, i64{ir::Elem::i64, {}};
  const Dim size = ir::count(type.shape);
  Value array;
  insert_before(b, {}, path[0].op, [&] { array = b.alloc({type.elem, {ir::unknown_extent()}}); });
  const auto place = [&](Value index) {
    return type.shape.empty() ? index : b.map(Map::mul, index, b.size(size, i64));
  };
  // Where a loop is entered again, the place behind its last round is taken.
  Series as{loops_of(f, path).size() == 1 ? successor(v) : Value{}, flat_index(path, false)};
  as.back = [&] { return flat_index(path, true); };
  as.put = [&](Value to, Value round, Value element) {
    const Value from = place(round);
    return b.store(b.grow(to, b.map(Map::add, from, b.size(size, i64))), element, {from});
  };
  as.get = [&](Value from, Value round) { return b.load(from, {place(round)}, type.shape); };
  return series(v, path, array, as);
}

// The same for blocks of a size that changes, which need to know where each begins.
Value Keeper::in_line_sized(Value v, const std::vector<Place>& path) {
  const Type type = f[v].type, i64{ir::Elem::i64, {}};
  Value array, length, from, to;
  insert_before(b, {}, path[0].op, [&] {
    array = b.alloc({type.elem, {ir::unknown_extent()}});
    length = number(0);
  });
  f[array].name = f[v].name;
  length = weave(f, path, length, [&](Value before) {
    from = before;
    insert_after(b, path.back(), v,
                 [&] { to = b.map(Map::add, before, b.size(ir::count(type.shape), i64)); });
    return to;
  });
  array = weave(f, path, array, [&](Value current) {
    insert_after(b, path.back(), to, [&] { current = b.store(b.grow(current, to), v, {from}); });
    return current;
  });
  b.sweep = ir::Sweep::backward;
  std::vector<Place> back;
  for (const Place& p : path) back.push_back(mirror(p));
  Value out;
  weave(f, back, length, [&](Value behind) {
    return in_prologue(path.back(), [&] {
      const Value begin = b.map(Map::sub, behind, b.size(ir::count(type.shape), i64));
      out = b.load(array, {begin}, type.shape);
      return begin;
    });
  });
  return out;
}

// For a loop that is entered more than once: how many rounds it had before, in both sweeps.
void Keeper::number_rounds(Value loop) {
  const std::vector<Place> around = at.path(at.home[loop.id]);
  const ir::Sweep sweep = std::exchange(b.sweep, ir::Sweep::forward);
  Value total;
  insert_before(b, {}, around[0].op, [&] { total = number(0); });
  total = weave(f, around, total, [&](Value before) {
    first[loop] = before;
    Value after;
    insert_after(b, around.back(), loop, [&] { after = b.map(Map::add, before, loop); });
    return after;
  });
  b.sweep = ir::Sweep::backward;
  const Value run = provide(loop);
  std::vector<Place> back;
  for (const Place& p : around) back.push_back(mirror(p));
  weave(f, back, total, [&](Value behind) {
    return last_first[loop] = in_prologue(around.back(), [&] { return b.map(Map::sub, behind, run); });
  });
  b.sweep = sweep;
}

// The number of the current round of the innermost loop among all its rounds: counted from the last loop
// around whose rounds are not known beforehand.
Value Keeper::flat_index(const std::vector<Place>& path, bool backward) {
  const std::vector<Value> loops = loops_of(f, path);
  auto& memo = backward ? flat_back : flat;
  if (auto it = memo.find(loops.back()); it != memo.end()) return it->second;
  std::size_t open = loops.size() - 1;
  std::vector<Value> sizes(loops.size());
  for (; open > 0; --open) {
    const auto limit =
        is_open(f, f[loops[open]]) ? std::nullopt : hoisted(f[loops[open]].operands[0], path[0].op);
    if (!limit) break;
    sizes[open] = *limit;
  }
  if (open > 0 && !first.count(loops[open])) number_rounds(loops[open]);
  std::vector<Value> counters;
  for (std::size_t i = open; i < loops.size(); ++i)
    counters.push_back(backward ? counter(loops[i]) : f[loops[i]].regions[0].params[0]);
  const auto build = [&] {
    Value index = counters[0];
    if (open > 0) index = b.map(Map::add, (backward ? last_first : first).at(loops[open]), index);
    for (std::size_t i = open + 1; i < loops.size(); ++i)
      index = b.map(Map::add, b.map(Map::mul, index, sizes[i]), counters[i - open]);
    return index;
  };
  Value index;
  const Place home{loops.back(), 0};
  if (backward)
    index = in_prologue(home, build);
  else
    insert_after(b, home, f[loops.back()].regions[0].params[0], [&] { index = build(); });
  return memo[loops.back()] = index;
}

}  // namespace nndiff::grad
