// Integers as polynomials of what a loop does not change, linear in the counters of loops: for indices.
#ifndef NNDIFF_PLAN_AFFINE_H
#define NNDIFF_PLAN_AFFINE_H
#include <map>
#include <optional>
#include <set>

#include "ir/function.h"

namespace nndiff::plan {

/// A sum of products of integer values: each product's factors in order, and how often it is added.
struct Affine {
  std::map<std::vector<ir::Value>, std::int64_t> terms;

  static Affine constant(std::int64_t number);
  static Affine of(ir::Value v);
  /// The number that it is, if it is one.
  std::optional<std::int64_t> number() const;
  /// What `v` is multiplied by; the terms with it are taken out. Nothing where a term has it twice.
  std::optional<Affine> take(ir::Value v);
  friend bool operator==(const Affine&, const Affine&) = default;
};

Affine operator+(const Affine& a, const Affine& b);
Affine operator*(const Affine& a, const Affine& b);

/// What integers are made of, as seen from inside of a loop.
struct AffineOf {
  const ir::Function& f;
  const std::set<ir::Value>& inside;    // what the loop computes in each round
  const std::set<ir::Value>& counters;  // of it and of loops inside
  const std::set<ir::Value>& positive;  // limits of loops around: a round is carried out, so they are above 0
  std::map<ir::Value, std::optional<Affine>> known = {};

  /// Nothing where `v` depends on something else that the loop computes. Conversions between integers count
  /// as exact: a counter that wrapped around would have been negative before.
  std::optional<Affine> operator()(ir::Value v);

 private:
  std::optional<Affine> find(ir::Value v);
  std::optional<Affine> map(ir::Value v);
};

}  // namespace nndiff::plan

#endif
