// Forward mode: tangents beside values, region by region, in the order of execution.
#include "grad/forward.h"

#include <algorithm>
#include <map>
#include <utility>

#include "grad/activity.h"
#include "grad/adjoints.h"
#include "grad/layout.h"
#include "grad/prune.h"
#include "grad/rules.h"

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Type;
using ir::Value;

namespace {

struct Forward {
  op::Builder& b;
  Function& f = b.f;
  std::vector<bool> carries = carriers(f);
  std::vector<Value> tangents = std::vector<Value>(f.ops.size());
  std::map<Value, Value> directions = {};           // by input
  std::map<std::pair<Value, int>, int> slots = {};  // by number of a region's yield: its tangent's

  Value of(Value v) const { return v.id < tangents.size() ? tangents[v.id] : Value{}; }

  Value zero(const Type& type) { return is_unknown(type) ? b.alloc(type) : b.constant(0, type); }

  // The tangent of `v` as a loop, a branch or an output can hold it.
  Value whole(Value v) { return of(v) ? of(v) : zero(f[v].type); }

  void set(Value v, Value tangent) {
    tangents[v.id] = tangent;
    if (f[tangent].name.empty() && !f[v].name.empty() && tangent.id >= tangents.size())
      f[tangent].name = f[v].name + "_dot";
  }

  std::vector<Value> ops(const std::vector<Value>& primal) {
    Region out, *outer = std::exchange(b.region, &out);
    for (Value v : primal) step(v);
    b.region = outer;
    return std::move(out.ops);
  }

  void step(Value v) {
    b.loc = f[v].loc;
    b.statement = f[v].statement;
    b.sweep = f[v].sweep;
    if (f[v].kind == Kind::loop) return loop(v);
    if (f[v].kind == Kind::branch) return branch(v);
    if (f[v].kind == Kind::routine) return routine(v);
    if (f[v].kind == Kind::call) return call(v);
    b.region->ops.push_back(v);
    if (!carries[v.id]) return;
    switch (f[v].kind) {
      case Kind::input:
        return input(v);
      case Kind::result:
        return result(v);
      case Kind::alloc:
      case Kind::copy:
      case Kind::load:
      case Kind::store:
      case Kind::accumulate:
      case Kind::grow:
        return memory(v);
      default:
        return elementwise(v);
    }
  }

  void input(Value v) {
    const auto direction = directions.find(v);
    if (direction != directions.end()) {
      b.region->ops.push_back(direction->second);
      return set(v, direction->second);
    }
    set(v, zero(f[v].type));
  }

  // An operation on whole values. An array that is only written later begins with a tangent of zeros.
  void elementwise(Value v) {
    std::vector<Value> given;
    for (Value o : f[v].operands) given.push_back(of(o));
    if (const auto t = given.empty() ? std::nullopt : tangent(b, v, given))
      set(v, *t);
    else if (!f[v].type.shape.empty())
      set(v, zero(f[v].type));
  }

  std::vector<Value> index(const Op& op, std::size_t first) const {
    return {op.operands.begin() + static_cast<long>(first), op.operands.end()};
  }

  void memory(Value v) {
    const Op op = f[v];
    const Value array = op.operands.empty() ? Value{} : op.operands[0], t = array ? of(array) : Value{};
    switch (op.kind) {
      case Kind::alloc:
        return set(v, b.alloc(op.type));
      case Kind::copy:
        return set(v, t ? b.copy(t) : b.zeros(op.type));
      case Kind::grow:
        return set(v, b.grow(t, op.operands[1]));
      case Kind::load:
        return t ? set(v, b.load(t, index(op, 1), op.type.shape)) : void();
      default:
        return write(v, op, t);
    }
  }

  void write(Value v, const Op& op, Value t) {
    const Value element = of(op.operands[1]);
    if (op.kind == Kind::accumulate) return set(v, element ? b.accumulate(t, element, index(op, 2)) : t);
    const Value what = element ? element : b.constant(0, f[op.operands[1]].type);
    set(v, b.store(t, what, index(op, 2)));
  }

  void result(Value v) {
    const Value of = f[v].operands[0];
    const auto slot = slots.find({f[of].kind == Kind::call ? routine_of(f, f[of]) : of, f[v].index});
    if (slot == slots.end()) return;
    Op op = f[v];
    op.index = slot->second;
    op.name = {};
    set(v, b.append(std::move(op)));
  }

  // Results `k` of `v` whose tangents it hands on; the first of their numbers.
  std::vector<std::size_t> claim(Value v, auto is_wanted) {
    std::vector<std::size_t> out;
    const std::size_t count = f[v].regions[0].yields.size();
    for (std::size_t k = 0; k < count; ++k) {
      if (!ir::is_floating(f[f[v].regions[0].yields[k]].type.elem) || !is_wanted(k)) continue;
      slots[{v, static_cast<int>(k)}] = static_cast<int>(count + out.size());
      out.push_back(k);
    }
    return out;
  }

  // The operations of region number `r`, and the tangents of what it yields.
  void region(Value v, std::size_t r, const std::vector<std::size_t>& wanted) {
    const Op at = f[v];
    Region out, *outer = std::exchange(b.region, &out);
    for (Value inner : at.regions[r].ops) step(inner);
    b.loc = at.loc;
    b.statement = at.statement;
    b.sweep = at.sweep;
    for (std::size_t k : wanted) out.yields.push_back(whole(at.regions[r].yields[k]));
    b.region = outer;
    Region& own = f[v].regions[r];
    own.ops = std::move(out.ops);
    own.yields.insert(own.yields.end(), out.yields.begin(), out.yields.end());
  }

  void loop(Value v) {
    const Op op = f[v];
    const Region& body = op.regions[0];
    const std::vector<std::size_t> wanted =
        claim(v, [&](std::size_t k) { return carries[body.params[k + 1].id]; });
    std::vector<Value> initial;
    for (std::size_t k : wanted) initial.push_back(whole(op.operands[k + 1]));
    Region params;
    for (std::size_t k : wanted) {
      const Value p = body.params[k + 1];
      set(p, b.parameter(params, f[p].type));
    }
    region(v, 0, wanted);
    f[v].operands.insert(f[v].operands.end(), initial.begin(), initial.end());
    std::vector<Value>& own = f[v].regions[0].params;
    own.insert(own.end(), params.params.begin(), params.params.end());
    b.region->ops.push_back(v);
  }

  // Yields of routines whose tangents they hand on, before any of them is called.
  void claim_routines() {
    for (Value v : f.body.ops)
      if (f[v].kind == Kind::routine)
        claim(v, [&](std::size_t k) { return carries[f[v].regions[0].yields[k].id]; });
  }

  // Parameters of a routine that have tangents; their tangents follow all of them, in order.
  std::vector<std::size_t> given(Value routine) const {
    const std::vector<Value>& params = f[routine].regions[0].params;
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < params.size() && params[i].id < carries.size(); ++i)
      if (carries[params[i].id]) out.push_back(i);
    return out;
  }

  // Where the tangents of what a routine yields are, as `axes` say it.
  std::vector<int> places(const Op& op, const std::vector<std::size_t>& wanted,
                          const std::vector<std::size_t>& given, std::size_t params) const {
    std::vector<int> out = op.axes;
    for (std::size_t k : wanted) {
      const auto at = std::find(given.begin(), given.end(), static_cast<std::size_t>(op.axes[k]));
      out.push_back(op.axes[k] < 0 ? -1 : static_cast<int>(params) + static_cast<int>(at - given.begin()));
    }
    return out;
  }

  // The yields of a routine that are claimed.
  std::vector<std::size_t> claimed(Value routine, std::size_t yields) const {
    std::vector<std::size_t> out;
    for (std::size_t k = 0; k < yields; ++k)
      if (slots.count({routine, static_cast<int>(k)})) out.push_back(k);
    return out;
  }

  void routine(Value v) {
    const Op op = f[v];
    const std::vector<Value>& own = op.regions[0].params;
    const std::vector<std::size_t> wanted = claimed(v, op.axes.size()), more = given(v);
    Region params;
    for (std::size_t i : more) set(own[i], b.parameter(params, f[own[i]].type));
    region(v, 0, wanted);
    std::vector<Value>& all = f[v].regions[0].params;
    all.insert(all.end(), params.params.begin(), params.params.end());
    f[v].axes = places(op, wanted, more, own.size());
    b.region->ops.push_back(v);
  }

  void call(Value v) {
    const Op op = f[v];
    const Value of = routine_of(f, op);
    const std::vector<std::size_t> more = given(of);
    std::vector<Value> tangents;
    for (std::size_t i : more) tangents.push_back(whole(op.operands[i]));
    std::vector<Value>& operands = f[v].operands;
    operands.insert(operands.end(), tangents.begin(), tangents.end());
    f[v].axes = places(op, claimed(of, op.axes.size()), more, op.operands.size());
    b.region->ops.push_back(v);
  }

  void branch(Value v) {
    const Op op = f[v];
    const std::vector<std::size_t> wanted = claim(v, [&](std::size_t k) {
      return carries[op.regions[0].yields[k].id] || carries[op.regions[1].yields[k].id];
    });
    for (std::size_t r : {0, 1}) region(v, r, wanted);
    b.region->ops.push_back(v);
  }
};

// The parameter that holds the direction: like what is differentiated, leaf by leaf. Memory behind a pointer
// or span that the function overwrites has its tangent overwritten in the same way.
ir::Param direction_of(const Function& f) {
  ir::Param direction;
  direction.name = "direction";
  direction.type = "nn::Tangents<&::" + f.qualified + ">";
  direction.is_aggregate = true;
  for (const ir::Leaf* leaf : ir::leaves(f)) {
    if (!leaf->wanted) continue;
    ir::Leaf own = *leaf;
    own.path = "direction." + leaf->path;
    own.wanted = false;
    own.written = leaf->written && (leaf->holder == ir::Holder::pointer || leaf->holder == ir::Holder::span);
    direction.leaves.push_back(std::move(own));
  }
  return direction;
}

std::map<Value, Value> add_direction(Function& f) {
  std::map<Value, Value> out;
  ir::Param direction = direction_of(f);
  int index = static_cast<int>(ir::leaves(f).size());
  std::size_t next = 0;
  for (const ir::Leaf* leaf : ir::leaves(f)) {
    if (!leaf->wanted) continue;
    Op input{.kind = Kind::input, .type = leaf->type, .index = index++, .loc = f.loc};
    out[leaf->value] = direction.leaves[next++].value = f.make(std::move(input));
  }
  f.params.push_back(std::move(direction));
  return out;
}

// The tangent of each result, or of each gradient where there are any.
void add_outputs(Forward& forward, const std::vector<int>& leaf_of) {
  using Role = ir::Output::Role;
  Function& f = forward.f;
  const std::vector<ir::Output> outputs = f.outputs;
  const bool second = outputs.back().role == Role::gradient;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].role != (second ? Role::gradient : Role::primal)) continue;
    const Value t = forward.of(f.body.yields[i]);
    const Type type = f[f.body.yields[i]].type;
    f.body.yields.push_back(t ? t : is_unknown(type) ? forward.b.zeros(type) : forward.b.constant(0, type));
    if (second)
      f.outputs.push_back({Role::gradient, leaf_of[static_cast<std::size_t>(outputs[i].leaf)]});
    else
      f.outputs.push_back({Role::tangent, -1});
  }
}

// What the user has given is a derivative backwards.
void refuse_foreign(const Function& f) {
  const std::vector<bool> carries = carriers(f);
  ir::for_each(f, f.body, [&](Value v) {
    const Op& op = f[v];
    if (op.kind != Kind::foreign) return;
    const bool matters =
        std::any_of(op.operands.begin(), op.operands.end(), [&](Value o) { return carries[o.id]; });
    if (matters)
      throw ir::Refusal({ir::Severity::error, op.loc,
                         "'" + f.foreigns[static_cast<std::size_t>(op.index)].name +
                             "' has a derivative of the user's, and only for reverse mode: leave '" + f.name +
                             "' without NN_MODES, or give that function a body that nn-diff can read"});
  });
}

// Zeros would have to be made for as many elements as the function happens to write.
void refuse_unbounded(const Function& f) {
  const std::vector<bool> carries = carriers(f);
  for (const ir::Leaf* leaf : ir::leaves(f))
    if (carries[leaf->value.id] && !leaf->wanted && is_unknown(leaf->type))
      throw ir::Refusal(
          {ir::Severity::error, f.loc,
           "'" + leaf->path + "' points at memory that '" + f.name +
               "' overwrites with what depends on the differentiated parameters; its tangent needs "
               "memory too, so name it in NN_DIFF"});
}

}  // namespace

Function push_forward(const Function& primal) {
  refuse_foreign(primal);
  refuse_unbounded(primal);
  Function f = primal;
  f.mode = primal.mode.empty() ? "jvp" : "hvp";
  if (f.outputs.empty()) f.outputs = {{ir::Output::Role::primal, -1}};
  if (has_regions(f)) prune(f);
  std::vector<int> leaf_of;  // by leaf: that of the direction
  int next = static_cast<int>(ir::leaves(f).size());
  for (const ir::Leaf* leaf : ir::leaves(f)) leaf_of.push_back(leaf->wanted ? next++ : -1);
  op::Builder b(f);
  Forward forward{b};
  forward.directions = add_direction(f);
  forward.claim_routines();
  f.body.ops = forward.ops(f.body.ops);
  b.loc = f.loc;
  b.statement = -1;
  add_outputs(forward, leaf_of);
  if (has_regions(f)) prune(f);
  return f;
}

}  // namespace nndiff::grad
