// What random programs are made of: numbers, and smooth bounded formulas of scalars or tensors.
#ifndef TEST_UNIT_FORMULAS_H
#define TEST_UNIT_FORMULAS_H
#include <algorithm>

#include "random_ir.h"

namespace test {

using nndiff::ir::Elem;
using nndiff::ir::Map;
using nndiff::ir::Type;
using nndiff::ir::Value;

inline const Type f64{Elem::f64, {}}, i64{Elem::i64, {}}, boolean{Elem::boolean, {}};

/// A program that is being made, and its random numbers.
struct Formulas {
  std::mt19937 random;
  RandomProgram p;
  nndiff::op::Builder b{p.f};

  explicit Formulas(std::uint32_t seed) : random(seed) {}

  int below(int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }
  bool chance(int percent) { return below(100) < percent; }
  double real() { return std::uniform_real_distribution<double>(-1.5, 1.5)(random); }
  template <class T>
  T& pick(std::vector<T>& from) {
    return from[from.size() - 1 -
                static_cast<std::size_t>(below(std::min<int>(5, static_cast<int>(from.size()))))];
  }

  Value constant(double x) { return b.constant(x, f64); }
  Value whole(double x) { return b.constant(x, i64); }
  Value add(Value x, Value y) { return b.map(Map::add, x, y); }
  Value mul(Value x, Value y) { return b.map(Map::mul, x, y); }
  Value tame(Value x) { return b.map(Map::tanh, x); }
  Value like(double x, Value v) { return b.constant(x, b.type(v)); }

  // Smooth and bounded, for scalars and tensors alike.
  Value formula(Value x, Value y) {
    switch (below(11)) {
      case 0:
        return b.map(Map::sin, mul(like(2, x), x));
      case 1:
        return tame(mul(x, y));
      case 2:
        return mul(like(0.6, x), add(x, y));
      case 3:
        return b.map(Map::exp, tame(b.map(Map::sub, x, y)));
      case 4:
        return b.map(Map::sqrt, add(mul(x, x), like(0.5, x)));
      case 5:
        return tame(b.map(Map::div, x, add(mul(y, y), like(0.7, y))));
      case 6:
        return b.map(Map::where, {b.map(Map::lt, x, y), b.map(Map::sin, x), mul(like(0.5, y), y)});
      case 7:
        return b.map(Map::sub, mul(x, like(real(), x)), b.map(Map::cos, y));
      case 8:
        return b.map(Map::log, add(b.map(Map::square, y), like(1.5, y)));
      case 9:
        return tame(b.map(Map::fma, {x, y, x}));
      default:
        return b.map(Map::maximum, x, mul(like(0.9, y), y));
    }
  }
};

}  // namespace test

#endif
