// Matrix products written as loops over elements leave the loops.
#include "opt/contract.h"

#include <algorithm>
#include <map>
#include <set>

#include "ir/diagnostic.h"
#include "op/build.h"
#include "opt/matrices.h"

namespace nndiff::opt {

using ir::Dim;
using ir::Elem;
using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

constexpr ir::Type index_type{Elem::i64, {}};

// Loops of known sizes with fewer multiplications than this stay.
constexpr double few = 512;

class Contractions {
 public:
  Contractions(Function& f, bool& changed) : f_(f), changed_(changed) {}

  void run() {
    Region body = std::move(f_.body);
    std::vector<Value> list = std::move(body.ops);
    body.ops.clear();
    for (Value v : list) {
      if (is_counted(f_, v)) loop(v, body);
      body.ops.push_back(v);
    }
    f_.body = std::move(body);
  }

 private:
  void loop(Value outer, Region& front) {
    std::set<Value> inside;
    note(f_[outer].regions[0], inside);
    const auto is_free = [&](Value v) { return is_counted(f_, v) && !inside.count(f_[v].operands[0]); };
    const std::vector<Value> middles = f_[outer].regions[0].ops;
    for (Value middle : middles) {
      if (!is_free(middle)) continue;
      const std::vector<Value> inners = f_[middle].regions[0].ops;
      for (Value inner : inners) {
        if (!is_free(inner)) continue;
        auto nest = sum_of_numbers(f_, outer, middle, inner, inside);
        if (!nest) nest = sum_of_elements(f_, outer, middle, inner, inside);
        if (nest) take_out(*nest, front);
      }
    }
  }

  void note(const Region& r, std::set<Value>& inside) const {
    inside.insert(r.params.begin(), r.params.end());
    for (Value v : r.ops) {
      inside.insert(v);
      for (const Region& inner : f_[v].regions) note(inner, inside);
    }
  }

  Value counter(Value loop) const { return f_[loop].regions[0].params[0]; }

  bool is_small(const Nest& nest) const {
    double total = 1;
    for (Value loop : {nest.n, nest.j, nest.k}) {
      const Op& limit = f_[f_[loop].operands[0]];
      if (limit.kind != Kind::constant) return false;
      total *= limit.number;
    }
    return total < few;
  }

  // --- the product ---------------------------------------------------------------------------------------------------

  // How many rounds a loop has; none where `other`, which is inside of it or around, has none: nothing is
  // read then.
  Dim extent(op::Builder& b, Value loop, Value other) {
    const Value limit = f_[loop].operands[0], beside = f_[other].operands[0];
    const Op op = f_[limit];
    const bool is_known = op.kind == Kind::constant || op.kind == Kind::size;
    const Op& least = f_[beside];
    if (is_known && least.kind == Kind::constant && least.number > 0)
      return op.kind == Kind::size ? op.dim : Dim{static_cast<std::int64_t>(op.number)};
    auto it = extents_.find({limit, beside});
    if (it != extents_.end()) return it->second;
    const Value none = b.constant(0, index_type);
    const Value rounds = b.map(Map::where, {b.map(Map::lt, none, beside), limit, none});
    return extents_
        .emplace(std::pair(limit, beside), b.dimension(b.map(Map::maximum, rounds, none), "rounds"))
        .first->second;
  }

  Value text(op::Builder& b, const Terms& terms) {
    Value total = b.constant(0, index_type);
    for (const auto& [factors, times] : terms) {
      Value term = b.constant(static_cast<double>(times), index_type);
      for (Value v : factors) term = b.map(Map::mul, b.cast(v, Elem::i64), term);
      total = b.map(Map::add, total, term);
    }
    return total;
  }

  Value block(op::Builder& b, Value load, const Matrix& m, const Dim& rows, const Dim& count) {
    if (!m.whole.empty()) {
      const Value zero = b.constant(0, index_type);
      return b.load(f_[load].operands[0], {zero, zero}, m.whole);
    }
    const ir::Shape shape = m.by_rows ? ir::Shape{count, rows} : ir::Shape{rows, count};
    return b.load(f_[load].operands[0], {text(b, m.begin)}, shape);
  }

  void take_out(const Nest& nest, Region& front) {
    Value of_n = nest.first, of_j = nest.second;
    auto left = matrix_of(f_, nest, of_n, nest.n, nest.j), right = matrix_of(f_, nest, of_j, nest.j, nest.n);
    if (!left || !right) {
      std::swap(of_n, of_j);
      left = matrix_of(f_, nest, of_n, nest.n, nest.j), right = matrix_of(f_, nest, of_j, nest.j, nest.n);
    }
    if (!left || !right || left->whole.empty() != right->whole.empty() || is_small(nest)) return;
    op::Builder b(f_);
    b.region = &front;
    b.loc = f_[nest.k].loc, b.statement = f_[of_n].statement, b.sweep = f_[nest.k].sweep;
    Dim rows, columns, count;
    if (left->whole.empty()) {
      rows = extent(b, nest.n, nest.j), columns = extent(b, nest.j, nest.n);
      count = extent(b, nest.k, nest.n);
    }
    const Value x = block(b, of_n, *left, rows, count), y = block(b, of_j, *right, columns, count);
    const Value all = b.matmul(x, left->by_rows, y, !right->by_rows);
    for (Value load : {of_n, of_j}) f_[load].checked = false;
    if (nest.add)
      add_elements(nest, all, b);
    else
      begin_sums(nest, all, b);
    changed_ = true;
  }

  // Each sum begins with its element of the product, and has nothing to add.
  void begin_sums(const Nest& nest, Value all, op::Builder& b) {
    Region aside;
    b.region = &aside;
    const Value element = b.load(all, {counter(nest.n), counter(nest.j)});
    const Value total = b.map(Map::add, f_[nest.k].operands[1], element);
    insert(f_[nest.j].regions[0], nest.k, aside);
    f_[nest.k].operands[1] = total;
    Region& body = f_[nest.k].regions[0];
    body.yields[0] = body.params[1];
  }

  // One round of the loop that summed adds the elements of the product, if it had any.
  void add_elements(const Nest& nest, Value all, op::Builder& b) {
    const Value none = b.constant(0, index_type), one = b.constant(1, index_type);
    const Value limit = f_[nest.k].operands[0];
    f_[nest.k].operands[0] = b.map(Map::where, {b.map(Map::lt, none, limit), one, none});
    Region aside;
    b.region = &aside;
    const Value element = b.load(all, {counter(nest.n), counter(nest.j)});
    Region& body = f_[innermost(nest)].regions[0];
    insert(body, nest.add, aside);
    Op& add = f_[nest.add];
    const std::size_t side = f_[add.operands[0]].kind == Kind::load ? 1 : 0;
    add.operands[side] = element;
  }

  // The loop of the three whose body is the statement.
  Value innermost(const Nest& nest) const {
    for (Value loop : {nest.n, nest.j, nest.k}) {
      const std::vector<Value>& ops = f_[loop].regions[0].ops;
      if (std::find(ops.begin(), ops.end(), nest.add) != ops.end()) return loop;
    }
    ir::bug("a sum outside of its loops");
  }

  static void insert(Region& body, Value before, const Region& made) {
    const auto at = std::find(body.ops.begin(), body.ops.end(), before);
    body.ops.insert(at, made.ops.begin(), made.ops.end());
  }

  Function& f_;
  bool& changed_;
  std::map<std::pair<Value, Value>, Dim> extents_;  // by limit, and that of the other loop
};

}  // namespace

Function contract(Function f, bool& changed) {
  Contractions(f, changed).run();
  return f;
}

}  // namespace nndiff::opt
