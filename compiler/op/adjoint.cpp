// Adjoints of elementwise operators: instantiates the formulas of nn/ops.def with a type that builds IR.
#include "op/adjoint.h"

namespace nndiff::op {

namespace {

struct Expr {
  Builder* b;
  Value v;
};

struct None {};

Expr apply(Map map, std::initializer_list<Expr> operands) {
  std::vector<Value> values;
  for (const Expr& e : operands) values.push_back(e.v);
  Builder* b = operands.begin()->b;
  return {b, b->map(map, std::move(values))};
}

Expr operator+(Expr a, Expr b) {
  return apply(Map::add, {a, b});
}
Expr operator-(Expr a, Expr b) {
  return apply(Map::sub, {a, b});
}
Expr operator*(Expr a, Expr b) {
  return apply(Map::mul, {a, b});
}
Expr operator/(Expr a, Expr b) {
  return apply(Map::div, {a, b});
}
Expr operator-(Expr a) {
  return apply(Map::neg, {a});
}
Expr operator<(Expr a, Expr b) {
  return apply(Map::lt, {a, b});
}
Expr operator>(Expr a, Expr b) {
  return apply(Map::gt, {a, b});
}
Expr operator<=(Expr a, Expr b) {
  return apply(Map::le, {a, b});
}
Expr operator>=(Expr a, Expr b) {
  return apply(Map::ge, {a, b});
}
Expr operator==(Expr a, Expr b) {
  return apply(Map::eq, {a, b});
}
Expr select(Expr c, Expr a, Expr b) {
  return apply(Map::where, {c, a, b});
}
Expr lit(Expr x, double number) {
  return {x.b, x.b->constant(number, x.b->type(x.v))};
}
Expr zero(Expr x) {
  return lit(x, 0);
}
Expr one(Expr x) {
  return lit(x, 1);
}

#define NN_FUNCTION1(name)             \
  [[maybe_unused]] Expr name(Expr x) { \
    return apply(Map::name, {x});      \
  }
#define NN_FUNCTION2(name)                     \
  [[maybe_unused]] Expr name(Expr a, Expr b) { \
    return apply(Map::name, {a, b});           \
  }
#include "op/functions.def"

std::optional<Value> result(Expr e) {
  return e.v;
}
std::optional<Value> result(None) {
  return std::nullopt;
}

// Only the formula asked for may be evaluated: evaluating appends operations.
std::optional<Value> formula(Map map, int operand, std::span<const Expr> v, Expr y, Expr dy) {
  constexpr None none;
  switch (map) {
#define NN_MAP1(name, doc, value, dx)     \
  case Map::name: {                       \
    [[maybe_unused]] const Expr x = v[0]; \
    return result(dx);                    \
  }
#define NN_MAP2(name, doc, value, da, db)           \
  case Map::name: {                                 \
    [[maybe_unused]] const Expr a = v[0], b = v[1]; \
    if (operand == 0) return result(da);            \
    return result(db);                              \
  }
#define NN_MAP3(name, doc, value, da, db, dc)                 \
  case Map::name: {                                           \
    [[maybe_unused]] const Expr a = v[0], b = v[1], c = v[2]; \
    if (operand == 0) return result(da);                      \
    if (operand == 1) return result(db);                      \
    return result(dc);                                        \
  }
#define NN_COMPARE(name, doc, value) \
  case Map::name:                    \
    return std::nullopt;
#include <nn/ops.def>
#define NN_INTEGER1(name, value) \
  case Map::name:                \
    return std::nullopt;
#define NN_INTEGER2(name, value) NN_INTEGER1(name, value)
#include "ir/integers.def"
  }
  ir::bug("unknown elementwise operator");
}

}  // namespace

std::optional<Value> adjoint(Builder& b, Map map, int operand, std::span<const Value> operands, Value y,
                             Value dy) {
  std::vector<Expr> v;
  for (Value o : operands) v.push_back({&b, o});
  return formula(map, operand, v, {&b, y}, {&b, dy});
}

}  // namespace nndiff::op
