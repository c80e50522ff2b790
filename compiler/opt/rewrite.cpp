// The rewriting driver: each round rebuilds the function.
#include "opt/rewrite.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "ir/sizes.h"
#include "opt/rebuild.h"

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Value;

namespace {

bool is_commutative(const Op& op) {
  if (op.kind != Kind::map) return false;
  switch (op.map) {
    case ir::Map::add:
    case ir::Map::mul:
    case ir::Map::eq:
    case ir::Map::ne:
      return true;
    default:
      return false;
  }
}

// Of what decides an operation's value, that which differs most often.
std::size_t hash_of(const Op& op) {
  std::size_t hash = static_cast<std::size_t>(op.kind);
  const auto mix = [&](std::size_t x) { hash = (hash ^ x) * 0x9e3779b97f4a7c15U + (hash >> 29); };
  mix(static_cast<std::size_t>(op.map));
  mix(static_cast<std::size_t>(op.index));
  mix(std::bit_cast<std::uint64_t>(op.number));
  std::size_t sum = 0;
  for (Value o : op.operands) {
    sum += o.id;
    if (!is_commutative(op)) mix(o.id);
  }
  mix(sum);
  return hash;
}

bool have_same_operands(const Op& a, const Op& b) {
  return a.operands == b.operands ||
         (is_commutative(a) &&
          std::is_permutation(a.operands.begin(), a.operands.end(), b.operands.begin(), b.operands.end()));
}

// Whether two operations compute the same value.
bool are_same(const Op& a, const Op& b) {
  const auto rest = [](const Op& op) {
    return std::tuple(op.kind, op.map, op.reducer, op.trans_a, op.trans_b, op.checked, op.index,
                      std::bit_cast<std::uint64_t>(op.number));
  };
  return rest(a) == rest(b) && have_same_operands(a, b) && a.axes == b.axes && a.type == b.type &&
         a.dim == b.dim;
}

// What is known where: an inner region sees what is around it, and is forgotten with all it knows.
class Known {
 public:
  std::optional<Value> find(const Function& f, const Op& op, std::size_t hash) const {
    const auto bucket = values_.find(hash);
    if (bucket == values_.end()) return std::nullopt;
    for (Value v : bucket->second)
      if (are_same(f[v], op)) return v;
    return std::nullopt;
  }
  void add(std::size_t hash, Value v) {
    values_[hash].push_back(v);
    order_.push_back(hash);
  }
  void enter() { marks_.push_back(order_.size()); }
  void leave() {
    for (; order_.size() > marks_.back(); order_.pop_back()) values_.at(order_.back()).pop_back();
    marks_.pop_back();
  }

 private:
  std::unordered_map<std::size_t, std::vector<Value>> values_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> marks_;
};

// What the results need.
class Liveness {
 public:
  explicit Liveness(const Function& f)
      : f_(f), sizes_(f), is_live_(f.ops.size()), live_yields_(f.ops.size()), loop_of_(f.ops.size()) {
    for (std::uint32_t i = 0; i < f.ops.size(); ++i)
      if (f.ops[i].kind == Kind::loop || f.ops[i].kind == Kind::routine)
        for (Value p : f.ops[i].regions[0].params) loop_of_[p.id] = Value{i};
    for (Value v : f.body.yields) mark(v);
    while (!open_.empty()) {
      const Value v = open_.back();
      open_.pop_back();
      follow(v);
    }
  }
  bool is_live(Value v) const { return is_live_[v.id]; }
  bool is_live(Value of, std::size_t yield) const { return live_yields_[of.id].count(yield) > 0; }
  /// Nothing can be dropped, nor any number be saved.
  bool all() const {
    for (std::uint32_t i = 0; i < f_.ops.size(); ++i) {
      const auto& regions = f_.ops[i].regions;
      if (!is_live_[i] || (!regions.empty() && live_yields_[i].size() < regions[0].yields.size()))
        return false;
    }
    return true;
  }

 private:
  void mark(Value v) {
    if (is_live_[v.id]) return;
    is_live_[v.id] = true;
    open_.push_back(v);
    for (const ir::Dim& d : f_[v].type.shape) mark_names(v, d);
    if (f_[v].kind == Kind::size) mark_names(v, f_[v].dim);
  }

  // A shape needs the operations that give its sizes their names.
  void mark_names(Value user, const ir::Dim& dim) {
    dim.for_each_name([&](std::string_view name) {
      for (Value v : sizes_.of(name, user)) mark(v);
    });
  }

  void mark(Value of, std::size_t yield) {
    if (!live_yields_[of.id].insert(yield).second) return;
    mark(of);
    const Op& op = f_[of];
    for (const ir::Region& r : op.regions) mark(r.yields[yield]);
    if (op.kind == Kind::loop) mark(op.operands[yield + 1]);
    if (op.kind == Kind::call) mark(routine_of(f_, op), yield);
    if (op.kind == Kind::routine && op.axes[yield] >= 0)
      mark(op.regions[0].params[static_cast<std::size_t>(op.axes[yield])]);
  }

  // A routine's parameter needs what its calls give it, and what it becomes in its own place.
  void follow_parameter(Value routine, std::size_t at) {
    mark(routine);
    const Op& op = f_[routine];
    for (std::size_t k = 0; k < op.axes.size(); ++k)
      if (op.axes[k] == static_cast<int>(at)) mark(routine, k);
    for (Value call : calls_[op.index]) mark(f_[call].operands[at]);
  }

  // A call gives its routine what that needs.
  void follow_call(Value call) {
    const Op& op = f_[call];
    const Value routine = routine_of(f_, op);
    mark(routine);
    calls_[op.index].push_back(call);
    for (std::size_t i = 0; i < op.operands.size(); ++i)
      if (is_live_[f_[routine].regions[0].params[i].id]) mark(op.operands[i]);
  }

  void follow(Value v) {
    const Op& op = f_[v];
    if (op.kind == Kind::result) return mark(op.operands[0], static_cast<std::size_t>(op.index));
    if (op.kind == Kind::parameter) {
      const Value loop = loop_of_[v.id];
      const auto& params = f_[loop].regions[0].params;
      const auto at = static_cast<std::size_t>(std::find(params.begin(), params.end(), v) - params.begin());
      if (f_[loop].kind == Kind::routine) return follow_parameter(loop, at);
      return at == 0 ? mark(loop) : mark(loop, at - 1);
    }
    if (op.kind == Kind::call) return follow_call(v);
    if (op.kind == Kind::loop) {
      mark(op.operands[0]);
      if (op.is_while) mark(v, 0);
      return;
    }
    for (Value o : op.operands) mark(o);
  }

  const Function& f_;
  ir::Sizes sizes_;
  std::vector<bool> is_live_;
  std::vector<std::set<std::size_t>> live_yields_;
  std::vector<Value> loop_of_;               // by parameter: the loop, or the routine
  std::map<int, std::vector<Value>> calls_;  // by routine: the live ones
  std::vector<Value> open_;
};

}  // namespace

Function merge_equal(const Function& f) {
  Known known;
  std::size_t hash = 0;  // of the operation that was looked for last
  Pass pass;
  pass.enter = [&] { known.enter(); };
  pass.leave = [&] { known.leave(); };
  pass.replace = [&](op::Builder& b, const Op& op) -> std::optional<Value> {
    if (is_unique(op) || op.kind == Kind::input) return std::nullopt;
    hash = hash_of(op);
    const auto same = known.find(b.f, op, hash);
    if (same && b.f[*same].name.empty()) b.f[*same].name = op.name;
    return same;
  };
  pass.appended = [&](const Op& op, Value v) {
    if (!is_unique(op) && op.kind != Kind::input) known.add(hash, v);
  };
  bool changed = false;
  return rebuild(f, pass, changed);
}

Function drop_dead(Function f) {
  const Liveness liveness(f);
  if (liveness.all()) return f;
  Pass pass;
  pass.drops = [&](Value v) { return f[v].kind != Kind::input && !liveness.is_live(v); };
  pass.drops_yield = [&](Value of, std::size_t i) { return !liveness.is_live(of, i); };
  bool changed = false;
  return rebuild(f, pass, changed);
}

Function hoist_invariants(const Function& f) {
  Pass pass;
  pass.hoists = true;
  bool changed = false;
  return rebuild(f, pass, changed);
}

namespace {

std::optional<Value> first_of(std::span<const Rule> rules, op::Builder& b, const Op& op) {
  for (Rule rule : rules) {
    const std::size_t before = b.f.ops.size();
    const auto replacement = rule(b, op);
    if (!replacement) continue;
    if (b.f[*replacement].type != op.type)
      ir::bug("a rewrite of " + std::string(name_of(op.kind)) + " changed its type");
    if (replacement->id >= before && b.f[*replacement].name.empty()) b.f[*replacement].name = op.name;
    return replacement;
  }
  return std::nullopt;
}

}  // namespace

Function rewrite(Function f, std::span<const Rule> rules) {
  // Every rule makes the function simpler in a well-founded order; a function that does not settle is a
  // mistake here.
  for (int round = 0; round < 200; ++round) {
    bool changed = false;
    Pass pass;
    pass.replace = [&](op::Builder& b, const Op& op) {
      const auto replacement = first_of(rules, b, op);
      changed |= replacement.has_value();
      return replacement;
    };
    f = rebuild(f, pass, changed);
    f = drop_dead(merge_equal(f));
    if (!changed) return f;
  }
  ir::bug("simplification does not settle");
}

}  // namespace nndiff::opt
