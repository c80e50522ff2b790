// The interpreter runs loops, branches and memory, computes integers exactly, and catches what breaks a law.
// RUN: %cxx %S/interpreter_test.cpp %S/interpreter.cpp %rooms -o %t && %t
#include "interpreter.h"
#include "check.h"
#include "op/build.h"

using namespace nndiff;
using ir::Elem;
using ir::Map;
using ir::Value;

namespace {

const ir::Type i64{Elem::i64, {}}, f64{Elem::f64, {}};

struct Program {
  ir::Function f;
  op::Builder b{f};
  ir::Region* body = b.region;
  Value whole(double x) { return b.constant(x, i64); }

  // A loop whose body `make(counter, carried)` yields what it returns.
  std::vector<Value> loop(Value limit, const std::vector<Value>& initial, auto make, bool is_while = false) {
    ir::Region inner, *outer = b.region;
    b.parameter(inner, i64);
    for (Value v : initial) b.parameter(inner, b.type(v));
    b.region = &inner;
    inner.yields = make(inner.params[0], std::vector<Value>(inner.params.begin() + 1, inner.params.end()));
    b.region = outer;
    return b.loop(limit, initial, inner, is_while).results;
  }

  test::Run run(const std::vector<Value>& yields) {
    f.body.yields = yields;
    return test::execute(f, {}, {});
  }
};

// Squares stored in an array by a loop, summed by a second one.
void squares() {
  Program p;
  auto& b = p.b;
  const Value n = p.whole(5);
  const Value filled = p.loop(n, {b.alloc({Elem::f64, {ir::Dim{5}}})}, [&](Value i, auto a) {
    const Value x = b.cast(i, Elem::f64);
    return std::vector{b.store(a[0], b.map(Map::mul, x, x), {i})};
  })[0];
  const Value sum = p.loop(n, {b.constant(0, f64)}, [&](Value i, auto s) {
    return std::vector{b.map(Map::add, s[0], b.load(filled, {i}))};
  })[0];
  const test::Run run = p.run({sum});
  check(run.outputs[0].data[0] == 30);
  check(run.memory == 5);
}

// Collatz steps from 27: a loop without a limit around a branch.
void collatz() {
  Program p;
  auto& b = p.b;
  const auto not_one = [&](Value n) { return b.map(Map::ne, n, p.whole(1)); };
  const Value start = p.whole(27);
  const auto results = p.loop(
      p.whole(-1), {not_one(start), start, p.whole(0)},
      [&](Value, auto c) {
        ir::Region even, odd, *outer = b.region;
        const Value half = b.map(Map::eq, b.map(Map::rem, c[1], p.whole(2)), p.whole(0));
        b.region = &even;
        even.yields = {b.map(Map::div, c[1], p.whole(2))};
        b.region = &odd;
        odd.yields = {b.map(Map::add, b.map(Map::mul, p.whole(3), c[1]), p.whole(1))};
        b.region = outer;
        const Value n = b.branch(half, even, odd).results[0];
        return std::vector{not_one(n), n, b.map(Map::add, c[2], p.whole(1))};
      },
      true);
  check(p.run({results[2]}).outputs[0].data[0] == 111);
}

// (2^62 + 1) * 3 - 3 * 2^62 and the wrapping of small types.
void integers() {
  Program p;
  auto& b = p.b;
  const Value big = b.map(Map::shift_left, p.whole(1), p.whole(62));
  const Value odd = b.map(Map::add, big, p.whole(1));
  const Value low = b.map(Map::sub, b.map(Map::bit_or, odd, p.whole(6)), big);
  const Value wrapped = b.map(Map::add, b.constant(200, {Elem::u8, {}}), b.constant(100, {Elem::u8, {}}));
  const Value minus = b.map(Map::rem, p.whole(-7), p.whole(3));
  const Value cut = b.cast(b.constant(-2.9, f64), Elem::i32);
  const Value narrow = b.cast(p.whole(300), Elem::i8);
  const auto out = p.run({low, wrapped, minus, cut, narrow}).outputs;
  check(out[0].data[0] == 7 && out[1].data[0] == 44 && out[2].data[0] == -1);
  check(out[3].data[0] == -2 && out[4].data[0] == 44);
}

// A block stored and loaded, an array that grows.
void blocks() {
  Program p;
  auto& b = p.b;
  const Value block = b.constant(2, {Elem::f64, {ir::Dim{3}}});
  const Value a = b.store(b.alloc({Elem::f64, {ir::Dim{2}, ir::Dim{3}}}), block, {p.whole(1), p.whole(0)});
  const Value sum = b.reduce(ir::Reducer::sum, b.load(a, {p.whole(3)}, {ir::Dim{3}}), {});
  const Value g = b.grow(b.alloc({Elem::f64, {ir::unknown_extent()}}), p.whole(4));
  const Value more = b.grow(b.store(g, sum, {p.whole(3)}), p.whole(9));
  const auto out = p.run({b.load(more, {p.whole(3)}), b.load(more, {p.whole(8)})}).outputs;
  check(out[0].data[0] == 6 && out[1].data[0] == 0);
}

bool throws(auto make) {
  Program p;
  try {
    p.run({make(p)});
  } catch (const std::logic_error&) {
    return true;
  }
  return false;
}

void laws() {
  const ir::Type pair{Elem::f64, {ir::Dim{2}}};
  check(throws([&](Program& p) {  // read after it was overwritten
    const Value a = p.b.zeros(pair);
    p.b.store(a, p.b.constant(1, f64), {p.whole(0)});
    return p.b.load(a, {p.whole(1)});
  }));
  check(throws([&](Program& p) { return p.b.load(p.b.zeros(pair), {p.whole(2)}); }));
  check(throws([&](Program& p) {  // a condition never written
    const Value x = p.b.load(p.b.alloc({Elem::boolean, pair.shape}), {p.whole(0)});
    return p.b.branch(x, {}, {}).op;
  }));
  check(!throws([&](Program& p) { return p.b.load(p.b.zeros(pair), {p.whole(1)}); }));
}

}  // namespace

int main() {
  squares();
  collatz();
  integers();
  blocks();
  laws();
}
