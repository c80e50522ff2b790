// Values of the forward sweep that the backward one computes again.
#include <algorithm>

#include "grad/keeper.h"
#include "ir/linear.h"

namespace nndiff::grad {

using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

// More than this many simple operations cost more than an element written and read.
constexpr int budget = 8;

bool is_whole_number(const Op& op) {
  return !ir::is_floating(op.type.elem);
}

int weight(const Op& op) {
  if (op.kind == Kind::cast) return 1;
  if (op.kind != Kind::map) return 3 * budget;
  switch (op.map) {
    case Map::add:
    case Map::sub:
    case Map::mul:
    case Map::neg:
    case Map::abs:
    case Map::square:
    case Map::maximum:
    case Map::minimum:
    case Map::relu:
    case Map::where:
    case Map::fma:
      return 1;
    case Map::div:
    case Map::rem:
    case Map::sqrt:
      return 4;
    default:
      return ir::is_comparison(op.map) || ir::is_integral(op.map) ? 1 : 3 * budget;
  }
}

// Operations whose result depends on nothing but their operands.
bool is_pure(Kind kind) {
  switch (kind) {
    case Kind::map:
    case Kind::cast:
    case Kind::reduce:
    case Kind::matmul:
    case Kind::pick:
    case Kind::softmax:
    case Kind::log_softmax:
    case Kind::logsumexp:
    case Kind::stop_gradient:
      return true;
    default:
      return ir::is_view(kind);
  }
}

}  // namespace

// A number that each round changes by the same.
std::optional<Keeper::Induction> Keeper::induction(Value v) const {
  const Value loop = at.home[v.id].op;
  if (loop && f[loop].kind != Kind::loop) return std::nullopt;
  if (f[v].kind != Kind::parameter || !is_whole_number(f[v]) || !f[v].type.shape.empty()) return std::nullopt;
  const Region& body = f[loop].regions[0];
  const auto k =
      static_cast<std::size_t>(std::find(body.params.begin(), body.params.end(), v) - body.params.begin());
  if (k == 0 || f[v].type.elem == ir::Elem::boolean) return std::nullopt;
  const Op& next = f[body.yields[k - 1]];
  if (next.kind != Kind::map || (next.map != Map::add && next.map != Map::sub)) return std::nullopt;
  const bool second = next.map == Map::add && next.operands[1] == v;
  if (!second && next.operands[0] != v) return std::nullopt;
  const Value step = next.operands[second ? 0 : 1];
  if (at.inside(loop, step) && f[step].kind != Kind::constant) return std::nullopt;
  return Induction{f[loop].operands[k], step, next.map};
}

namespace {

// What may be computed where the program would not have done it: nothing that can go wrong.
bool is_harmless(const ir::Function& f, const Op& op) {
  if (!is_pure(op.kind) || op.kind == Kind::pick) return false;
  if (ir::is_floating(op.type.elem)) return true;
  if (op.kind == Kind::cast) return is_whole_number(f[op.operands[0]]);
  const bool shift = op.map == Map::shift_left || op.map == Map::shift_right;
  return op.kind == Kind::map && !shift && weight(op) == 1;
}

}  // namespace

Place Keeper::lifted(Value v) {
  const Op& op = f[v];
  const Place home = at.home[v.id];
  if (auto it = lifts.find(v); it != lifts.end()) return it->second;
  if (!is_harmless(f, op) || recompute == Recompute::none) return home;
  bool possible = !has_inner_size(op.type.shape);
  std::size_t depth = 0;
  for (Value o : op.operands) {
    if (f[o].kind != Kind::constant) depth = std::max(depth, at.path(lifted(o)).size());
    possible = possible && !has_inner_size(f[o].type.shape);
  }
  Place place = home;
  while (possible && at.path(place).size() > depth && f[place.op].kind == Kind::loop)
    place = at.home[place.op.id];
  return lifts[v] = place;
}

// A value that all rounds of a loop compute alike.
bool Keeper::is_invariant(Value v) {
  return lifted(v) != at.home[v.id];
}

// What a loop around makes is at hand in its inner ones: it is computed again or kept there, once for all of
// their rounds.
bool Keeper::is_from_around(Value v, Place home) const {
  const std::vector<Place> path = at.path(home);
  const std::size_t depth = at.path(at.home[v.id]).size();
  if (ir::is_view(f[v].kind) || !f[v].type.shape.empty() || depth == 0 || depth >= path.size()) return false;
  return std::any_of(path.begin() + static_cast<std::ptrdiff_t>(depth), path.end(),
                     [&](Place p) { return f[p.op].kind == Kind::loop; });
}

int Keeper::cost_of_operands(const Op& op, Place home) {
  int sum = 0;
  for (Value o : op.operands) sum = std::min(never, sum + cost_from(o, home));
  return sum;
}

int Keeper::cost_from(Value v, Place home) {
  return recompute != Recompute::none && is_from_around(v, home) ? std::min(1, cost(v)) : cost(v);
}

int Keeper::cost(Value v) {
  if (v.id >= primal || is_visible(v) || provided.count(v)) return 0;
  if (auto it = costs.find(v); it != costs.end()) return it->second;
  const Op& op = f[v];
  int c = never;
  const bool exact = is_whole_number(op);
  if (op.kind == Kind::constant || op.kind == Kind::size || op.kind == Kind::iota)
    c = 0;
  else if (is_counter(v))
    c = 0;
  else if (is_invariant(v))
    c = cost_of_operands(op, at.home[v.id]);
  else if (const auto line = induction(v))
    c = std::min(never, 2 + cost_from(line->initial, at.home[v.id]) + cost(line->step));
  else if (op.kind == Kind::loop && !is_open(f, op))
    c = std::min(never, 1 + cost(op.operands[0]));
  else if (op.kind == Kind::load && is_visible(op.operands[0]) && recompute != Recompute::none)
    c = std::min(never, 2 + cost_of_operands(op, at.home[v.id]));
  else if (is_pure(op.kind) && (recompute != Recompute::none || exact))
    c = std::min(never, weight(op) + cost_of_operands(op, at.home[v.id]));
  return costs[v] = std::min(c, cost_of_loading(v));
}

// What finding `v` in the array that still holds it costs.
int Keeper::cost_of_loading(Value v) {
  const auto it = in_memory.find(v);
  if (it == in_memory.end()) return never;
  int sum = 2;
  for (Value i : it->second.index) sum = std::min(never, sum + cost(i));
  return sum;
}

// A view is never kept: what it looks at is.
bool Keeper::is_cheap(Value v) {
  if (at.home[v.id].op && (ir::is_view(f[v].kind) || is_invariant(v))) return true;
  const int c = cost(v);
  return recompute == Recompute::automatic ? c <= budget : c < never;
}

Value Keeper::loaded(Value v) {
  const Held& element = in_memory.at(v);
  std::vector<Value> index;
  for (Value i : element.index) index.push_back(provide(i));
  const Value array = final_of(element.parameter);
  return in_prologue(at.home[v.id], [&] { return b.load(array, index, f[v].type.shape); });
}

Value Keeper::again(Value v) {
  const Place home = at.home[v.id];
  if (!is_invariant(v) && cost(v) < never && cost(v) == cost_of_loading(v)) return loaded(v);
  if (const auto line = induction(v)) {
    const Value initial = provide(line->initial), step = provide(line->step), i = counter(home.op);
    return in_prologue(
        home, [&] { return b.map(line->map, initial, b.map(Map::mul, b.cast(i, f[v].type.elem), step)); });
  }
  if (f[v].kind == Kind::loop) {
    const Value limit = provide(f[v].operands[0]);
    return in_prologue(home, [&] { return b.map(Map::maximum, limit, number(0)); });
  }
  const Place place = lifted(v);
  const auto copied = [&](Op op) {
    op.sweep = ir::Sweep::backward;
    op.checked = false;  // it was in range before
    return in_prologue(place, [&] {
      b.region->ops.push_back(f.make(std::move(op)));
      return b.region->ops.back();
    });
  };
  Op op = f[v];
  for (Value& o : op.operands) o = f[o].kind == Kind::constant ? copied(f[o]) : provide(o);
  return copied(std::move(op));
}

std::optional<Value> Keeper::hoisted(Value v, Value before) {
  if (!at.home[v.id].op) return at.order[v.id] < at.order[before.id] ? std::optional(v) : std::nullopt;
  if (auto it = hoists.find({v, before}); it != hoists.end()) return it->second;
  const Op& op = f[v];
  const bool plain = op.kind == Kind::constant || op.kind == Kind::size;
  const bool simple = op.type.shape.empty() && is_harmless(f, op);
  if (!is_whole_number(op) || !(plain || simple)) return std::nullopt;
  if (op.kind == Kind::size && !is_known({op.dim}, before)) return std::nullopt;
  Op copy = op;
  for (Value& o : copy.operands) {
    const auto outer = hoisted(o, before);
    if (!outer) return std::nullopt;
    o = *outer;
  }
  Value made;
  insert_before(b, {}, before, [&] {
    made = f.make(std::move(copy));
    b.region->ops.push_back(made);
  });
  return hoists[{v, before}] = made;
}

}  // namespace nndiff::grad
