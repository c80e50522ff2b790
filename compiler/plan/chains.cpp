// Which memory arrays live in. Every array has one owner at a time (ir/linear.h), so the buffers that a
// region's end has to exchange are a permutation: pointers are swapped, elements never copied.
#include "plan/chains.h"

#include <algorithm>

namespace nndiff::plan {

namespace {

struct Chains {
  const Program& p;
  Memory& memory;
  Moves moves = {};
  std::map<std::pair<Value, int>, int> results = {};  // what number i of a loop or branch lives in

  bool is_array(Value v) const { return p.f[v].type.rank() > 0; }
  int buffer(Value v) const { return memory.of[base_of(p.f, v).id]; }

  bool is_stored(Value v) const {
    const Part part = p.part[v.id];
    return part == Part::product || part == Part::code ||
           (part == Part::anchor && (p.forced[v.id] || memory.shared[v.id]));
  }

  void place(Value v) {
    const Op& op = p.f[v];
    if (op.kind == Kind::loop) return loop(v);
    if (op.kind == Kind::branch) return branch(v);
    if (op.kind == Kind::routine) return routine(v);
    if (op.kind == Kind::call) return call(v);
    if (!is_array(v)) return;
    if (op.kind == Kind::result) return put(v, results.at({op.operands[0], op.index}));
    if (op.kind == Kind::foreign) return static_cast<void>(memory.add(p, v));
    if (op.kind == Kind::written) return put(v, written(op));
    if (ir::consumes(op, 0)) return put(v, buffer(op.operands[0]));
    if (p.part[v.id] == Part::leaf) return argument(v);
    if (p.summand[v.id]) return put(v, buffer(op.operands[0]));  // a product is added there
    if (is_stored(v)) memory.add(p, v);
  }

  // The memory that a call was given for its gradient of that number: scalar ones have none.
  int written(const Op& op) const {
    const Op& call = p.f[op.operands[0]];
    std::size_t at = call.operands.size() - static_cast<std::size_t>(call.writes);
    int number = 0;
    for (const ir::Foreign::Argument& a : p.f.foreigns[static_cast<std::size_t>(call.index)].arguments) {
      if (a.role != ir::Foreign::Argument::Role::gradient) continue;
      if (number++ == op.index) break;
      at += a.type.shape.empty() ? 0 : 1;
    }
    return buffer(call.operands[at]);
  }

  void argument(Value v) {
    Buffer& b = memory.buffers[static_cast<std::size_t>(memory.add(p, v))];
    b.place = p.f.upstream == v ? Buffer::Place::upstream : Buffer::Place::input;
    b.leaf = p.f[v].index;
  }

  void put(Value v, int buffer) {
    memory.of[v.id] = buffer;
    memory.buffers[static_cast<std::size_t>(buffer)].values.push_back(v);
  }

  void region(const ir::Region& r) {
    for (Value v : r.ops) place(v);
  }

  void loop(Value v) {
    const Op& op = p.f[v];
    const ir::Region& body = op.regions[0];
    for (std::size_t i = 1; i < body.params.size(); ++i)
      if (is_array(body.params[i])) put(body.params[i], buffer(op.operands[i]));
    region(body);
    std::vector<Move> list;
    for (std::size_t i = 0; i < body.yields.size(); ++i) {
      if (!is_array(body.yields[i])) continue;
      const int to = buffer(body.params[i + 1]), from = buffer(body.yields[i]);
      results[{v, static_cast<int>(i)}] = to;
      if (to != from) list.push_back({to, from});
    }
    if (!list.empty()) moves[p.scopes.number.at({v, 0})] = std::move(list);
  }

  void routine(Value v) {
    const Op& op = p.f[v];
    const ir::Region& body = op.regions[0];
    for (Value param : body.params)
      if (is_array(param))
        memory.buffers[static_cast<std::size_t>(memory.add(p, param))].place = Buffer::Place::parameter;
    region(body);
    std::vector<Move> list;
    for (std::size_t k = 0; k < body.yields.size(); ++k) {
      if (op.axes[k] < 0) continue;
      const int to = buffer(body.params[static_cast<std::size_t>(op.axes[k])]), from = buffer(body.yields[k]);
      if (to != from) list.push_back({to, from});
    }
    if (!list.empty()) moves[p.scopes.number.at({v, 0})] = std::move(list);
  }

  void call(Value v) {
    const Op& op = p.f[v];
    for (std::size_t k = 0; k < op.axes.size(); ++k)
      if (op.axes[k] >= 0)
        results[{v, static_cast<int>(k)}] = buffer(op.operands[static_cast<std::size_t>(op.axes[k])]);
  }

  // Two buffers that never hold anything at the same time become one.
  void unite(int a, int b) {
    for (int& of : memory.of)
      if (of == b) of = a;
    auto& kept = memory.buffers[static_cast<std::size_t>(a)].values;
    auto& gone = memory.buffers[static_cast<std::size_t>(b)].values;
    kept.insert(kept.end(), gone.begin(), gone.end());
    gone.clear();
    for (auto& [scope, list] : moves)
      for (Move& m : list)
        for (int* end : {&m.to, &m.from})
          if (*end == b) *end = a;
    for (auto& [key, where] : results)
      if (where == b) where = a;
  }

  // Where the result of a branch is best: in memory from before it, so that one side has nothing to move.
  int choose(int a, int b, int before, const std::set<int>& taken) {
    if (a < before && !taken.count(a)) return a;
    if (b < before && !taken.count(b)) return b;
    if (a >= before || b >= before) return std::max(a, b);
    Buffer third = memory.buffers[static_cast<std::size_t>(a)];
    third.values.clear();
    third.place = Buffer::Place::arena;
    memory.buffers.push_back(std::move(third));
    return static_cast<int>(memory.buffers.size()) - 1;
  }

  void branch(Value v) {
    const Op& op = p.f[v];
    const int before = static_cast<int>(memory.buffers.size());
    for (const ir::Region& r : op.regions) region(r);
    const auto &yes = op.regions[0].yields, &no = op.regions[1].yields;
    std::set<int> taken;
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < yes.size(); ++i) {
      if (!is_array(yes[i])) continue;
      if (buffer(yes[i]) == buffer(no[i]))
        taken.insert(results[{v, static_cast<int>(i)}] = buffer(yes[i]));
      else
        open.push_back(i);
    }
    for (std::size_t i : open) {
      const int a = buffer(yes[i]), b = buffer(no[i]);
      const bool both_inside = a >= before && b >= before;
      if (both_inside) unite(a, b);
      taken.insert(results[{v, static_cast<int>(i)}] = both_inside ? a : choose(a, b, before, taken));
    }
    for (int side = 0; side < 2; ++side) {
      std::vector<Move> list;
      for (std::size_t i : open) {
        const int to = results[{v, static_cast<int>(i)}], from = buffer((side == 0 ? yes : no)[i]);
        if (to != from) list.push_back({to, from});
      }
      if (!list.empty()) moves[p.scopes.number.at({v, side})] = std::move(list);
    }
  }
};

}  // namespace

Moves place_chains(const Program& p, Memory& memory) {
  Chains chains{p, memory};
  chains.region(p.f.body);
  return std::move(chains.moves);
}

}  // namespace nndiff::plan
