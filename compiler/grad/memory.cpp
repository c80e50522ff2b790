// The adjoints of memory written by element: an array beside each array, that runs through its versions
// backwards. What a load read is added to its element; what a store wrote takes its element and leaves zero,
// since what was there before has no part in what follows.
#include "grad/memory.h"

#include "ir/linear.h"

namespace nndiff::grad {

using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Value;
using op::Builder;

namespace {

struct Step {
  Builder& b;
  Adjoints& adjoints;
  const std::vector<bool>& is_active;
  const Value y;
  const Op op = b.f[y];

  Value i64(double x) { return b.constant(x, {ir::Elem::i64, {}}); }

  std::vector<Value> index(std::size_t first) const {
    return {op.operands.begin() + static_cast<long>(first), op.operands.end()};
  }

  // The adjoint of a growing array reaches as far as it has been touched.
  Value reach(Value array, Value d, const ir::Shape& block, const std::vector<Value>& at) {
    if (!is_unknown(b.type(d)) || !adjoints.is_allocated(array)) return d;
    return b.grow(d, b.map(Map::add, at[0], b.size(ir::count(block), {ir::Elem::i64, {}})));
  }

  // A view of the same elements in the same order is passed over: its adjoint is its base's.
  Value through_reshapes(Value array, std::vector<Value>& at) {
    const ir::Shape shape = b.shape(array);
    const Value base = element_base(b.f, is_active, array);
    if (base == array || at.size() == 1) return base;
    Value flat = at[0];
    for (std::size_t i = 1; i < at.size(); ++i)
      flat = b.map(Map::add, b.map(Map::mul, flat, b.size(shape[i], {ir::Elem::i64, {}})), at[i]);
    at = {flat};
    return base;
  }

  void load() {
    const Value dy = adjoints.of(y);
    if (!dy || !is_active[y.id] || !is_active[op.operands[0].id]) return;
    adjoints.share(dy);
    std::vector<Value> at = index(1);
    const Value array = through_reshapes(op.operands[0], at);
    const Value d = reach(array, adjoints.owned(array), op.type.shape, at);
    adjoints.set_owned(array, b.accumulate(d, dy, at));
  }

  void write() {
    if (!adjoints.of(y)) return;
    const Value array = op.operands[0], element = op.operands[1];
    const ir::Type type = b.type(element);
    const std::vector<Value> at = index(2);
    Value d = reach(array, adjoints.owned(y), type.shape, at);
    if (is_active[element.id]) adjoints.add(element, b.load(d, at, type.shape), true);
    if (op.kind == Kind::store) d = b.store(d, b.constant(0, type), at);
    pass_on(array, d);
  }

  // The array's adjoint after this step belongs to its earlier version.
  void pass_on(Value array, Value d) {
    adjoints.share(d);
    adjoints.add(array, d, true);
  }

  void copy() {
    const Value dy = adjoints.of(y);
    if (!dy || !is_active[op.operands[0].id]) return;
    if (adjoints.of(op.operands[0]) && adjoints.extents.count(y)) return copy_by_element();
    const bool owned = adjoints.is_owned(dy);
    adjoints.share(dy);
    adjoints.add(op.operands[0], dy, owned);
  }

  // The adjoints of two growing arrays are added in a loop, as far as the copy went.
  void copy_by_element() {
    const Value from = op.operands[0], n = adjoints.extents.at(y);
    const Value dy = b.grow(adjoints.owned(y), n), dx = b.grow(adjoints.owned(from), n);
    ir::Region body, *outer = std::exchange(b.region, &body);
    const Value i = b.parameter(body, {ir::Elem::i64, {}}), sum = b.parameter(body, op.type);
    body.yields = {b.accumulate(sum, b.load(dy, {i}), {i})};
    b.region = outer;
    adjoints.set_owned(from, b.loop(n, {dx}, std::move(body)).results[0]);
  }

  // Every element that was stored has left zero.
  void alloc() {
    const Value dy = adjoints.of(y);
    if (adjoints.loops > 0 && dy && adjoints.is_owned(dy)) adjoints.pool[to_string(op.type)].push_back(dy);
  }

  void run() {
    switch (op.kind) {
      case Kind::alloc:
        return alloc();
      case Kind::copy:
        return copy();
      case Kind::load:
        return load();
      case Kind::grow:
        return adjoints.of(y) ? pass_on(op.operands[0], adjoints.owned(y)) : void();
      default:
        return write();
    }
  }
};

}  // namespace

Value element_base(const ir::Function& f, const std::vector<bool>& is_active, Value array) {
  while (f[array].kind == Kind::reshape && is_active[f[array].operands[0].id]) array = f[array].operands[0];
  return array;
}

void memory_step(Builder& b, Adjoints& adjoints, const std::vector<bool>& is_active, Value y) {
  Step{b, adjoints, is_active, y}.run();
}

}  // namespace nndiff::grad
