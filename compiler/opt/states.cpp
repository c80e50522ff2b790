// Tensors that loops carry, in the arrays that keep what they were.
#include <algorithm>

#include "opt/carried.h"
#include "opt/carry.h"

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

constexpr ir::Type index_type{ir::Elem::i64, {}};

// A tensor that a loop carries as number `state`, and the array, number `history`, that `store` keeps it in.
struct State {
  std::size_t state = 0, history = 0;
  Value store;
  Value last;  // the statement behind the loop that adds what it is in the end, if there is one
};

struct States {
  Carried& c;
  Function& f = c.f;

  void run() {
    for (std::size_t k = 0; k < c.count(); ++k)
      for (std::size_t h = 0; h < c.count(); ++h)
        if (const auto found = state(k, h)) {
          move(*found);
          break;
        }
  }

  std::optional<State> state(std::size_t k, std::size_t h) const {
    const Value p = c.parameter(k), memory = c.parameter(h), kept = c.body.yields[h], next = c.body.yields[k];
    if (h == k || f[p].type.rank() == 0 || f[kept].kind != Kind::store || !c.is_listed(kept))
      return std::nullopt;
    const Op& store = f[kept];
    if (store.operands[0] != memory || store.operands[1] != p || c.uses.count(memory) != 1)
      return std::nullopt;
    if (c.uses.count(kept) != 1 || f[c.initial(h)].kind != Kind::alloc) return std::nullopt;
    if (std::find(c.body.params.begin(), c.body.params.end(), next) != c.body.params.end())
      return std::nullopt;
    const ir::Shape& all = store.type.shape;
    const ir::Shape& one = f[p].type.shape;
    if (all.size() != one.size() + 1 || !std::equal(one.begin(), one.end(), all.begin() + 1))
      return std::nullopt;
    if (row_number(f, kept) != c.loop.counter) return std::nullopt;
    State found{k, h, kept, {}};
    if (all[0] == c.loop.trips) return is_only_loaded(h) ? std::optional(found) : std::nullopt;
    if (all[0] != c.loop.trips + ir::Dim{1}) return std::nullopt;
    const auto last = last_of(k, h);
    if (!last) return std::nullopt;
    found.last = *last;
    return found;
  }

  bool is_result(Value v, std::size_t k) const {
    const Op& op = f[v];
    return op.kind == Kind::result && op.operands[0] == c.loop.loop && op.index == static_cast<int>(k);
  }

  // Rows are found where they were, in an array of one row more; and all of them at its beginning.
  bool is_only_loaded(std::size_t h) const {
    bool only = true;
    for_each_use([&](Value user, std::size_t i, Value used) {
      if (is_result(used, h))
        only = only && user && i == 0 && (f[user].kind == Kind::load || f[user].kind == Kind::reshape);
    });
    return only;
  }

  // The statement that stores result `k` behind all rows of result `h`, the only one to use that.
  std::optional<Value> last_of(std::size_t k, std::size_t h) const {
    std::optional<Value> last;
    int users = 0;
    for_each_use([&](Value user, std::size_t i, Value used) {
      if (!is_result(used, h)) return;
      ++users;
      if (user && i == 0 && f[user].kind == Kind::store && is_result(f[user].operands[1], k)) last = user;
    });
    if (users != 1 || !last) return std::nullopt;
    const auto row = row_number(f, *last);
    if (!row || (*row != c.loop.limit && *row != c.loop.loop)) return std::nullopt;
    return last;
  }

  void for_each_use(auto visit) const {
    for (std::uint32_t i = 0; i < f.ops.size(); ++i) {
      const Op& op = f.ops[i];
      for (std::size_t k = 0; k < op.operands.size(); ++k) visit(Value{i}, k, op.operands[k]);
      for (const Region& r : op.regions)
        for (Value y : r.yields) visit(Value{}, 0, y);
    }
    for (Value y : f.body.yields) visit(Value{}, 0, y);
  }

  std::vector<Value> row(op::Builder& b, Value number, std::size_t rank) const {
    std::vector<Value> index{number};
    for (std::size_t i = 1; i < rank; ++i) index.push_back(b.constant(0, index_type));
    return index;
  }

  void move(const State& s) {
    const Value p = c.parameter(s.state), memory = c.parameter(s.history), next = c.body.yields[s.state];
    ir::Type type = f[s.store].type;
    const std::size_t rank = type.shape.size();
    type.shape[0] = c.loop.trips + ir::Dim{1};
    op::Builder b = c.builder(s.store, c.front);
    const std::string name = f[p].name.empty() ? f[next].name : f[p].name;
    const Value begin = b.alloc(type);
    f[begin].name = name;
    const Value zero = b.constant(0, index_type);
    Value first = c.initial(s.state);
    if (f[first].kind == Kind::copy) first = f[first].operands[0];  // storing is copying
    c.set_initial(s.history, b.store(begin, first, row(b, zero, rank)));
    f[memory].type = type;

    Region head, tail;
    b.region = &head;
    const Value now = b.load(memory, row(b, c.loop.counter, rank), f[p].type.shape);
    f[now].name = name;
    const Value behind = b.map(ir::Map::add, c.loop.counter, b.constant(1, index_type));
    replace(p, now);
    b.region = &tail;
    const Value after = c.body.yields[s.state];  // what was carried around unchanged is read here, too
    c.body.yields[s.history] = b.store(memory, after, row(b, behind, rank));
    c.body.yields[s.state] = p;
    std::erase(c.body.ops, s.store);
    c.body.ops.insert(c.body.ops.begin(), head.ops.begin(), head.ops.end());
    c.body.ops.insert(c.body.ops.end(), tail.ops.begin(), tail.ops.end());
    results(s, type);
    c.changed = true;
  }

  // Every use of `from` in the body becomes one of `to`.
  void replace(Value from, Value to) {
    const auto fix = [&](Value& v) {
      if (v == from) v = to;
    };
    for_each(f, c.body, [&](Value v) {
      for (Value& o : f[v].operands) fix(o);
      for (Region& r : f[v].regions)
        for (Value& y : r.yields) fix(y);
    });
    for (Value& y : c.body.yields) fix(y);
  }

  // The views of the whole array of `s`.
  std::vector<Value> views_of(const State& s) const {
    std::vector<Value> views;
    for_each_use([&](Value user, std::size_t, Value used) {
      if (user && is_result(used, s.history) && f[user].kind == Kind::reshape) views.push_back(user);
    });
    return views;
  }

  void results(const State& s, const ir::Type& type) {
    const std::vector<Value> views = views_of(s);
    for (std::uint32_t i = 0; i < f.ops.size(); ++i)
      if (is_result(Value{i}, s.history)) f.ops[i].type = type;
    op::Builder b = c.builder(s.store, c.back);
    const Value all = c.result(b, s.history);
    const std::size_t rank = type.shape.size();
    const Value last = b.load(all, row(b, c.loop.loop, rank), f[c.parameter(s.state)].type.shape);
    c.replace_results(s.state, last);
    if (s.last) {
      f[s.last].kind = Kind::reshape;
      f[s.last].operands = {all};
    } else if (!views.empty()) {  // what was a view of the whole array is one of all rows but the last
      const ir::Shape shape = f[s.store].type.shape;
      const Value rows = b.load(all, row(b, b.constant(0, index_type), rank), shape);
      for (Value view : views) f[view].operands = {rows};
    }
  }
};

}  // namespace

Function keep_states(Function f, bool& changed) {
  return for_each_counted(std::move(f), changed, [](Carried& c) { States{c}.run(); });
}

}  // namespace nndiff::opt
