// Integers as polynomials of what a loop does not change.
#include "plan/affine.h"

#include <algorithm>
#include <cmath>

#include "ir/diagnostic.h"

namespace nndiff::plan {

using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Value;

namespace {

constexpr std::size_t most_factors = 4, most_terms = 16;

// Numbers so small that products of two of them are exact.
constexpr std::int64_t most = std::int64_t{1} << 31;

bool is_wide(ir::Elem elem) {
  return elem == ir::Elem::i32 || elem == ir::Elem::i64 || elem == ir::Elem::u64;
}

}  // namespace

Affine Affine::constant(std::int64_t number) {
  Affine a;
  if (number != 0) a.terms[{}] = number;
  return a;
}

Affine Affine::of(Value v) {
  Affine a;
  a.terms[{v}] = 1;
  return a;
}

std::optional<std::int64_t> Affine::number() const {
  if (terms.empty()) return 0;
  if (terms.size() == 1 && terms.begin()->first.empty()) return terms.begin()->second;
  return std::nullopt;
}

std::optional<Affine> Affine::take(Value v) {
  Affine factor;
  for (auto it = terms.begin(); it != terms.end();) {
    std::vector<Value> rest = it->first;
    const auto at = std::find(rest.begin(), rest.end(), v);
    if (at == rest.end()) {
      ++it;
      continue;
    }
    rest.erase(at);
    if (std::find(rest.begin(), rest.end(), v) != rest.end()) return std::nullopt;
    factor.terms[rest] = it->second;
    it = terms.erase(it);
  }
  return factor;
}

Affine operator+(const Affine& a, const Affine& b) {
  Affine sum = a;
  for (const auto& [factors, times] : b.terms) {
    std::int64_t& total = sum.terms[factors];
    total += times;
    if (total == 0) sum.terms.erase(factors);
  }
  return sum;
}

Affine operator*(const Affine& a, const Affine& b) {
  Affine product;
  for (const auto& [left, m] : a.terms)
    for (const auto& [right, n] : b.terms) {
      std::vector<Value> factors = left;
      factors.insert(factors.end(), right.begin(), right.end());
      std::sort(factors.begin(), factors.end());
      Affine term;
      term.terms[factors] = m * n;
      product = product + term;
    }
  return product;
}

namespace {

std::optional<Affine> small(std::optional<Affine> a) {
  if (!a || a->terms.size() > most_terms) return std::nullopt;
  for (const auto& [factors, times] : a->terms)
    if (factors.size() > most_factors || times > most || times < -most) return std::nullopt;
  return a;
}

}  // namespace

std::optional<Affine> AffineOf::operator()(Value v) {
  if (const auto it = known.find(v); it != known.end()) return it->second;
  std::optional<Affine> found = find(v);
  if (!found && (!inside.count(v) || counters.count(v))) found = Affine::of(v);
  return known[v] = found;
}

std::optional<Affine> AffineOf::find(Value v) {
  const Op& op = f[v];
  if (counters.count(v) || !ir::is_integer(op.type.elem) || op.type.rank() > 0) return std::nullopt;
  switch (op.kind) {
    case Kind::constant:
      if (std::fabs(op.number) > static_cast<double>(most)) return std::nullopt;
      return Affine::constant(static_cast<std::int64_t>(op.number));
    case Kind::dimension:
      return (*this)(op.operands[0]);
    case Kind::cast: {
      const ir::Elem from = f[op.operands[0]].type.elem;
      const bool exact = is_wide(op.type.elem) && ir::is_integer(from) &&
                         (is_wide(from) || ir::bytes_of(op.type.elem) > ir::bytes_of(from));
      return exact ? (*this)(op.operands[0]) : std::nullopt;
    }
    case Kind::map:
      return map(v);
    default:
      return std::nullopt;
  }
}

std::optional<Affine> AffineOf::map(Value v) {
  const Op& op = f[v];
  if (!is_wide(op.type.elem)) return std::nullopt;
  if (op.map == Map::maximum && positive.count(v))
    for (std::size_t side : {0, 1}) {
      const Op& bound = f[op.operands[side]];
      if (bound.kind == Kind::constant && bound.number == 0) return (*this)(op.operands[1 - side]);
    }
  if (op.map != Map::add && op.map != Map::sub && op.map != Map::mul) return std::nullopt;
  const auto a = (*this)(op.operands[0]), b = (*this)(op.operands[1]);
  if (!a || !b) return std::nullopt;
  if (op.map == Map::mul) return small(*a * *b);
  return small(*a + (op.map == Map::sub ? *b * Affine::constant(-1) : *b));
}

}  // namespace nndiff::plan
