// Recursive functions are differentiated into recursive ones: gradients are right, and their work and memory
// grow as the function's own, whatever the calls are.
// RUN: %cxx %S/routines_test.cpp %S/interpreter.cpp %rooms -o %t && %t
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

const ir::Type i64{Elem::i64, {}}, f64{Elem::f64, {}};
using Values = std::vector<Value>;

// A function of x, an array of N numbers, that calls one routine.
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

  // The routine with parameters of these types; `make` returns its yields.
  void routine(const std::vector<ir::Type>& types, const std::vector<int>& places, auto make) {
    ir::Region inner, *outer = b.region;
    for (const ir::Type& type : types) b.parameter(inner, type);
    b.region = &inner;
    inner.yields = make(inner.params);
    b.region = outer;
    ir::Op op{.kind = ir::Kind::routine, .type = i64, .axes = places};
    op.regions.push_back(inner);
    const Value made = f.make(op);
    f.body.ops.insert(f.body.ops.begin(), made);
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
  Values loop(Value limit, const Values& initial, auto make, bool is_while = false) {
    ir::Region inner, *outer = b.region;
    b.parameter(inner, i64);
    for (Value v : initial) b.parameter(inner, b.type(v));
    b.region = &inner;
    inner.yields = make(inner.params[0], Values(inner.params.begin() + 1, inner.params.end()));
    b.region = outer;
    return b.loop(limit, initial, inner, is_while).results;
  }
  void finish(Value result) {
    f.body.yields = {result};
    f.result = f64;
    ir::verify(f, "the test");
    ir::verify_linear(f, "the test");
  }
};

test::Run run(const ir::Function& f, const std::vector<double>& x) {
  const auto size = static_cast<std::int64_t>(x.size());
  return test::execute(f, {{{size}, x}}, {{"N", size}});
}

std::vector<double> point(std::size_t n) {
  std::vector<double> x;
  for (std::size_t i = 0; i < n; ++i) x.push_back(0.4 + 0.5 / static_cast<double>(i + 1));
  return x;
}

// Gradients against differences, and work and memory against the function's own at growing sizes.
void compare(const ir::Function& f, std::size_t small, std::size_t large) {
  for (const auto recompute : {grad::Recompute::automatic, grad::Recompute::all, grad::Recompute::none}) {
    const ir::Function g = grad::differentiate(f, grad::Mode::value_and_grad, recompute);
    ir::verify(g, "differentiate");
    ir::verify_linear(g, "differentiate");
    for (std::size_t n : {std::size_t{0}, std::size_t{1}, small}) {
      std::vector<double> x = point(n);
      const test::Run both = run(g, x);
      near(both.outputs.at(0).data.at(0), run(f, x).outputs.at(0).data.at(0), 1e-12);
      for (std::size_t i = 0; i < n; ++i) {
        std::vector<double> up = x, down = x;
        up[i] += 1e-6, down[i] -= 1e-6;
        const double slope = run(f, up).outputs[0].data[0] - run(f, down).outputs[0].data[0];
        near(both.outputs.at(1).data.at(i), slope / 2e-6, 1e-6);
      }
    }
    const auto factor = [&](std::size_t n) {
      const test::Run own = run(f, point(n)), both = run(g, point(n));
      return static_cast<double>(both.work + both.memory) / static_cast<double>(own.work);
    };
    const double before = factor(small), after = factor(large);
    check(after < 12 && after < 1.2 * before + 0.5);
  }
}

// sum(i) = i == n ? 1 : sin(x[i] * sum(i + 1))
ir::Function chain() {
  Program p;
  op::Builder& b = p.b;
  p.routine({p.row, i64, i64}, {-1}, [&](const Values& in) -> Values {
    return p.branch(
        b.map(Map::ge, in[1], in[2]), [&]() -> Values { return {p.real(1)}; },
        [&]() -> Values {
          const Value next = b.map(Map::add, in[1], p.whole(1));
          const Value rest = b.call(0, {in[0], next, in[2]}, {f64}, {-1}).results[0];
          return {b.map(Map::sin, b.map(Map::mul, b.load(in[0], {in[1]}), rest))};
        });
  });
  p.finish(b.call(0, {p.x, p.whole(0), p.n}, {f64}, {-1}).results[0]);
  return p.f;
}

// halves(lo, hi): the product of both halves' results, single elements squared in place before.
ir::Function halves() {
  Program p;
  op::Builder& b = p.b;
  p.routine({p.row, i64, i64}, {-1, 0}, [&](const Values& in) -> Values {
    const Value lo = in[1], hi = in[2], many = b.map(Map::sub, hi, lo);
    return p.branch(
        b.map(Map::le, many, p.whole(1)),
        [&]() -> Values {
          return p.branch(
              b.map(Map::eq, many, p.whole(1)),
              [&]() -> Values {
                const Value e = b.load(in[0], {lo});
                return {e, b.store(in[0], b.map(Map::mul, e, e), {lo})};
              },
              [&]() -> Values { return {p.real(1), in[0]}; });
        },
        [&]() -> Values {
          const Value mid = b.map(Map::div, b.map(Map::add, lo, hi), p.whole(2));
          const Values left = b.call(0, {in[0], lo, mid}, {f64, p.row}, {-1, 0}).results;
          const Values right = b.call(0, {left[1], mid, hi}, {f64, p.row}, {-1, 0}).results;
          const Value product = b.map(Map::mul, left[0], right[0]);
          return {b.map(Map::add, product, b.load(right[1], {lo})), right[1]};
        });
  });
  p.finish(b.call(0, {b.copy(p.x), p.whole(0), p.n}, {f64, p.row}, {-1, 0}).results[0]);
  return p.f;
}

// Rounds that are not known beforehand around a call: while (lo < hi) { s += sin(s x[lo]) f(lo + 1, mid); lo
// = mid + 1 }
ir::Function rounds() {
  Program p;
  op::Builder& b = p.b;
  p.routine({p.row, i64, i64, f64}, {-1}, [&](const Values& in) -> Values {
    const Values out = p.loop(
        p.whole(-1), {b.map(Map::lt, in[1], in[2]), in[1], in[3]},
        [&](Value, const Values& c) -> Values {
          const Value mid = b.map(Map::div, b.map(Map::add, c[1], in[2]), p.whole(2));
          const Value first = b.map(Map::add, c[1], p.whole(1));
          const Value term = b.map(Map::sin, b.map(Map::mul, c[2], b.load(in[0], {c[1]})));
          const Value inner = b.call(0, {in[0], first, mid, term}, {f64}, {-1}).results[0];
          const Value next = b.map(Map::maximum, first, mid);
          return {b.map(Map::lt, next, in[2]), next, b.map(Map::add, c[2], b.map(Map::mul, term, inner))};
        },
        true);
    return {b.map(Map::sin, out[2])};
  });
  p.finish(b.call(0, {p.x, p.whole(0), p.n, p.real(0.5)}, {f64}, {-1}).results[0]);
  return p.f;
}

// Calls in a loop whose rounds are known: f(i) = Σ (j < i) x[j] f(j) + 1
ir::Function tree() {
  Program p;
  op::Builder& b = p.b;
  p.routine({p.row, i64}, {-1}, [&](const Values& in) -> Values {
    return p.loop(in[1], {p.real(1)}, [&](Value j, const Values& c) -> Values {
      const Value inner = b.call(0, {in[0], j}, {f64}, {-1}).results[0];
      return {b.map(Map::add, c[0], b.map(Map::mul, b.map(Map::sin, inner), b.load(in[0], {j})))};
    });
  });
  p.finish(b.call(0, {p.x, p.n}, {f64}, {-1}).results[0]);
  return p.f;
}

}  // namespace

int main() {
  compare(chain(), 8, 64);
  compare(halves(), 8, 64);
  compare(rounds(), 8, 64);
  compare(tree(), 5, 10);
}
