// The backward sweep as if every value of the forward one could still be seen.
#include "grad/reverse.h"

#include <algorithm>

#include "grad/calls.h"
#include "grad/foreign.h"
#include "grad/guard.h"
#include "grad/memory.h"

namespace nndiff::grad {

using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

struct Reverse : Sweep {
  const Frames& frames;
  Calls calls{*this, frames, [this](const std::vector<Value>& list) { ops(list); }};

  void ops(const std::vector<Value>& forward) {
    for (auto it = forward.rbegin(); it != forward.rend(); ++it) step(*it);
  }

  void step(Value y) {
    place(y);
    switch (b.f[y].kind) {
      case Kind::result:
      case Kind::dimension:
      case Kind::routine:
        return;
      case Kind::foreign:
      case Kind::written:
        return foreign_step(b, adjoints, is_active, y);
      case Kind::call:
        return calls.call(y);
      case Kind::loop:
        return loop(y);
      case Kind::branch:
        return branch(y);
      case Kind::alloc:
      case Kind::copy:
      case Kind::load:
      case Kind::store:
      case Kind::accumulate:
      case Kind::grow:
        return memory_step(b, adjoints, is_active, y);
      default:
        return whole(y);
    }
  }

  void name_adjoint(Value y, Value dy) {
    if (b.f[dy].name.empty() && !b.f[y].name.empty() && b.f[dy].sweep == ir::Sweep::backward)
      b.f[dy].name = "d" + b.f[y].name;
  }

  // An operation on whole values.
  void whole(Value y) {
    const Value dy = adjoints.of(y);
    if (!dy || !is_active[y.id]) return;
    name_adjoint(y, dy);
    adjoints.share(dy);
    const std::vector<Value> operands = b.f[y].operands;
    const std::size_t count = operands.size(), first = first_operand(y);
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t i = (first + n) % count;
      if (!is_active[operands[i].id]) continue;
      const std::size_t before = b.f.ops.size();
      if (auto c = guarded_contribution(b, y, i, dy)) adjoints.add(operands[i], *c, c->id >= before);
    }
  }

  // A product's gradient of a parameter comes before that of the layer below, which is then still in the
  // cache when the layer's activation asks for it, and the activation itself can make room for it.
  std::size_t first_operand(Value y) const {
    return b.f[y].kind == Kind::matmul && is_parameter(b.f[y].operands[1]) ? 1 : 0;
  }

  bool is_parameter(Value v) const {
    while (b.f[v].kind == Kind::permute || b.f[v].kind == Kind::reshape) v = b.f[v].operands[0];
    return b.f[v].kind == Kind::input;
  }

  // The adjoint of result `k` of `y` as the loop's backward one begins with it.
  Value entering(Value y, std::size_t k) {
    const Value result = at.results[y.id][k];
    if (result) return adjoints.carried(result);
    const Value like = b.f[y].regions[0].params[k + 1];
    return b.shape(like).empty() ? b.constant(0, b.type(like)) : adjoints.zeros(like);
  }

  bool is_carried(Value y, std::size_t k) const {
    const Value result = at.results[y.id][k], param = b.f[y].regions[0].params[k + 1];
    return is_active[param.id] || (result && is_active[result.id]);
  }

  // The values from outside of `y` that get something added in it.
  std::vector<Value> active_captures(Value y) const {
    std::set<Value> out;
    for (Value x : captured(b.f, at, y)) {
      if (!is_active[x.id]) continue;
      out.insert(x);
      out.insert(element_base(b.f, is_active, x));
    }
    return {out.begin(), out.end()};
  }

  // Arrays that live inside of `y`, of sizes known outside: the adjoint of one is all zeros before and after,
  // so one array serves all rounds.
  std::vector<Value> lent(Value y) const {
    std::vector<Value> allocs, out;
    std::set<std::string, std::less<>> inside;
    for_each(b.f, b.f[y].regions[0], [&](Value v) {
      const Op& op = b.f[v];
      if (op.kind == Kind::dimension) inside.emplace(op.dim.text());
      if (op.kind == Kind::alloc && ir::is_floating(op.type.elem)) allocs.push_back(v);
    });
    for (Value v : allocs) {
      bool known = true;
      for (const ir::Dim& d : b.shape(v))
        if (!d.is_static()) d.for_each_name([&](std::string_view n) { known = known && !inside.count(n); });
      if (known) out.push_back(v);
    }
    return out;
  }

  void loop(Value y) {
    if (!arrives(y)) return;
    const Op op = b.f[y];
    const Region& body = op.regions[0];
    std::vector<std::size_t> slots;
    for (std::size_t k = 0; k < body.yields.size(); ++k)
      if (is_carried(y, k)) slots.push_back(k);
    const std::vector<Value> used = active_captures(y);
    const std::vector<Value> loans = lent(y);

    std::vector<Value> initial;
    for (std::size_t k : slots) initial.push_back(entering(y, k));
    for (Value x : used) initial.push_back(adjoints.carried(x));
    for (Value v : loans) initial.push_back(adjoints.zeros(v));

    Region r = round(body, slots, used, loans);
    place(y);
    const Value limit = is_open(b.f, op) ? y : op.operands[0];
    const op::Builder::Built built = b.loop(limit, initial, std::move(r));
    mirrors[y.id] = built.op;
    // First the sums, which have taken in what was there before: an initial value may be among them.
    std::size_t next = slots.size();
    for (Value x : used) replace(x, built.results[next++]);
    for (Value v : loans) adjoints.pool[to_string(b.type(v))].push_back(built.results[next++]);
    for (std::size_t i = 0; i < slots.size(); ++i) hand(op.operands[slots[i] + 1], built.results[i], true);
  }

  // One round backwards.
  Region round(const Region& body, const std::vector<std::size_t>& slots, const std::vector<Value>& used,
               const std::vector<Value>& loans) {
    Region r, *outer = b.region;
    const Pool outer_pool = std::exchange(adjoints.pool, {});
    b.parameter(r, counter_type);
    std::vector<Value> arriving;
    for (std::size_t k : slots) arriving.push_back(adopt(r, body.params[k + 1]));
    for (Value x : used) replace(x, adopt(r, x));
    for (Value v : loans) adjoints.pool[to_string(b.type(v))].push_back(adopt(r, v));
    b.region = &r;
    for (std::size_t i = 0; i < slots.size(); ++i) hand(body.yields[slots[i]], arriving[i], true);
    ++adjoints.loops;
    ops(body.ops);
    --adjoints.loops;
    for (std::size_t k : slots) r.yields.push_back(adjoints.carried(body.params[k + 1]));
    for (Value x : used) r.yields.push_back(adjoints.carried(x));
    for (Value v : loans) r.yields.push_back(returned(v));
    b.region = outer;
    adjoints.pool = outer_pool;
    return r;
  }

  Value returned(Value v) {
    std::vector<Value>& free = adjoints.pool[to_string(b.type(v))];
    if (free.empty()) return is_unknown(b.type(v)) ? b.alloc(b.type(v)) : b.zeros(b.type(v));
    const Value z = free.back();
    free.pop_back();
    return z;
  }

  // What one region of a branch leaves behind.
  struct Arm {
    Region region;
    std::map<Value, Value> adjoints;
    Pool pool;
  };

  void branch(Value y) {
    if (!arrives(y)) return;
    const Op op = b.f[y];
    prepare(y);
    Arm arms[2] = {arm(y, op.regions[0]), arm(y, op.regions[1])};
    std::set<Value> changed;
    for (const Arm& a : arms)
      for (const auto& [v, d] : a.adjoints) changed.insert(v);
    for (Arm& a : arms) settle(a, changed);
    const auto slots = merge_pools(arms);
    place(y);
    op::Builder::Built built = b.branch(op.operands[0], std::move(arms[0].region), std::move(arms[1].region));
    mirrors[y.id] = built.op;
    std::size_t next = 0;
    for (Value v : changed) replace(v, built.results[next++]);
    for (const auto& [type, position] : slots) adjoints.pool[type][position] = built.results[next++];
  }

  // Arrays from outside whose elements a region reads get their adjoint before the branch: neither region
  // then has to make one.
  void prepare(Value y) {
    std::set<Value> by_element, gone;
    for_each_inside(y, [&](Value v) {
      const Op& op = b.f[v];
      if (op.kind == Kind::load) by_element.insert(element_base(b.f, is_active, op.operands[0]));
      for (std::size_t i = 0; i < op.operands.size(); ++i) {
        if (ir::consumes(op, i)) gone.insert(op.operands[i]);
        if (op.kind == Kind::call && !b.shape(op.operands[i]).empty()) by_element.insert(op.operands[i]);
      }
      if (op.kind == Kind::loop) gone.insert(op.operands.begin() + 1, op.operands.end());
      for (const Region& r : op.regions) gone.insert(r.yields.begin(), r.yields.end());
    });
    for (const Region& r : b.f[y].regions) gone.insert(r.yields.begin(), r.yields.end());
    for (Value v : by_element)
      if (is_active[v.id] && !at.inside(y, v) && !gone.count(v)) adjoints.owned(v);
  }

  void for_each_inside(Value y, auto visit) {
    for (const Region& r : b.f[y].regions) for_each(b.f, r, visit);
  }

  Arm arm(Value y, const Region& forward) {
    Arm out;
    Region* outer = std::exchange(b.region, &out.region);
    const Pool pool = adjoints.pool;
    const std::size_t mark = adjoints.mark();
    for (std::size_t k = 0; k < forward.yields.size(); ++k) {
      const Value result = at.results[y.id][k];
      const Value d = result && is_active[result.id] ? adjoints.of(result) : Value{};
      if (d) hand(forward.yields[k], d, adjoints.is_owned(d));
    }
    ops(forward.ops);
    for (Value v : adjoints.changed_since(mark))
      if (!at.inside(y, v)) out.adjoints[v] = adjoints.of(v);
    adjoints.undo(mark);
    out.pool = std::exchange(adjoints.pool, pool);
    b.region = outer;
    return out;
  }

  // What region `a` yields for the adjoints that either region has changed.
  void settle(Arm& a, const std::set<Value>& changed) {
    Region* outer = std::exchange(b.region, &a.region);
    const std::size_t mark = adjoints.mark();
    for (const auto& [v, d] : a.adjoints) adjoints.set(v, d);
    std::swap(adjoints.pool, a.pool);
    for (Value v : changed) a.region.yields.push_back(adjoints.carried(v));
    std::swap(adjoints.pool, a.pool);
    adjoints.undo(mark);
    b.region = outer;
  }

  // Yields the arrays of zeros that differ; those that only one region has left are let go.
  std::vector<std::pair<std::string, std::size_t>> merge_pools(Arm (&arms)[2]) {
    std::vector<std::pair<std::string, std::size_t>> out;
    std::set<std::string> types;
    for (const Arm& a : arms)
      for (const auto& [type, free] : a.pool) types.insert(type);
    adjoints.pool.clear();
    for (const std::string& type : types) {
      std::vector<Value>&first = arms[0].pool[type], &second = arms[1].pool[type];
      std::vector<Value>& merged = adjoints.pool[type];
      merged = {first.begin(), first.begin() + static_cast<long>(std::min(first.size(), second.size()))};
      for (std::size_t i = 0; i < merged.size(); ++i) {
        if (first[i] == second[i]) continue;
        arms[0].region.yields.push_back(first[i]);
        arms[1].region.yields.push_back(second[i]);
        out.emplace_back(type, i);
      }
    }
    return out;
  }
};

}  // namespace

Mirrors reverse(op::Builder& b, const Layout& at, const std::vector<bool>& is_active, const Frames& frames,
                Adjoints& adjoints) {
  Reverse sweep{{b, at, is_active, adjoints}, frames};
  const std::vector<Value> forward = b.f.body.ops;
  const std::size_t primal = is_active.size();
  for (auto it = forward.rbegin(); it != forward.rend(); ++it)
    if (it->id < primal) sweep.step(*it);
  sweep.calls.write_routines();
  return sweep.mirrors;
}

}  // namespace nndiff::grad
