// Elements that a loop comes back to in every round are held in a number.
#include "opt/registers.h"

#include <algorithm>
#include <map>
#include <set>

#include "op/build.h"

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

constexpr ir::Type index_type{ir::Elem::i64, {}};

// What a loop does to an array that it carries: all at one element.
struct Held {
  std::size_t carried = 0;
  std::vector<Value> index;
  std::vector<Value> chain;  // the operations on it, in order
  bool reads = false, stores = false;
};

class Registers {
 public:
  Registers(Function& f, bool& changed) : f_(f), changed_(changed), consumed_(f.ops.size()) {}

  void run() {
    for_each(f_, f_.body, [&](Value v) { note(v); });
    Region body = std::move(f_.body);
    region(body);
    f_.body = std::move(body);
  }

 private:
  void note(Value v) {
    const Op& op = f_[v];
    for (std::size_t i = 0; i < op.operands.size(); ++i) {
      users_[op.operands[i]].push_back(v);
      if (ir::consumes(op, i) || (op.kind == Kind::loop && i > 0)) consumed_[op.operands[i].id] = true;
    }
    for (const Region& r : op.regions)
      for (Value y : r.yields) {
        yielded_.insert(y);
        consumed_[y.id] = true;
      }
  }

  void region(Region& r) {
    std::vector<Value> list = std::move(r.ops);
    r.ops.clear();
    for (Value v : list) {
      std::vector<Region> regions = std::move(f_[v].regions);
      for (Region& inner : regions) region(inner);
      f_[v].regions = std::move(regions);
      if (f_[v].kind == Kind::loop && !f_[v].is_while && !is_endless(v))
        loop(v, r);
      else
        r.ops.push_back(v);
    }
  }

  bool is_endless(Value loop) const {
    const Op& limit = f_[f_[loop].operands[0]];
    return limit.kind == Kind::constant && limit.number < 0;
  }

  op::Builder builder(Value like, Region& r) const {
    op::Builder b(f_);
    b.region = &r;
    b.loc = f_[like].loc, b.statement = f_[like].statement, b.sweep = f_[like].sweep;
    return b;
  }

  void loop(Value v, Region& around) {
    std::set<Value> inside;
    inside.insert(f_[v].regions[0].params.begin(), f_[v].regions[0].params.end());
    for_each(f_, f_[v].regions[0], [&](Value inner) {
      inside.insert(inner);
      for (const Region& r : f_[inner].regions) inside.insert(r.params.begin(), r.params.end());
    });
    read_before(v, inside, around);
    std::vector<Held> all;
    for (std::size_t k = 0; k < f_[v].regions[0].yields.size(); ++k)
      if (auto held = find(v, k, inside)) all.push_back(std::move(*held));
    std::vector<std::size_t> numbers;
    for (const Held& held : all) numbers.push_back(carry(v, held, around));
    around.ops.push_back(v);
    for (std::size_t i = 0; i < all.size(); ++i) write_back(v, all[i], numbers[i], around);
  }

  // --- reading before the loop -----------------------------------------------------------------------------------------

  // The element, or 0 where the loop has no round.
  Value read(op::Builder& b, Value limit, Value array, const std::vector<Value>& index) {
    const ir::Type type{f_[array].type.elem, {}};
    Region yes, no, *outer = b.region;
    b.region = &yes;
    yes.yields = {b.load(array, index)};
    b.region = &no;
    no.yields = {b.constant(0, type)};
    b.region = outer;
    return b.branch(has_rounds(b, limit), std::move(yes), std::move(no)).results[0];
  }

  static Value has_rounds(op::Builder& b, Value limit) {
    return b.map(Map::lt, b.constant(0, index_type), limit);
  }

  void read_before(Value v, const std::set<Value>& inside, Region& around) {
    std::map<std::vector<Value>, Value> held;
    std::map<Value, Value> replaced;
    for (Value x : f_[v].regions[0].ops) {
      const Op op = f_[x];
      const bool is_number = op.kind == Kind::load && op.type.rank() == 0 && ir::is_floating(op.type.elem);
      if (!is_number || op.checked || !consumed_[op.operands[0].id]) continue;
      const bool same =
          std::none_of(op.operands.begin(), op.operands.end(), [&](Value o) { return inside.count(o) > 0; });
      if (!same) continue;
      auto it = held.find(op.operands);
      if (it == held.end()) {
        op::Builder b = builder(x, around);
        const Value number =
            read(b, f_[v].operands[0], op.operands[0], {op.operands.begin() + 1, op.operands.end()});
        f_[number].name = op.name;
        it = held.emplace(op.operands, number).first;
      }
      replaced[x] = it->second;
    }
    if (replaced.empty()) return;
    changed_ = true;
    replace(f_[v].regions[0], replaced);
  }

  void replace(Region& r, const std::map<Value, Value>& replaced) {
    const auto one = [&](Value& v) {
      for (auto it = replaced.find(v); it != replaced.end(); it = replaced.find(v)) v = it->second;
    };
    std::erase_if(r.ops, [&](Value v) { return replaced.count(v) > 0; });
    for (Value v : r.ops) {
      for (Value& o : f_[v].operands) one(o);
      for (Region& inner : f_[v].regions) replace(inner, replaced);
    }
    for (Value& y : r.yields) one(y);
  }

  // --- carrying --------------------------------------------------------------------------------------------------------

  std::optional<Held> find(Value v, std::size_t k, const std::set<Value>& inside) {
    const Region& body = f_[v].regions[0];
    const Value param = body.params[k + 1], last = body.yields[k];
    if (f_[param].type.rank() == 0 || !ir::is_floating(f_[param].type.elem) || last == param)
      return std::nullopt;
    Held held{.carried = k, .index = {}, .chain = {}};
    for (Value at = param;;) {
      Value next;
      for (Value user : users_[at]) {
        if (!take(user, at, held, body)) return std::nullopt;
        if (f_[user].kind != Kind::load) next = user;
      }
      const bool yields = std::count(body.yields.begin(), body.yields.end(), at) > 0;
      if (!next || yields) {
        if (next || at != last || held.index.empty()) return std::nullopt;
        break;
      }
      if (yielded_.count(at)) return std::nullopt;
      at = next;
    }
    const bool same =
        std::none_of(held.index.begin(), held.index.end(), [&](Value i) { return inside.count(i) > 0; });
    return same ? std::optional(held) : std::nullopt;
  }

  // Whether `user`, an operation on the array `at`, is a statement of the body at the one element.
  bool take(Value user, Value at, Held& held, const Region& body) {
    const Op& op = f_[user];
    const bool loads = op.kind == Kind::load, writes = op.kind == Kind::store || op.kind == Kind::accumulate;
    if ((!loads && !writes) || op.operands[0] != at || op.checked) return false;
    const Value element = loads ? user : op.operands[1];
    if (f_[element].type.rank() > 0 || element == at) return false;
    const std::vector<Value> index{op.operands.begin() + (loads ? 1 : 2), op.operands.end()};
    if (!held.index.empty() && index != held.index) return false;
    if (std::find(body.ops.begin(), body.ops.end(), user) == body.ops.end()) return false;
    held.index = index;
    held.chain.push_back(user);
    held.reads = held.reads || loads;
    held.stores = held.stores || op.kind == Kind::store;
    return true;
  }

  // Makes the loop carry the element's number, and hand the array through. Returns which of its yields that
  // is.
  std::size_t carry(Value v, const Held& held, Region& around) {
    const Value array = f_[v].operands[held.carried + 1];
    const ir::Type type{f_[array].type.elem, {}};
    op::Builder b = builder(held.chain[0], around);
    const bool only_adds = !held.reads && !held.stores;
    const Value first = only_adds ? b.constant(0, type) : read(b, f_[v].operands[0], array, held.index);
    Region body = std::move(f_[v].regions[0]);
    Value now = b.parameter(body, type);
    std::map<Value, Value> replaced;
    std::vector<Value> ops;
    for (Value x : body.ops) {
      const bool on_it = std::find(held.chain.begin(), held.chain.end(), x) != held.chain.end();
      if (!on_it) {
        ops.push_back(x);
        continue;
      }
      const Op op = f_[x];
      if (op.kind == Kind::load) replaced[x] = now;
      if (op.kind == Kind::store) now = op.operands[1];
      if (op.kind != Kind::accumulate) continue;
      Region aside;
      op::Builder inner = builder(x, aside);
      now = inner.map(Map::add, now, op.operands[1]);
      ops.insert(ops.end(), aside.ops.begin(), aside.ops.end());
    }
    body.ops = std::move(ops);
    body.yields[held.carried] = body.params[held.carried + 1];
    body.yields.push_back(now);
    replace(body, replaced);
    f_[v].regions[0] = std::move(body);
    f_[v].operands.push_back(first);
    changed_ = true;
    return f_[v].regions[0].yields.size() - 1;
  }

  // The array with the element as the loop leaves it takes the place of what the loop yielded.
  void write_back(Value v, const Held& held, std::size_t number, Region& around) {
    const Value array = f_[v].operands[held.carried + 1];
    op::Builder b = builder(held.chain[0], around);
    const Value left = b.append({.kind = Kind::result,
                                 .type = {f_[array].type.elem, {}},
                                 .operands = {v},
                                 .index = static_cast<int>(number)});
    Region yes, no;
    const bool only_adds = !held.reads && !held.stores;
    b.region = &yes;
    yes.yields = {only_adds ? b.accumulate(array, left, held.index) : b.store(array, left, held.index)};
    no.yields = {array};
    b.region = &around;
    const op::Builder::Built built =
        b.branch(has_rounds(b, f_[v].operands[0]), std::move(yes), std::move(no));
    around.ops.pop_back();
    // The result of the loop, wherever it stands, becomes that of the branch.
    bool found = false;
    for (Op& op : f_.ops) {
      if (op.kind != Kind::result || op.operands[0] != v || op.index != static_cast<int>(held.carried))
        continue;
      op.operands = {built.op};
      op.index = 0;
      found = true;
    }
    if (!found) around.ops.push_back(built.results[0]);
  }

  Function& f_;
  bool& changed_;
  std::vector<bool> consumed_;
  std::map<Value, std::vector<Value>> users_;
  std::set<Value> yielded_;
};

}  // namespace

Function hold_elements(Function f, bool& changed) {
  Registers(f, changed).run();
  return f;
}

}  // namespace nndiff::opt
