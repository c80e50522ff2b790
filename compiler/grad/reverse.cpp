// The backward sweep as if every value of the forward one could still be seen.
#include "grad/reverse.h"

#include <algorithm>

#include "grad/guard.h"
#include "grad/memory.h"
#include "grad/routine.h"
#include "ir/linear.h"

namespace nndiff::grad {

using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Type;
using ir::Value;

namespace {

const Type counter{ir::Elem::i64, {}};

struct Reverse {
  op::Builder& b;
  const Layout& at;
  const std::vector<bool>& is_active;
  const Frames& frames;
  Adjoints& adjoints;
  Mirrors mirrors = Mirrors(is_active.size());
  std::vector<Value> routines = {};  // those that run backwards, in the order in which they were called

  void ops(const std::vector<Value>& forward) {
    for (auto it = forward.rbegin(); it != forward.rend(); ++it) step(*it);
  }

  void place(Value y) {
    b.loc = b.f[y].loc;
    b.statement = b.f[y].statement;
  }

  void step(Value y) {
    place(y);
    switch (b.f[y].kind) {
      case Kind::result:
      case Kind::dimension:
      case Kind::routine:
        return;
      case Kind::call:
        return call(y);
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

  // Lets an adjoint that has arrived at a result go on to the value it came from.
  void hand(Value to, Value adjoint, bool owned) {
    if (!ir::is_floating(b.type(to).elem)) return;
    adjoints.add(to, adjoint, owned);
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

  bool arrives(Value y) const {
    return std::any_of(at.results[y.id].begin(), at.results[y.id].end(),
                       [&](Value r) { return r && is_active[r.id] && adjoints.of(r); });
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

  Value adopt(Region& r, Value like) {
    const Value p = b.parameter(r, b.type(like));
    if (!b.f[like].name.empty()) b.f[p].name = "d" + b.f[like].name;
    return p;
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

  void replace(Value x, Value adjoint) {
    if (b.shape(x).empty())
      adjoints.set(x, adjoint);
    else
      adjoints.set_owned(x, adjoint);
  }

  // One round backwards.
  Region round(const Region& body, const std::vector<std::size_t>& slots, const std::vector<Value>& used,
               const std::vector<Value>& loans) {
    Region r, *outer = b.region;
    const Pool outer_pool = std::exchange(adjoints.pool, {});
    b.parameter(r, counter);
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

  // --- routines ------------------------------------------------------------------------------------------------------

  // The routine that runs `routine` backwards. Its body is written when everything that calls it has been.
  Value backward_routine(Value routine) {
    if (mirrors[routine.id]) return mirrors[routine.id];
    Op op{.kind = Kind::routine, .type = counter};
    for (Value v : b.f.body.ops)
      if (b.f[v].kind == Kind::routine) op.index = std::max(op.index, b.f[v].index + 1);
    op.index += static_cast<int>(routines.size());
    op.sweep = ir::Sweep::backward;
    op.loc = b.f[routine].loc;
    op.name = b.f[routine].name;
    op.regions.emplace_back();
    routines.push_back(routine);
    return mirrors[routine.id] = b.f.make(std::move(op));
  }

  void call(Value y) {
    if (!arrives(y)) return;
    const Op op = b.f[y];
    const Value routine = routine_of(b.f, op), backward = backward_routine(routine);
    const Exchange through = exchange_of(b.f, is_active, routine);
    std::vector<Value> operands = {frames.before.at(y)};
    std::vector<Type> types;
    std::vector<int> places(through.numbers.size(), -1);
    const auto give = [&](Value adjoint) {
      if (!b.shape(adjoint).empty()) places.push_back(static_cast<int>(operands.size()));
      operands.push_back(adjoint);
    };
    for (std::size_t k : through.yields) give(arriving(y, routine, k));
    for (std::size_t i : through.borrowed) {
      if (!is_active[op.operands[i].id])
        b.refuse(
            "this recursive function is called with several arrays in the place of one, of which only "
            "some are differentiated, which is not supported");
      give(adjoints.carried(op.operands[i]));
    }
    for (std::size_t i : through.numbers) types.push_back(b.type(op.operands[i]));
    for (std::size_t i = through.numbers.size(); i < places.size(); ++i)
      types.push_back(b.type(operands[static_cast<std::size_t>(places[i])]));
    place(y);
    const op::Builder::Built built = b.call(b.f[backward].index, operands, types, places);
    mirrors[y.id] = built.op;
    receive(op, routine, through, built.results);
  }

  // The adjoint of result `k` of call `y` as the backward routine begins with it.
  Value arriving(Value y, Value routine, std::size_t k) {
    if (const Value result = at.results[y.id][k]) return adjoints.carried(result);
    const Value yield = b.f[routine].regions[0].yields[k];
    return b.shape(yield).empty() ? b.constant(0, b.type(yield)) : adjoints.zeros(yield);
  }

  // Hands on what the backward routine has given back. First the sums, as in `loop`.
  void receive(const Op& op, Value routine, const Exchange& through, const std::vector<Value>& results) {
    const std::vector<int> axes = b.f[routine].axes;
    std::size_t next = through.numbers.size();
    std::vector<std::pair<Value, Value>> written;
    for (std::size_t k : through.yields)
      if (axes[k] >= 0) written.emplace_back(op.operands[static_cast<std::size_t>(axes[k])], results[next++]);
    for (std::size_t i : through.borrowed) replace(op.operands[i], results[next++]);
    for (const auto& [to, adjoint] : written) hand(to, adjoint, true);
    for (std::size_t n = 0; n < through.numbers.size(); ++n)
      if (const Value to = op.operands[through.numbers[n]]; is_active[to.id]) hand(to, results[n], true);
  }

  void write_routine(Value routine) {
    const Exchange through = exchange_of(b.f, is_active, routine);
    const Region body = b.f[routine].regions[0];
    const std::vector<int> axes = b.f[routine].axes;
    Region r, *outer = std::exchange(b.region, &r);
    place(routine);
    b.parameter(r, counter);
    std::vector<Value> given, arrays;
    std::vector<int> places(through.numbers.size(), -1);
    const auto take = [&](Value like, Value owner) {
      given.push_back(adopt(r, like));
      if (!owner) return;
      arrays.push_back(owner);
      places.push_back(static_cast<int>(r.params.size()) - 1);
    };
    for (std::size_t k : through.yields)
      take(body.yields[k], axes[k] < 0 ? Value{} : body.params[static_cast<std::size_t>(axes[k])]);
    for (std::size_t i : through.borrowed) take(body.params[i], body.params[i]);
    for (std::size_t n = 0; n < through.borrowed.size(); ++n)
      adjoints.set_owned(body.params[through.borrowed[n]], given[through.yields.size() + n]);
    for (std::size_t n = 0; n < through.yields.size(); ++n)
      hand(body.yields[through.yields[n]], given[n], true);
    ops(body.ops);
    for (std::size_t i : through.numbers) r.yields.push_back(adjoints.carried(body.params[i]));
    for (Value array : arrays) r.yields.push_back(adjoints.carried(array));
    b.region = outer;
    b.f[mirrors[routine.id]].regions[0] = std::move(r);
    b.f[mirrors[routine.id]].axes = std::move(places);
  }

  // Writes the routines that have been asked for, and those that these ask for, and puts them in front.
  void write_routines() {
    adjoints.pool.clear();
    std::vector<Value> made;
    for (std::size_t i = 0; i < routines.size(); ++i) {
      write_routine(routines[i]);
      made.push_back(mirrors[routines[i].id]);
      adjoints.pool.clear();
    }
    std::vector<Value>& all = b.f.body.ops;
    const auto first =
        std::find_if(all.begin(), all.end(), [&](Value v) { return b.f[v].kind != Kind::routine; });
    all.insert(first, made.begin(), made.end());
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
  Reverse sweep{b, at, is_active, frames, adjoints};
  const std::vector<Value> forward = b.f.body.ops;
  const std::size_t primal = is_active.size();
  for (auto it = forward.rbegin(); it != forward.rend(); ++it)
    if (it->id < primal) sweep.step(*it);
  sweep.write_routines();
  return sweep.mirrors;
}

}  // namespace nndiff::grad
