// Sums of products of values: arithmetic, and building them with common factors taken out.
#include "opt/polynomial.h"

#include <algorithm>
#include <map>

namespace nndiff::opt {

using ir::Map;
using ir::Value;
using op::Builder;

namespace {

Polynomial normal(const std::map<std::vector<Atom>, double>& terms) {
  Polynomial out;
  for (const auto& [atoms, coefficient] : terms)
    if (coefficient != 0) out.push_back({atoms, coefficient});
  return out;
}

// The atom that occurs in most monomials, if it occurs in more than one.
std::optional<Atom> commonest(const Polynomial& p) {
  std::map<Atom, int> uses;
  for (const Monomial& m : p) {
    for (std::size_t i = 0; i < m.atoms.size(); ++i)
      if (i == 0 || m.atoms[i] != m.atoms[i - 1]) ++uses[m.atoms[i]];
  }
  std::optional<Atom> best;
  int most = 1;
  for (const auto& [atom, count] : uses)
    if (count > most) best = atom, most = count;
  return best;
}

struct Building {
  Builder& b;
  const ir::Type& type;
  int& cost;

  Value map(Map map, Value x, Value y) {
    ++cost;
    return b.map(map, x, y);
  }
  Value negate(Value x) {
    ++cost;
    return b.map(Map::neg, x);
  }
  Value of(const Atom& atom) {
    return atom.repeated ? b.broadcast_in(atom.value, type.shape, atom.axes) : atom.value;
  }

  // |coefficient|·atoms
  Value product(const Monomial& m) {
    const double size = std::abs(m.coefficient);
    std::optional<Value> out;
    if (size != 1 || m.atoms.empty()) out = b.constant(size, type);
    for (const Atom& atom : m.atoms) out = out ? map(Map::mul, *out, of(atom)) : of(atom);
    return *out;
  }

  Value sum(const Polynomial& p) {
    std::optional<Value> plus, minus;
    for (const Monomial& m : p) {
      std::optional<Value>& side = m.coefficient < 0 ? minus : plus;
      const Value term = product(m);
      side = side ? map(Map::add, *side, term) : term;
    }
    if (!minus) return *plus;
    return plus ? map(Map::sub, *plus, *minus) : negate(*minus);
  }

  // p = a·q + r for the commonest atom a, and so on inside q and r.
  Value polynomial(const Polynomial& p) {
    if (p.empty()) return b.constant(0, type);
    auto atom = commonest(p);
    if (!atom) return sum(p);
    Polynomial q, r;
    for (Monomial m : p) {
      auto at = std::find(m.atoms.begin(), m.atoms.end(), *atom);
      if (at == m.atoms.end()) {
        r.push_back(m);
      } else {
        m.atoms.erase(at);
        q.push_back(m);
      }
    }
    const Value product = map(Map::mul, of(*atom), polynomial(q));
    return r.empty() ? product : map(Map::add, polynomial(r), product);
  }
};

}  // namespace

Polynomial add(const Polynomial& p, const Polynomial& q, double sign) {
  std::map<std::vector<Atom>, double> terms;
  for (const Monomial& m : p) terms[m.atoms] += m.coefficient;
  for (const Monomial& m : q) terms[m.atoms] += sign * m.coefficient;
  return normal(terms);
}

Polynomial multiply(const Polynomial& p, const Polynomial& q) {
  std::map<std::vector<Atom>, double> terms;
  for (const Monomial& m : p) {
    for (const Monomial& n : q) {
      std::vector<Atom> atoms = m.atoms;
      atoms.insert(atoms.end(), n.atoms.begin(), n.atoms.end());
      std::sort(atoms.begin(), atoms.end());
      terms[std::move(atoms)] += m.coefficient * n.coefficient;
    }
  }
  return normal(terms);
}

Value build(Builder& b, const Polynomial& p, const ir::Type& type, int& cost) {
  return Building{b, type, cost}.polynomial(p);
}

}  // namespace nndiff::opt
