// Matrix products that are written as loops over elements.
#include "opt/matrices.h"

#include <algorithm>
#include <array>
#include <cmath>

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

// Where the elements that a load takes in all rounds of a nest lie.
class Finder {
 public:
  Finder(const Function& f, const Nest& nest) : f_(f), nest_(nest) {}

  std::optional<Terms> terms(Value v) const {
    const Op& op = f_[v];
    if (!nest_.inside.count(v)) return constant_or(v);
    if (op.kind == Kind::constant) return constant_or(v);
    if (v == counter(nest_.n) || v == counter(nest_.j) || v == counter(nest_.k)) return Terms{{{v}, 1}};
    if (op.kind != Kind::map || op.type != index_type) return std::nullopt;
    if (op.map != Map::add && op.map != Map::sub && op.map != Map::mul) return std::nullopt;
    const auto a = terms(op.operands[0]), b = terms(op.operands[1]);
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

  // Of an array with one index: rows without gaps, or columns.
  std::optional<Matrix> flat(Value index, Value row_loop, Value other) const {
    auto at = terms(index);
    const auto count = rounds(nest_.k), rows = rounds(row_loop);
    if (!at || !count || !rows) return std::nullopt;
    const auto along = factor(*at, counter(nest_.k)), down = factor(*at, counter(row_loop));
    const auto unused = factor(*at, counter(other));
    if (!along || !down || !unused || !unused->empty()) return std::nullopt;
    const Terms one{{{}, 1}};
    const auto varies = [&](const Terms& t) {
      return std::any_of(t.begin(), t.end(), [&](const auto& term) {
        return std::any_of(term.first.begin(), term.first.end(),
                           [&](Value v) { return nest_.inside.count(v) > 0; });
      });
    };
    if (varies(*at) || varies(*along) || varies(*down)) return std::nullopt;
    if (*along == one && *down == *count) return Matrix{.begin = *at, .by_rows = false};
    if (*down == one && *along == *rows) return Matrix{.begin = *at, .by_rows = true};
    return std::nullopt;
  }

  // An array of two axes, all of whose elements the loops' rounds take.
  std::optional<Matrix> whole(const Op& load, Value row_loop) const {
    const ir::Shape& shape = f_[load.operands[0]].type.shape;
    for (const bool by_rows : {false, true}) {
      const Value first = by_rows ? nest_.k : row_loop, second = by_rows ? row_loop : nest_.k;
      if (runs_over(first, load.operands[1], shape[0]) && runs_over(second, load.operands[2], shape[1]))
        return Matrix{.begin = {}, .by_rows = by_rows, .whole = shape};
    }
    return std::nullopt;
  }

 private:
  bool runs_over(Value loop, Value index, const Dim& extent) const {
    const Op& limit = f_[f_[loop].operands[0]];
    const bool is_all = limit.kind == Kind::size ? limit.dim == extent
                                                 : limit.kind == Kind::constant &&
                                                       Dim{static_cast<std::int64_t>(limit.number)} == extent;
    return is_all && index == counter(loop);
  }

  const Function& f_;
  const Nest& nest_;
};

bool is_inside(const Nest& nest, Value v) {
  return nest.inside.count(v) > 0;
}

// A load of one element from an array that the loops do not change.
bool is_element(const Function& f, const Nest& nest, Value v) {
  const Op& op = f[v];
  return op.kind == Kind::load && op.type.rank() == 0 && !is_inside(nest, op.operands[0]);
}

// What computes numbers, from nothing that the loops change.
bool is_pure(const Function& f, const Nest& nest, Value v) {
  const Op& op = f[v];
  const bool computes = op.kind == Kind::map || op.kind == Kind::cast || op.kind == Kind::constant;
  return op.type.rank() == 0 && (computes || is_element(f, nest, v));
}

// Whether what the nest makes of `counter` is in `v`; `known` are values that it is not in.
bool depends_on(const Function& f, const Nest& nest, Value v, Value counter, std::set<Value>& known) {
  if (v == counter) return true;
  const Op& op = f[v];
  if (!is_inside(nest, v) || op.kind == Kind::parameter || !known.insert(v).second) return false;
  return std::any_of(op.operands.begin(), op.operands.end(),
                     [&](Value o) { return depends_on(f, nest, o, counter, known); });
}

// The product among the operands of an addition to `total`.
Value added_to(const Function& f, Value add, Value total) {
  const Op& op = f[add];
  if (op.kind != Kind::map || op.map != Map::add || op.type.rank() > 0) return {};
  const std::size_t side = op.operands[0] == total ? 1 : 0;
  const Op& mul = f[op.operands[side]];
  const bool fits = op.operands[1 - side] == total && mul.kind == Kind::map && mul.map == Map::mul;
  return fits ? op.operands[side] : Value{};
}

// The statements of a loop that does nothing but one thing to an array: `last`, which is the next loop inside
// or the statement itself.
bool has_only(const Function& f, const Nest& nest, Value loop, Value last) {
  const Region& body = f[loop].regions[0];
  if (body.yields.size() != 1) return false;
  const bool is_loop = f[last].kind == Kind::loop;
  const Op& yield = f[body.yields[0]];
  if (is_loop ? yield.kind != Kind::result || yield.operands[0] != last : body.yields[0] != last)
    return false;
  return std::all_of(body.ops.begin(), body.ops.end(), [&](Value v) {
    return v == last || v == body.yields[0] || is_pure(f, nest, v) ||
           (!is_loop && f[v].kind == Kind::load && f[v].operands[0] == f[last].operands[0]);
  });
}

// Whether anything but its results asks for a loop.
bool is_asked_for(const Function& f, Value loop) {
  return std::any_of(f.ops.begin(), f.ops.end(), [&](const Op& op) {
    return op.kind != Kind::result &&
           std::find(op.operands.begin(), op.operands.end(), loop) != op.operands.end();
  });
}

}  // namespace

bool is_counted(const Function& f, Value loop) {
  const Op& op = f[loop];
  if (op.kind != Kind::loop || op.is_while) return false;
  const Op& limit = f[op.operands[0]];
  return limit.kind != Kind::constant || limit.number >= 0;
}

std::optional<Nest> sum_of_numbers(const Function& f, Value outer, Value middle, Value inner,
                                   const std::set<Value>& inside) {
  Nest nest{.n = outer, .j = middle, .k = inner, .first = {}, .second = {}, .inside = inside};
  const Region& body = f[inner].regions[0];
  if (body.yields.size() != 1 || !ir::is_floating(f[body.params[1]].type.elem)) return std::nullopt;
  const Value mul = added_to(f, body.yields[0], body.params[1]);
  if (!mul) return std::nullopt;
  nest.first = f[mul].operands[0], nest.second = f[mul].operands[1];
  for (Value v : body.ops) {
    const bool is_part = v == body.yields[0] || v == mul || v == nest.first || v == nest.second;
    const bool counts = f[v].kind != Kind::load && is_pure(f, nest, v) && ir::is_integer(f[v].type.elem);
    if (!is_part && !counts) return std::nullopt;
  }
  if (!is_element(f, nest, nest.first) || !is_element(f, nest, nest.second)) return std::nullopt;
  return nest;
}

std::optional<Nest> sum_of_elements(const Function& f, Value outer, Value middle, Value inner,
                                    const std::set<Value>& inside) {
  Nest nest{.n = {}, .j = {}, .k = {}, .first = {}, .second = {}, .inside = inside};
  const Region& body = f[inner].regions[0];
  if (body.yields.size() != 1) return std::nullopt;
  const Value last = body.yields[0];
  const Op& store = f[last];
  if (store.kind != Kind::store || !ir::is_floating(store.type.elem) || store.operands[0] != body.params[1])
    return std::nullopt;
  const auto touches_it = [&](Value v) {
    const Op& op = f[v];
    return op.kind == Kind::load && op.operands[0] == store.operands[0] &&
           std::equal(op.operands.begin() + 1, op.operands.end(), store.operands.begin() + 2,
                      store.operands.end());
  };
  const auto before = std::find_if(body.ops.begin(), body.ops.end(), touches_it);
  if (before == body.ops.end()) return std::nullopt;
  nest.add = store.operands[1];
  const Value mul = added_to(f, nest.add, *before);
  if (!mul) return std::nullopt;
  nest.first = f[mul].operands[0], nest.second = f[mul].operands[1];
  const std::array<Value, 3> loops = {outer, middle, inner};
  std::vector<Value> kept;
  for (Value loop : loops) {
    const Value counter = f[loop].regions[0].params[0];
    std::set<Value> known;
    const bool is_used = std::any_of(store.operands.begin() + 2, store.operands.end(),
                                     [&](Value index) { return depends_on(f, nest, index, counter, known); });
    if (is_used)
      kept.push_back(loop);
    else
      nest.k = loop;
  }
  if (kept.size() != 2 || is_asked_for(f, nest.k)) return std::nullopt;
  nest.n = kept[0], nest.j = kept[1];
  const std::size_t from = nest.k == outer ? 0 : nest.k == middle ? 1 : 2;
  for (std::size_t i = from; i < 3; ++i)
    if (!has_only(f, nest, loops[i], i < 2 ? loops[i + 1] : last)) return std::nullopt;
  const auto loads = std::count_if(body.ops.begin(), body.ops.end(), [&](Value v) {
    return f[v].kind == Kind::load && f[v].operands[0] == store.operands[0];
  });
  if (loads != 1 || !is_element(f, nest, nest.first) || !is_element(f, nest, nest.second))
    return std::nullopt;
  return nest;
}

std::optional<Matrix> matrix_of(const Function& f, const Nest& nest, Value load, Value rows, Value other) {
  const Op& op = f[load];
  const Finder finder(f, nest);
  if (op.operands.size() == 3) return finder.whole(op, rows);
  if (op.operands.size() != 2 || op.checked) return std::nullopt;
  return finder.flat(op.operands[1], rows, other);
}

}  // namespace nndiff::opt
