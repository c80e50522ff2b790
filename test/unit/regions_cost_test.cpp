// A gradient's work and memory grow as the function's own: never with the square of a trip count.
// RUN: %cxx %S/regions_cost_test.cpp %S/interpreter.cpp %rooms -o %t && %t
#include "check.h"
#include "grad/differentiate.h"
#include "interpreter.h"
#include "ir/linear.h"
#include "ir/verify.h"
#include "op/build.h"

using namespace nndiff;
using ir::Dim;
using ir::Elem;
using ir::Map;
using ir::Value;

namespace {

const ir::Type i64{Elem::i64, {}}, f64{Elem::f64, {}}, boolean{Elem::boolean, {}};
using Values = std::vector<Value>;

// A function of x, an array of N numbers.
struct Program {
  ir::Function f;
  op::Builder b{f};
  Value x, n;
  ir::Type row{Elem::f64, {Dim::parse("N")}};

  Program() {
    f.name = f.qualified = "f";
    x = f.append({.kind = ir::Kind::input, .type = row});
    ir::Param param;
    param.name = "x";
    param.leaves.push_back({"x", row, x, true});
    f.params.push_back(param);
    n = b.size(Dim::parse("N"), i64);
  }
  Value whole(double k) { return b.constant(k, i64); }
  Value real(double k) { return b.constant(k, f64); }

  Values loop(Value limit, const Values& initial, auto make, bool is_while = false) {
    ir::Region inner, *outer = b.region;
    b.parameter(inner, i64);
    for (Value v : initial) b.parameter(inner, b.type(v));
    b.region = &inner;
    inner.yields = make(inner.params[0], Values(inner.params.begin() + 1, inner.params.end()));
    b.region = outer;
    return b.loop(limit, initial, inner, is_while).results;
  }
  Values branch(Value condition, auto yes, auto no) {
    ir::Region arms[2], *outer = b.region;
    b.region = &arms[0];
    arms[0].yields = yes();
    b.region = &arms[1];
    arms[1].yields = no();
    b.region = outer;
    return b.branch(condition, arms[0], arms[1]).results;
  }
  void finish(Value result) {
    f.body.yields = {result};
    f.result = f64;
  }
};

struct Cost {
  double work, memory;
};

Cost run(const ir::Function& f, std::int64_t n) {
  test::Array x{{n}, {}};
  for (std::int64_t i = 0; i < n; ++i) x.data.push_back(0.3 + 0.5 / static_cast<double>(i + 1));
  const test::Run r = test::execute(f, {x}, {{"N", n}});
  return {static_cast<double>(r.work), static_cast<double>(r.memory)};
}

// The gradient costs at most `work` times the function, and keeps at most `memory` times x more; both at two
// sizes, of which the larger shows what grows faster.
void costs(const char* what, const Program& p, double work, double memory,
           grad::Recompute mode = grad::Recompute::automatic) {
  ir::verify_linear(p.f, what);
  const ir::Function g = grad::differentiate(p.f, grad::Mode::value_and_grad, mode);
  ir::verify(g, what);
  ir::verify_linear(g, what);
  for (const std::int64_t n : {64, 512}) {
    const Cost plain = run(p.f, n), gradient = run(g, n);
    const double times = gradient.work / plain.work;
    const double kept = (gradient.memory - plain.memory) / static_cast<double>(n);
    std::printf("%-12s N = %3d: %.2f times the work, %.2f N kept\n", what, static_cast<int>(n), times, kept);
    check(times <= work, what);
    check(kept <= memory, what);
  }
}

// s = Σ sin(x[i]): what is read is read again, nothing is kept; N is the gradient itself.
void sum() {
  Program p;
  auto& b = p.b;
  p.finish(p.loop(p.n, {p.real(0)}, [&](Value i, Values s) {
    return Values{b.map(Map::add, s[0], b.map(Map::sin, b.load(p.x, {i})))};
  })[0]);
  costs("sum", p, 3, 1.01);
}

// s = tanh(s · x[i]): one number a round is kept, though both its old and its new value are wanted.
void recurrence() {
  Program p;
  auto& b = p.b;
  p.finish(p.loop(p.n, {p.real(1)}, [&](Value i, Values s) {
    return Values{b.map(Map::tanh, b.map(Map::mul, s[0], b.load(p.x, {i})))};
  })[0]);
  costs("recurrence", p, 4.6, 2.1);
}

// a[i] = a[i - 1] · x[i], elements of one array.
void in_place() {
  Program p;
  auto& b = p.b;
  const Value a = b.store(b.alloc(p.row), b.load(p.x, {p.whole(0)}), {p.whole(0)});
  const Value filled = p.loop(b.map(Map::sub, p.n, p.whole(1)), {a}, [&](Value i, Values c) {
    const Value next = b.map(Map::add, i, p.whole(1));
    return Values{b.store(c[0], b.map(Map::mul, b.load(c[0], {i}), b.load(p.x, {next})), {next})};
  })[0];
  p.finish(b.load(filled, {b.map(Map::sub, p.n, p.whole(1))}));
  costs("in place", p, 3.5, 3.1);
}

// Rows of a triangle, each summed into a local array of which few elements are used.
void local_array() {
  Program p;
  auto& b = p.b;
  p.finish(p.loop(p.n, {p.real(0)}, [&](Value i, Values s) {
    Value a = b.store(b.alloc(p.row), b.load(p.x, {i}), {i});
    a = b.store(a, b.map(Map::sin, b.load(a, {i})), {p.whole(0)});
    return Values{b.map(Map::add, s[0], b.load(a, {p.whole(0)}))};
  })[0]);
  costs("local array", p, 3.5, 4.1);
}

// A state that is replaced by a new array in each round, of which one element is touched.
void replaced() {
  Program p;
  auto& b = p.b;
  const Value start = b.store(b.alloc(p.row), b.load(p.x, {p.whole(0)}), {p.whole(0)});
  const Value last = p.loop(p.n, {start}, [&](Value i, Values c) {
    const Value x = b.map(Map::mul, b.load(c[0], {p.whole(0)}), b.load(p.x, {i}));
    return Values{b.store(b.alloc(p.row), x, {p.whole(0)})};
  })[0];
  p.finish(b.load(last, {p.whole(0)}));
  // The function itself asks for N numbers a round.
  costs("replaced", p, 3.5, 5.1);
}

// An array from outside read in one region of a branch inside of a loop.
void rarely() {
  Program p;
  auto& b = p.b;
  p.finish(p.loop(p.n, {p.real(0)}, [&](Value i, Values s) {
    const Value hit = b.map(Map::eq, b.map(Map::rem, i, p.whole(8)), p.whole(0));
    const Value term = p.branch(
        hit, [&] { return Values{b.map(Map::exp, b.load(p.x, {i}))}; }, [&] { return Values{p.real(0)}; })[0];
    return Values{b.map(Map::add, s[0], term)};
  })[0]);
  costs("rarely", p, 3.5, 2.1);
}

// while (s < 1e9 && i < N) s = tanh(s · x[i++]): rounds are not known beforehand.
void while_loop() {
  Program p;
  auto& b = p.b;
  const auto go = [&](Value i, Value s) {
    return b.map(Map::bit_and, b.map(Map::lt, i, p.n), b.map(Map::lt, s, p.real(1e9)));
  };
  const Values r = p.loop(
      p.whole(-1), {go(p.whole(0), p.real(1)), p.real(1), p.whole(0)},
      [&](Value, Values c) {
        const Value s = b.map(Map::tanh, b.map(Map::mul, b.load(p.x, {c[2]}), c[1]));
        const Value i = b.map(Map::add, c[2], p.whole(1));
        return Values{go(i, s), s, i};
      },
      true);
  p.finish(b.map(Map::log, r[1]));
  costs("while", p, 3.5, 2.1);
}

// Loops whose limit is another's counter.
void triangle() {
  Program p;
  auto& b = p.b;
  p.finish(p.loop(p.n, {p.real(0)}, [&](Value i, Values s) {
    const Value inner = p.loop(i, {p.real(1)}, [&](Value j, Values t) {
      return Values{b.map(Map::tanh, b.map(Map::add, t[0], b.load(p.x, {j})))};
    })[0];
    return Values{b.map(Map::add, s[0], inner)};
  })[0]);
  // As much as there are rounds: N² / 2.
  costs("triangle", p, 4.1, 260);
}

}  // namespace

int main() {
  sum();
  recurrence();
  in_place();
  local_array();
  replaced();
  rarely();
  while_loop();
  triangle();
}
