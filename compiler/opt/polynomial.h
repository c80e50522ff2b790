// Sums of products of values, as found in adjoint code, collected into a normal form.
#ifndef NNDIFF_OPT_POLYNOMIAL_H
#define NNDIFF_OPT_POLYNOMIAL_H
#include "op/build.h"

namespace nndiff::opt {

/// A factor: a value, or a value repeated along the axes that `axes` does not name.
struct Atom {
  ir::Value value;
  std::vector<int> axes = {};
  bool repeated = false;
  friend auto operator<=>(const Atom&, const Atom&) = default;
};

/// A product of atoms (sorted, with repetition) times a coefficient.
struct Monomial {
  std::vector<Atom> atoms;
  double coefficient = 1;
};

/// A sum of monomials with different atoms, sorted by them.
using Polynomial = std::vector<Monomial>;

Polynomial add(const Polynomial& p, const Polynomial& q, double sign);
Polynomial multiply(const Polynomial& p, const Polynomial& q);

/// Appends operations of type `type` that compute `p`, common factors taken out. `cost` counts the
/// elementwise operators appended.
ir::Value build(op::Builder& b, const Polynomial& p, const ir::Type& type, int& cost);

}  // namespace nndiff::opt

#endif
