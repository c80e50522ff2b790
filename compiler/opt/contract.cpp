// Matrix products written as loops over elements leave the loops.
#include "opt/contract.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "op/build.h"

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

// A whole number as a sum of products of values that do not change in the nest, and of counters.
using Terms = std::map<std::vector<Value>, std::int64_t>;

Terms sum(Terms a, const Terms& b, std::int64_t times) {
  for (const auto& [factors, n] : b)
    if ((a[factors] += times * n) == 0) a.erase(factors);
  return a;
}

Terms product(const Terms& a, const Terms& b) {
  Terms all;
  for (const auto& [left, m] : a)
    for (const auto& [right, n] : b) {
      std::vector<Value> factors = left;
      factors.insert(factors.end(), right.begin(), right.end());
      std::sort(factors.begin(), factors.end());
      all = sum(std::move(all), {{factors, m * n}}, 1);
    }
  return all;
}

// Three loops inside each other, the innermost of which sums products of elements.
struct Nest {
  Value n, j, k;             // the loops
  Value first, first_index;  // the loads that are multiplied
  Value second, second_index;
  std::set<Value> inside;  // all that the outermost one makes
};

// Elements of a matrix: where it begins, and whether the sum runs over its rows.
struct Matrix {
  Terms begin;
  bool by_rows = false;
};

class Contractions {
 public:
  Contractions(Function& f, bool& changed) : f_(f), changed_(changed) {}

  void run() {
    Region body = std::move(f_.body);
    std::vector<Value> list = std::move(body.ops);
    body.ops.clear();
    for (Value v : list) {
      if (is_counted(v)) loop(v, body);
      body.ops.push_back(v);
    }
    f_.body = std::move(body);
  }

 private:
  bool is_counted(Value v) const {
    const Op& op = f_[v];
    if (op.kind != Kind::loop || op.is_while) return false;
    const Op& limit = f_[op.operands[0]];
    return limit.kind != Kind::constant || limit.number >= 0;
  }

  void loop(Value n, Region& front) {
    std::set<Value> inside;
    note(f_[n].regions[0], inside);
    const std::vector<Value> middle = f_[n].regions[0].ops;
    for (Value j : middle) {
      if (!is_counted(j) || inside.count(f_[j].operands[0])) continue;
      const std::vector<Value> inner = f_[j].regions[0].ops;
      for (Value k : inner) {
        if (!is_counted(k) || inside.count(f_[k].operands[0])) continue;
        Nest nest{.n = n,
                  .j = j,
                  .k = k,
                  .first = {},
                  .first_index = {},
                  .second = {},
                  .second_index = {},
                  .inside = inside};
        if (is_sum(nest)) take_out(nest, front);
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

  // --- recognition ---------------------------------------------------------------------------------------------------

  // s + x·y and nothing else.
  bool is_sum(Nest& nest) const {
    const Region& body = f_[nest.k].regions[0];
    if (body.yields.size() != 1 || !ir::is_floating(f_[body.params[1]].type.elem)) return false;
    const Op& add = f_[body.yields[0]];
    if (add.kind != Kind::map || add.map != Map::add || add.type.rank() > 0) return false;
    const std::size_t side = add.operands[0] == body.params[1] ? 1 : 0;
    const Op& mul = f_[add.operands[side]];
    if (add.operands[1 - side] != body.params[1] || mul.kind != Kind::map || mul.map != Map::mul)
      return false;
    for (Value v : body.ops) {
      const Op& op = f_[v];
      const bool is_part =
          v == body.yields[0] || v == add.operands[side] || v == mul.operands[0] || v == mul.operands[1];
      const bool counts = (op.kind == Kind::map || op.kind == Kind::cast || op.kind == Kind::constant) &&
                          ir::is_integer(op.type.elem);
      if (!is_part && !counts) return false;
    }
    nest.first = mul.operands[0], nest.second = mul.operands[1];
    return element(nest, nest.first, nest.first_index) && element(nest, nest.second, nest.second_index);
  }

  // A load from an array that the loops do not change.
  bool element(const Nest& nest, Value v, Value& index) const {
    const Op& op = f_[v];
    if (op.kind != Kind::load || op.checked || op.type.rank() > 0 || op.operands.size() != 2) return false;
    index = op.operands[1];
    return !nest.inside.count(op.operands[0]);
  }

  std::optional<Terms> terms(const Nest& nest, Value v) const {
    const Op& op = f_[v];
    if (!nest.inside.count(v)) return constant_or(v);
    if (op.kind == Kind::constant) return constant_or(v);
    if (v == counter(nest.n) || v == counter(nest.j) || v == counter(nest.k)) return Terms{{{v}, 1}};
    if (op.kind != Kind::map || op.type != index_type) return std::nullopt;
    if (op.map != Map::add && op.map != Map::sub && op.map != Map::mul) return std::nullopt;
    const auto a = terms(nest, op.operands[0]), b = terms(nest, op.operands[1]);
    if (!a || !b) return std::nullopt;
    return op.map == Map::mul ? product(*a, *b) : sum(*a, *b, op.map == Map::add ? 1 : -1);
  }

  // What is made in front of the loops: sums and products of it are looked into, too.
  std::optional<Terms> constant_or(Value v) const {
    const Op& op = f_[v];
    if (op.kind == Kind::constant) {
      if (std::fabs(op.number) > 1e9) return std::nullopt;
      const auto number = static_cast<std::int64_t>(op.number);
      return number == 0 ? Terms{} : Terms{{{}, number}};
    }
    if (op.kind == Kind::map && op.type == index_type &&
        (op.map == Map::add || op.map == Map::sub || op.map == Map::mul)) {
      const auto a = constant_or(op.operands[0]), b = constant_or(op.operands[1]);
      if (a && b) return op.map == Map::mul ? product(*a, *b) : sum(*a, *b, op.map == Map::add ? 1 : -1);
    }
    return Terms{{{v}, 1}};
  }

  Value counter(Value loop) const { return f_[loop].regions[0].params[0]; }

  // How many rounds a loop has, if it has any.
  std::optional<Terms> rounds(Value loop) const {
    const Value limit = f_[loop].operands[0];
    const Op& op = f_[limit];
    if (op.kind == Kind::map && op.map == Map::maximum)
      for (std::size_t side : {0, 1})
        if (const Op& zero = f_[op.operands[side]]; zero.kind == Kind::constant && zero.number == 0)
          return constant_or(op.operands[1 - side]);
    return constant_or(limit);
  }

  // Takes what `counter` is multiplied by out of `from`; nothing where it is there twice.
  static std::optional<Terms> factor(Terms& from, Value counter) {
    Terms found;
    for (auto it = from.begin(); it != from.end();) {
      std::vector<Value> rest = it->first;
      const auto at = std::find(rest.begin(), rest.end(), counter);
      if (at == rest.end()) {
        ++it;
        continue;
      }
      rest.erase(at);
      if (std::find(rest.begin(), rest.end(), counter) != rest.end()) return std::nullopt;
      found[rest] = it->second;
      it = from.erase(it);
    }
    return found;
  }

  // The elements at begin + row · K + k or begin + k · rows + row, for the rounds `row` of one of the outer
  // loops.
  std::optional<Matrix> matrix(const Nest& nest, Value index, Value row_loop, Value other) const {
    auto at = terms(nest, index);
    const auto count = rounds(nest.k), rows = rounds(row_loop);
    if (!at || !count || !rows) return std::nullopt;
    const auto along = factor(*at, counter(nest.k)), down = factor(*at, counter(row_loop));
    const auto unused = factor(*at, counter(other));
    if (!along || !down || !unused || !unused->empty()) return std::nullopt;
    const Terms one{{{}, 1}};
    const auto varies = [&](const Terms& t) {
      return std::any_of(t.begin(), t.end(), [&](const auto& term) {
        return std::any_of(term.first.begin(), term.first.end(),
                           [&](Value v) { return nest.inside.count(v) > 0; });
      });
    };
    if (varies(*at) || varies(*along) || varies(*down)) return std::nullopt;
    if (*along == one && *down == *count) return Matrix{*at, false};
    if (*down == one && *along == *rows) return Matrix{*at, true};
    return std::nullopt;
  }

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
    const ir::Shape shape = m.by_rows ? ir::Shape{count, rows} : ir::Shape{rows, count};
    return b.load(f_[load].operands[0], {text(b, m.begin)}, shape);
  }

  void take_out(const Nest& nest, Region& front) {
    Value of_n = nest.first, of_j = nest.second;
    auto left = matrix(nest, nest.first_index, nest.n, nest.j),
         right = matrix(nest, nest.second_index, nest.j, nest.n);
    if (!left || !right) {
      std::swap(of_n, of_j);
      left = matrix(nest, nest.second_index, nest.n, nest.j),
      right = matrix(nest, nest.first_index, nest.j, nest.n);
    }
    if (!left || !right || is_small(nest)) return;
    op::Builder b(f_);
    b.region = &front;
    b.loc = f_[nest.k].loc, b.statement = f_[of_n].statement, b.sweep = f_[nest.k].sweep;
    const Dim rows = extent(b, nest.n, nest.j), columns = extent(b, nest.j, nest.n);
    const Dim count = extent(b, nest.k, nest.n);
    const Value x = block(b, of_n, *left, rows, count), y = block(b, of_j, *right, columns, count);
    const Value all = b.matmul(x, left->by_rows, y, !right->by_rows);
    // Each round begins with its element of the product, and has nothing to add.
    Region aside;
    b.region = &aside;
    const Value element = b.load(all, {counter(nest.n), counter(nest.j)});
    const Value total = b.map(Map::add, f_[nest.k].operands[1], element);
    Region& body = f_[nest.j].regions[0];
    const auto at = std::find(body.ops.begin(), body.ops.end(), nest.k);
    body.ops.insert(at, aside.ops.begin(), aside.ops.end());
    f_[nest.k].operands[1] = total;
    Region& sum_body = f_[nest.k].regions[0];
    sum_body.yields[0] = sum_body.params[1];
    changed_ = true;
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
