// Functions without what nothing needs, numbered in their order of execution, and their regions as a tree.
#include "plan/compact.h"

#include <algorithm>

#include "ir/sizes.h"

namespace nndiff::plan {

namespace {

// Which operations, and which values that loops and branches yield, are needed.
struct Live {
  const Function& f;
  std::vector<bool> needed = std::vector<bool>(f.ops.size());
  std::vector<Value> owner = std::vector<Value>(f.ops.size());   // the loop or branch around a value
  std::vector<int> number = std::vector<int>(f.ops.size(), -1);  // of a loop's parameter
  std::map<std::pair<Value, std::size_t>, bool> yielded = {};
  ir::Sizes sizes = ir::Sizes(f);
  std::vector<Value> open = {};

  void need_names(Value user, const ir::Dim& dim) {
    dim.for_each_name([&](std::string_view name) {
      for (Value v : sizes.of(name, user)) need(v);
    });
  }

  void find_owners(const ir::Region& r, Value around) {
    for (std::size_t i = 0; i < r.params.size(); ++i) {
      owner[r.params[i].id] = around;
      number[r.params[i].id] = static_cast<int>(i);
    }
    for (Value v : r.ops) {
      owner[v.id] = around;
      for (const ir::Region& inner : f[v].regions) find_owners(inner, v);
    }
  }

  void need(Value v) {
    if (!v || needed[v.id]) return;
    needed[v.id] = true;
    open.push_back(v);
  }

  void need_yield(Value of, std::size_t i) {
    bool& done = yielded[{of, i}];
    if (done) return;
    done = true;
    const Op& op = f[of];
    need(of);
    for (const ir::Region& r : op.regions) need(r.yields[i]);
    if (op.kind == Kind::loop) need(op.operands[i + 1]), need(op.regions[0].params[i + 1]);
  }

  void run() {
    while (!open.empty()) {
      const Value v = open.back();
      open.pop_back();
      const Op& op = f[v];
      need(owner[v.id]);
      for (const ir::Dim& dim : op.type.shape) need_names(v, dim);
      if (op.kind == Kind::size) need_names(v, op.dim);
      if (op.kind == Kind::routine) {
        for (Value p : op.regions[0].params) need(p);
        for (Value y : op.regions[0].yields) need(y);
      } else if (op.kind == Kind::call || (op.kind == Kind::result && f[op.operands[0]].kind == Kind::call)) {
        if (op.kind == Kind::call) need(routine_of(f, op));
        for (Value o : op.operands) need(o);
      } else if (op.kind == Kind::result) {
        need_yield(op.operands[0], static_cast<std::size_t>(op.index));
      } else if (op.kind == Kind::parameter && number[v.id] > 0 && f[owner[v.id]].kind == Kind::loop) {
        need_yield(owner[v.id], static_cast<std::size_t>(number[v.id]) - 1);
      } else if (op.kind == Kind::loop) {
        need(op.operands[0]);
        if (op.is_while) need_yield(v, 0);
      } else {
        for (Value o : op.operands) need(o);
      }
    }
  }
};

struct Compactor {
  const Function& f;
  const Live& live;
  Function g;
  std::vector<Value> renamed = std::vector<Value>(f.ops.size());

  void rename(std::vector<Value>& values) const {
    for (Value& v : values) v = renamed[v.id];
  }

  // A value that every round hands on unchanged is no longer carried.
  static bool is_handed_through(const Op& op, std::size_t i) {
    return op.kind == Kind::loop && op.regions[0].yields[i] == op.regions[0].params[i + 1] &&
           !(op.is_while && i == 0);
  }

  std::vector<std::size_t> yields_left(Value v) const {
    std::vector<std::size_t> left;
    for (std::size_t i = 0; i < f[v].regions[0].yields.size(); ++i) {
      const auto it = live.yielded.find({v, i});
      if (it != live.yielded.end() && !is_handed_through(f[v], i)) left.push_back(i);
    }
    return left;
  }

  void nest(Value v) {
    const Op& op = f[v];
    const std::vector<std::size_t> left = yields_left(v);
    Op copy = op;
    copy.regions.clear();
    copy.operands = {renamed[op.operands[0].id]};
    if (op.kind == Kind::loop) {
      for (std::size_t i : left) copy.operands.push_back(renamed[op.operands[i + 1].id]);
      for (std::size_t i = 0; i < op.regions[0].yields.size(); ++i)
        if (is_handed_through(op, i))
          renamed[op.regions[0].params[i + 1].id] = renamed[op.operands[i + 1].id];
    }
    const Value made = renamed[v.id] = g.make(std::move(copy));
    for (const ir::Region& from : op.regions) {
      ir::Region to;
      for (std::size_t i = 0; i < from.params.size(); ++i) {
        const bool stays = i == 0 || std::find(left.begin(), left.end(), i - 1) != left.end();
        if (stays) to.params.push_back(renamed[from.params[i].id] = g.make(f[from.params[i]]));
      }
      to.ops = region(from.ops);
      for (std::size_t i : left) to.yields.push_back(renamed[from.yields[i].id]);
      g[made].regions.push_back(std::move(to));
    }
  }

  // A routine takes and yields what it did.
  void routine(Value v) {
    Op copy = f[v];
    copy.regions.clear();
    const Value made = renamed[v.id] = g.make(std::move(copy));
    const ir::Region& from = f[v].regions[0];
    ir::Region to;
    for (Value p : from.params) to.params.push_back(renamed[p.id] = g.make(f[p]));
    to.ops = region(from.ops);
    to.yields = from.yields;
    rename(to.yields);
    g[made].regions.push_back(std::move(to));
  }

  // A result goes by its new number, or is what the loop was given and handed through.
  Value result(const Op& op) {
    const Op& of = f[op.operands[0]];
    if (of.kind == Kind::call) {
      Op copy = op;
      rename(copy.operands);
      return g.make(std::move(copy));
    }
    const auto index = static_cast<std::size_t>(op.index);
    if (is_handed_through(of, index)) return renamed[of.operands[index + 1].id];
    const std::vector<std::size_t> left = yields_left(op.operands[0]);
    Op copy = op;
    copy.operands = {renamed[op.operands[0].id]};
    copy.index = static_cast<int>(std::find(left.begin(), left.end(), index) - left.begin());
    return g.make(std::move(copy));
  }

  std::vector<Value> region(const std::vector<Value>& ops) {
    std::vector<Value> made;
    for (Value v : ops) {
      if (!live.needed[v.id]) continue;
      const Op& op = f[v];
      const std::size_t before = g.ops.size();
      if (op.kind == Kind::loop || op.kind == Kind::branch) {
        nest(v);
      } else if (op.kind == Kind::routine) {
        routine(v);
      } else if (op.kind == Kind::result) {
        renamed[v.id] = result(op);
      } else {
        Op copy = op;
        rename(copy.operands);
        renamed[v.id] = g.make(std::move(copy));
      }
      if (g.ops.size() > before) made.push_back(renamed[v.id]);
    }
    return made;
  }
};

}  // namespace

Function compact(const Function& f) {
  Live live{f};
  live.find_owners(f.body, {});
  for (Value y : f.body.yields) live.need(y);
  for (Value v : f.body.ops)
    if (f[v].kind == Kind::input) live.need(v);
  for (const ir::Leaf* leaf : ir::leaves(f)) live.need(leaf->value);
  if (f.upstream) live.need(*f.upstream);
  live.run();

  Compactor c{f, live, f};
  c.g.ops.clear();
  std::vector<Value> order;  // inputs may stand outside the body's list
  std::vector<bool> listed(f.ops.size());
  for (Value v : f.body.ops) listed[v.id] = true;
  for (Value v : f.body.ops)
    if (f[v].kind == Kind::routine) order.push_back(v);
  for (std::uint32_t i = 0; i < f.ops.size(); ++i)
    if (f.ops[i].kind == Kind::input && !listed[i]) order.push_back({i});
  for (Value v : f.body.ops)
    if (f[v].kind != Kind::routine) order.push_back(v);
  c.g.body.ops = c.region(order);
  c.rename(c.g.body.yields);
  for (ir::Param& param : c.g.params)
    for (ir::Leaf& leaf : param.leaves) leaf.value = leaf.value ? c.renamed[leaf.value.id] : leaf.value;
  if (c.g.upstream) c.g.upstream = c.renamed[c.g.upstream->id];
  return std::move(c.g);
}

bool is_code(Kind kind) {
  switch (kind) {
    case Kind::alloc:
    case Kind::copy:
    case Kind::load:
    case Kind::store:
    case Kind::accumulate:
    case Kind::grow:
    case Kind::dimension:
    case Kind::loop:
    case Kind::branch:
    case Kind::result:
    case Kind::foreign:
    case Kind::written:
    case Kind::routine:
    case Kind::call:
      return true;
    default:
      return false;
  }
}

bool has_code(const Function& f) {
  constexpr std::size_t long_function = 400;
  const auto holds = [](const Op& op) { return is_code(op.kind); };
  const auto is_number = [](const Op& op) { return op.type.shape.empty(); };
  const auto leaves = ir::leaves(f);
  const auto changes_array = [&](const ir::Output& o) {
    return o.role == ir::Output::Role::argument &&
           !leaves[static_cast<std::size_t>(o.leaf)]->type.shape.empty();
  };
  return std::any_of(f.ops.begin(), f.ops.end(), holds) ||
         std::any_of(f.outputs.begin(), f.outputs.end(), changes_array) ||
         (f.ops.size() > long_function && std::all_of(f.ops.begin(), f.ops.end(), is_number));
}

const ir::Region& Scopes::region(const Function& f, int scope) const {
  const Scope& s = (*this)[scope];
  return s.owner ? f[s.owner].regions[static_cast<std::size_t>(s.side)] : f.body;
}

int Scopes::inside(int scope, int outer) const {
  int below = -1;
  while (scope >= 0 && scope != outer) {
    below = scope;
    scope = (*this)[scope].parent;
  }
  return scope < 0 ? -1 : below;
}

int Scopes::outermost(int scope) const {
  while ((*this)[scope].depth > 1) scope = (*this)[scope].parent;
  return scope;
}

int Scopes::common(int a, int b) const {
  while (a != b) {
    int& deeper = (*this)[a].depth > (*this)[b].depth ? a : b;
    deeper = (*this)[deeper].parent;
  }
  return a;
}

namespace {

void add_scope(const Function& f, Scopes& scopes, Scope scope) {
  const int number = static_cast<int>(scopes.all.size());
  if (scope.parent >= 0) {
    const Scope& around = scopes.all[static_cast<std::size_t>(scope.parent)];
    scope.depth = around.depth + 1;
    const Kind kind = f[scope.owner].kind;
    scope.loop = kind == Kind::loop || kind == Kind::routine ? number : around.loop;
  }
  scopes.all.push_back(scope);
  scopes.number[{scope.owner, scope.side}] = number;
  const ir::Region& region = scopes.region(f, number);
  const auto add = [&](Value v) {
    scopes.of[v.id] = number;
    scopes.order.push_back(v);
  };
  for (Value v : region.params) add(v);
  for (Value v : region.ops) {
    add(v);
    for (int side = 0; side < static_cast<int>(f[v].regions.size()); ++side)
      add_scope(f, scopes, {v, side, number});
  }
}

}  // namespace

Scopes scopes_of(const Function& f) {
  Scopes scopes;
  scopes.of.assign(f.ops.size(), 0);
  add_scope(f, scopes, {});
  return scopes;
}

}  // namespace nndiff::plan
