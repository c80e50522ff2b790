// The copier. Operations are visited in order, so that operands always precede their users.
#include "opt/rebuild.h"

#include <algorithm>
#include <map>

#include "ir/linear.h"

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Value;

Function like(const Function& f) {
  return {.name = f.name,
          .qualified = f.qualified,
          .mode = f.mode,
          .signature = f.signature,
          .result_type = f.result_type,
          .result = f.result,
          .loc = f.loc,
          .params = f.params,
          .ops = {},
          .body = {},
          .outputs = f.outputs,
          .upstream = f.upstream,
          .foreigns = f.foreigns,
          .statements = f.statements};
}

void remap_boundary(Function& f, const Region& body, std::span<const Value> map) {
  for (ir::Param& p : f.params)
    for (ir::Leaf& leaf : p.leaves) leaf.value = map[leaf.value.id];
  if (f.upstream) f.upstream = map[f.upstream->id];
  for (Value v : body.yields) f.body.yields.push_back(map[v.id]);
}

namespace {

class Copier {
 public:
  Copier(const Function& f, const Pass& pass)
      : f_(f), pass_(pass), g_(like(f)), map_(f.ops.size()), results_(f.ops.size()) {}

  Function run() {
    open_.push_back({&g_.body, false});
    for (Value v : f_.body.ops) visit(v);
    remap_boundary(g_, f_.body, map_);
    return std::move(g_);
  }
  bool changed = false;

 private:
  // What a result of the old function has become: a value at hand, or another number.
  struct Result {
    Value value;
    int index = 0;
  };
  struct Open {
    Region* region;
    bool is_loop;
  };

  op::Builder builder(const Op& op) {
    op::Builder b(g_);
    b.region = open_.back().region;
    b.loc = op.loc;
    b.statement = op.statement;
    b.sweep = op.sweep;
    return b;
  }

  // Values made since are at home in the innermost open region, unless they were put elsewhere.
  void note_depth(std::size_t depth) { depth_.resize(g_.ops.size(), depth); }
  std::size_t depth() const { return open_.size() - 1; }

  void visit(Value v) {
    if (pass_.drops && pass_.drops(v)) return;
    Op op = f_[v];
    const std::vector<Region> regions = std::move(op.regions);
    op.regions.clear();
    for (Value& o : op.operands) o = map_[o.id];
    switch (op.kind) {
      case Kind::loop:
        return loop(v, op, regions[0]);
      case Kind::branch:
        return branch(v, op, regions);
      case Kind::routine:
        return routine(v, op, regions[0]);
      case Kind::call:
        return call(v, op);
      case Kind::result: {
        const Result& r = results_[f_[v].operands[0].id][static_cast<std::size_t>(op.index)];
        op.index = r.index;
        map_[v.id] = r.value ? r.value : builder(op).append(op);
        return note_depth(depth());
      }
      default:
        map_[v.id] = plain(std::move(op));
    }
  }

  Value plain(Op op) {
    op::Builder b = builder(op);
    if (pass_.replace)
      if (const auto value = pass_.replace(b, op)) {
        note_depth(depth());
        return *value;
      }
    const std::size_t at = pass_.hoists ? home(op) : depth();
    b.region = open_[at].region;
    if (op.kind == Kind::dimension) named_.insert_or_assign(std::string(op.dim.name()), at);
    const Value made = b.append(std::move(op));
    note_depth(at);
    if (pass_.appended) pass_.appended(g_[made], made);
    return made;
  }

  // The outermost region in which a computation can stand: in front of the loops around it in which its
  // operands don't change. What may fail or costs memory stays where it is, and so does what is chosen.
  std::size_t home(const Op& op) const {
    if (is_unique(op) || op.kind == Kind::load || op.kind == Kind::input) return depth();
    const bool divides = op.kind == Kind::map && (op.map == ir::Map::div || op.map == ir::Map::rem);
    if (divides && !ir::is_floating(op.type.elem)) return depth();
    std::size_t needed = 0;
    for (Value o : op.operands) needed = std::max({needed, depth_[o.id], depth_[ir::base_of(g_, o).id]});
    const auto name = [&](std::string_view n) {
      if (const auto found = named_.find(n); found != named_.end()) needed = std::max(needed, found->second);
    };
    for (const ir::Dim& d : op.type.shape) d.for_each_name(name);
    if (op.kind == Kind::size) op.dim.for_each_name(name);
    std::size_t at = depth();
    while (at > needed && open_[at].is_loop) --at;
    return at;
  }

  void region(const Region& from, Region& to, bool is_loop) {
    open_.push_back({&to, is_loop});
    if (pass_.enter) pass_.enter();
    for (Value v : from.ops) visit(v);
    if (pass_.leave) pass_.leave();
    open_.pop_back();
  }

  bool keeps(Value of, std::size_t i) const { return !pass_.drops_yield || !pass_.drops_yield(of, i); }

  bool is_number(Value v, double number) const {
    return g_[v].kind == Kind::constant && g_[v].number == number;
  }

  void loop(Value v, const Op& op, const Region& body) {
    std::vector<Result>& results = results_[v.id];
    results.assign(body.yields.size(), {});
    op::Builder b = builder(op);
    const bool goes = !op.is_while || is_number(op.operands[1], 1);
    const bool never = is_number(op.operands[0], 0) || (op.is_while && is_number(op.operands[1], 0));
    if (never || (goes && is_number(op.operands[0], 1))) return unroll(v, op, body, never ? 0 : 1);
    Region made;
    std::vector<Value> initial;
    std::vector<std::size_t> carried;
    open_.push_back({&made, true});
    b.region = &made;
    map_[body.params[0].id] = b.parameter(made, f_[body.params[0]].type);
    // A condition that never changes is none.
    Op kept = op;
    kept.is_while = op.is_while && !(body.yields[0] == body.params[1] && is_number(op.operands[1], 1));
    for (std::size_t i = 0; i < body.yields.size(); ++i) {
      const Value old = body.params[i + 1], start = op.operands[i + 1];
      const bool is_go = kept.is_while && i == 0;
      if (!is_go && body.yields[i] == old) {
        map_[old.id] = results[i].value = start;
        changed = true;
      } else if (is_go || keeps(v, i)) {
        map_[old.id] = b.parameter(made, f_[old].type);
        g_[map_[old.id]].name = f_[old].name;
        initial.push_back(start);
        carried.push_back(i);
      } else {
        map_[old.id] = start;  // only what is dropped uses it
      }
    }
    note_depth(depth());
    open_.pop_back();
    region(body, made, true);
    for (std::size_t i : carried) made.yields.push_back(map_[body.yields[i].id]);
    finish(v, b, loop_of(kept, initial, std::move(made)), carried);
  }

  static Op loop_of(const Op& from, const std::vector<Value>& initial, Region body) {
    Op op = from;
    op.operands.resize(1);
    op.operands.insert(op.operands.end(), initial.begin(), initial.end());
    op.regions.push_back(std::move(body));
    return op;
  }

  // Appends a loop or branch that yields `kept` of what the old one did.
  void finish(Value v, op::Builder& b, Op op, const std::vector<std::size_t>& kept) {
    b.region = open_.back().region;
    map_[v.id] = b.append(std::move(op));
    for (std::size_t k = 0; k < kept.size(); ++k) results_[v.id][kept[k]].index = static_cast<int>(k);
    note_depth(depth());
  }

  // A loop of no or one round.
  void unroll(Value v, const Op& op, const Region& body, int rounds) {
    changed = true;
    op::Builder b = builder(op);
    map_[v.id] = b.constant(rounds, op.type);
    map_[body.params[0].id] = b.constant(0, op.type);
    note_depth(depth());
    for (std::size_t i = 0; i < body.yields.size(); ++i) map_[body.params[i + 1].id] = op.operands[i + 1];
    if (rounds > 0)
      for (Value inner : body.ops) visit(inner);
    for (std::size_t i = 0; i < body.yields.size(); ++i)
      results_[v.id][i].value = rounds > 0 ? map_[body.yields[i].id] : op.operands[i + 1];
  }

  void branch(Value v, const Op& op, const std::vector<Region>& regions) {
    std::vector<Result>& results = results_[v.id];
    results.assign(regions[0].yields.size(), {});
    const Op& condition = g_[op.operands[0]];
    if (condition.kind == Kind::constant) {
      changed = true;
      const Region& taken = regions[condition.number != 0 ? 0 : 1];
      map_[v.id] = op.operands[0];
      for (Value inner : taken.ops) visit(inner);
      for (std::size_t i = 0; i < results.size(); ++i) results[i].value = map_[taken.yields[i].id];
      return;
    }
    Op made = op;
    for (const Region& from : regions) {
      Region to;
      region(from, to, false);
      made.regions.push_back(std::move(to));
    }
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!keeps(v, i)) continue;
      const Value yes = map_[regions[0].yields[i].id], no = map_[regions[1].yields[i].id];
      if (yes == no && depth_[yes.id] <= depth()) {
        results[i].value = yes;
        changed = true;
        continue;
      }
      made.regions[0].yields.push_back(yes);
      made.regions[1].yields.push_back(no);
      kept.push_back(i);
    }
    op::Builder b = builder(op);
    finish(v, b, std::move(made), kept);
  }

  bool keeps_parameter(Value param) const { return !pass_.drops || !pass_.drops(param); }

  // The places of what routine `old` still yields, among the parameters that are left.
  std::vector<int> places_left(Value old) const {
    const Op& op = f_[old];
    const std::vector<Value>& params = op.regions[0].params;
    std::vector<int> places;
    for (std::size_t k = 0; k < op.axes.size(); ++k) {
      if (!keeps(old, k)) continue;
      const auto end = params.begin() + std::max(op.axes[k], 0);
      const auto before = std::count_if(params.begin(), end, [&](Value p) { return keeps_parameter(p); });
      places.push_back(op.axes[k] < 0 ? -1 : static_cast<int>(before));
    }
    return places;
  }

  void routine(Value v, const Op& op, const Region& body) {
    Region made;
    open_.push_back({&made, false});
    op::Builder b = builder(op);
    for (Value p : body.params) {
      if (!keeps_parameter(p)) continue;
      map_[p.id] = b.parameter(made, f_[p].type);
      g_[map_[p.id]].name = f_[p].name;
    }
    note_depth(depth());
    open_.pop_back();
    region(body, made, false);
    for (std::size_t i = 0; i < body.yields.size(); ++i)
      if (keeps(v, i)) made.yields.push_back(map_[body.yields[i].id]);
    Op kept = op;
    kept.axes = places_left(v);
    kept.regions.push_back(std::move(made));
    op::Builder outer = builder(op);
    map_[v.id] = outer.append(std::move(kept));
    note_depth(depth());
  }

  void call(Value v, const Op& op) {
    const Value routine = routine_of(f_, f_[v]);
    const Region& body = f_[routine].regions[0];
    Op kept = op;
    kept.operands.clear();
    for (std::size_t i = 0; i < op.operands.size(); ++i)
      if (keeps_parameter(body.params[i])) kept.operands.push_back(op.operands[i]);
    kept.axes = places_left(routine);
    results_[v.id].assign(body.yields.size(), {});
    int next = 0;
    for (std::size_t k = 0; k < body.yields.size(); ++k)
      if (keeps(routine, k)) results_[v.id][k].index = next++;
    op::Builder b = builder(op);
    map_[v.id] = b.append(std::move(kept));
    note_depth(depth());
  }

  const Function& f_;
  const Pass& pass_;
  Function g_;
  std::vector<Value> map_;
  std::vector<std::vector<Result>> results_;               // by loop, branch or call of the old function
  std::vector<Open> open_;                                 // the regions being filled, innermost last
  std::map<std::string, std::size_t, std::less<>> named_;  // how deep sizes get their names
  std::vector<std::size_t> depth_;  // by new value: how deep the region is that holds it
};

}  // namespace

Function rebuild(const Function& f, const Pass& pass, bool& changed) {
  Copier copier(f, pass);
  Function g = copier.run();
  changed |= copier.changed;
  return g;
}

}  // namespace nndiff::opt
