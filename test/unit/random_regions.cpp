// Random IR programs with loops, branches and memory, for tests of the transforms.
#include "random_regions.h"

#include "random_calls.h"
#include "random_inputs.h"

namespace test {

using namespace nndiff;
using ir::Dim;
using ir::Elem;
using ir::Kind;
using ir::Region;

namespace {

struct Generator : Inputs {
  int budget;      // statements that may still be made
  bool has_calls;  // of functions that the IR does not look into

  Generator(std::uint32_t seed, int statements, bool calls)
      : Inputs(seed), budget(statements), has_calls(calls) {}

  Value number(Scope& s) {
    if (s.numbers.empty() || chance(20)) return whole(below(5));
    const Value n = pick(s.numbers);
    return chance(60) ? n : add(n, whole(below(3)));
  }
  Value within(Scope& s, Value size) { return b.map(Map::rem, number(s), size); }
  Value size_of(const Variable& a, std::size_t axis) {
    return a.extent ? whole(a.extent) : b.size(b.shape(a.now)[axis], i64);
  }
  std::vector<Value> place(Scope& s, const Variable& a) {
    std::vector<Value> out;
    if (b.shape(a.now).size() == 2 && chance(20)) return {within(s, b.size(ir::count(b.shape(a.now)), i64))};
    for (std::size_t i = 0; i < b.shape(a.now).size(); ++i) out.push_back(within(s, size_of(a, i)));
    return out;
  }

  void scalar(Scope& s) { s.scalars.push_back(formula(pick(s.scalars), pick(s.scalars))); }

  void read(Scope& s) {
    const Variable& a = pick(s.arrays);
    if (b.shape(a.now).size() == 2 && chance(40))
      s.tensors.push_back(b.load(a.now, {within(s, size_of(a, 0)), whole(0)}, {b.shape(a.now)[1]}));
    else
      s.scalars.push_back(b.load(a.now, place(s, a)));
  }

  void write(Scope& s) {
    Variable& a = pick(s.arrays);
    if (!a.mine) return read(s);
    const Value x = pick(s.scalars);
    if (a.extent && chance(40) && a.extent < 8) {
      a.now = b.store(b.grow(a.now, whole(a.extent + 1)), x, {whole(a.extent)});
      ++a.extent;
    } else if (b.shape(a.now).size() == 2 && chance(40)) {
      const Value row = b.broadcast_to(x, {b.shape(a.now)[1]});
      a.now = b.store(a.now, tame(mul(row, like(0.5, row))), {within(s, size_of(a, 0)), whole(0)});
    } else if (chance(50)) {
      a.now = b.store(a.now, x, place(s, a));
    } else {
      const auto at = place(s, a);
      a.now = chance(50) ? b.accumulate(a.now, mul(constant(0.3), x), at)
                         : b.store(a.now, formula(b.load(a.now, at), x), at);
    }
  }

  void tensor(Scope& s) {
    if (s.tensors.empty()) return read(s);
    const Value t = pick(s.tensors), u = pick(s.tensors);
    if (b.shape(t).size() == 2 && b.shape(u).size() == 1 && b.shape(t)[1] == b.shape(u)[0]) {
      s.tensors.push_back(tame(b.matmul(t, u)));
      return;
    }
    const Value made =
        b.type(t) == b.type(u) ? formula(t, u) : mul(t, b.broadcast_to(pick(s.scalars), b.shape(t)));
    if (chance(40))
      s.scalars.push_back(tame(b.reduce(chance(70) ? ir::Reducer::sum : ir::Reducer::max, made, {})));
    else
      s.tensors.push_back(made);
  }

  // A whole array is read, which later may be overwritten.
  void whole_array(Scope& s) {
    const Variable a = pick(s.arrays);
    if (a.grows) s.arrays.push_back({b.copy(a.now), true, a.extent, true});
    if (a.extent) return read(s);
    s.scalars.push_back(tame(b.reduce(ir::Reducer::sum, b.map(Map::sin, a.now), {})));
    if (chance(40)) s.tensors.push_back(b.map(Map::sin, a.now));
    if (chance(40)) s.arrays.push_back({b.copy(a.now), true});
  }

  Dim dim() {
    const Dim choices[] = {Dim{1}, Dim{3}, Dim::parse("N"), Dim{4}};
    return choices[below(4)];
  }

  // A new array: of zeros, filled by a loop, or one that grows.
  void array(Scope& s) {
    if (chance(25)) {
      const Value a = b.grow(b.alloc({Elem::f64, {ir::unknown_extent()}}), whole(1));
      s.arrays.push_back({b.store(a, pick(s.scalars), {whole(0)}), true, 1, true});
      return;
    }
    Type type{Elem::f64, {dim()}};
    if (chance(25)) type.shape[0] = b.dimension(add(within(s, whole(3)), whole(1)), "length");
    if (chance(30)) type.shape.push_back(Dim{3});
    if (chance(25)) {
      s.arrays.push_back({b.zeros(type), true});
      return;
    }
    const Value size = b.size(ir::count(type.shape), i64), x = pick(s.scalars);
    Region body, *outer = b.region;
    const Value i = b.parameter(body, i64), a = b.parameter(body, type);
    const Value fresh = b.alloc(type);
    b.region = &body;
    const Value element = b.map(Map::sin, mul(x, add(b.cast(i, Elem::f64), constant(0.7))));
    body.yields = {b.store(a, element, {i})};
    b.region = outer;
    s.arrays.push_back({b.loop(size, {fresh}, body).results[0], true});
  }

  void branch(Scope& s) {
    Value condition = b.map(Map::lt, pick(s.scalars), constant(0.4 * real()));
    if (chance(40)) condition = b.map(Map::eq, b.map(Map::rem, number(s), whole(2)), whole(0));
    Region arms[2], *outer = b.region;
    Scope inner[2] = {s, s};
    for (int k : {0, 1}) {
      b.region = &arms[k];
      ++inner[k].depth;
      statements(inner[k], k == 1 && chance(30) ? 0 : 1 + below(5));
    }
    const auto yield = [&](Value yes, Value no) {
      arms[0].yields.push_back(yes);
      arms[1].yields.push_back(no);
    };
    const int scalars = below(3);
    for (int k = 0; k < scalars; ++k) yield(pick(inner[0].scalars), pick(inner[1].scalars));
    std::vector<std::size_t> changed;
    for (std::size_t i = 0; i < s.arrays.size(); ++i) {
      const Variable &yes = inner[0].arrays[i], &no = inner[1].arrays[i];
      if (yes.now == no.now) continue;
      yield(yes.now, no.now);
      s.arrays[i].extent = std::min(yes.extent, no.extent);
      changed.push_back(i);
    }
    b.region = outer;
    const auto results = b.branch(condition, arms[0], arms[1]).results;
    for (int k = 0; k < scalars; ++k) s.scalars.push_back(results[k]);
    for (std::size_t i = 0; i < changed.size(); ++i) s.arrays[changed[i]].now = results[scalars + i];
  }

  Value limit(Scope& s, bool is_while) {
    if (is_while && chance(50)) return whole(-1);
    switch (below(6)) {
      case 0:
        return whole(below(3));
      case 1:
        return b.size(Dim::parse("N"), i64);
      case 2:
      case 3:
        return within(s, whole(4));
      default:
        return whole(2 + below(2));
    }
  }

  // What a loop carries, and how its body hands it on.
  struct Carried {
    std::vector<Value> initial;
    std::size_t scalars = 0;
    std::vector<std::size_t> arrays;
    bool number = false;
  };

  void loop(Scope& s) {
    const bool is_while = chance(35);
    const Value count = limit(s, is_while);
    Carried c;
    if (is_while)
      c.initial.push_back(chance(90) ? b.constant(1, boolean) : b.map(Map::lt, pick(s.scalars), constant(0)));
    c.scalars = 1 + static_cast<std::size_t>(below(2));
    for (std::size_t k = 0; k < c.scalars; ++k) c.initial.push_back(pick(s.scalars));
    c.number = chance(40);
    if (c.number) c.initial.push_back(number(s));
    for (std::size_t i = 0; i < s.arrays.size(); ++i) {
      if (!s.arrays[i].mine || chance(30)) continue;
      c.arrays.push_back(i);
      c.initial.push_back(s.arrays[i].now);
    }
    Region body = round(s, c, is_while);
    const auto results = b.loop(count, c.initial, std::move(body), is_while).results;
    std::size_t next = is_while ? 1 : 0;
    for (std::size_t k = 0; k < c.scalars; ++k) s.scalars.push_back(results[next++]);
    if (c.number) s.numbers.push_back(results[next++]);
    for (std::size_t i : c.arrays) s.arrays[i].now = results[next++];
  }

  Region round(const Scope& s, const Carried& c, bool is_while) {
    Region body, *outer = b.region;
    Scope inner = s;
    ++inner.depth;
    inner.numbers.push_back(b.parameter(body, i64));
    std::size_t next = 0;
    if (is_while) b.parameter(body, b.type(c.initial[next++]));
    for (std::size_t k = 0; k < c.scalars; ++k)
      inner.scalars.push_back(b.parameter(body, b.type(c.initial[next++])));
    if (c.number) inner.numbers.push_back(b.parameter(body, b.type(c.initial[next++])));
    for (Variable& a : inner.arrays) a.mine = false;
    for (std::size_t i : c.arrays) {
      inner.arrays[i].mine = true;
      inner.arrays[i].now = b.parameter(body, b.type(c.initial[next++]));
    }
    b.region = &body;
    const std::vector<Value> counters = inner.numbers;
    statements(inner, 1 + below(4));
    const Value i = body.params[0];
    if (is_while) {
      const Value early = b.map(Map::lt, pick(inner.scalars), constant(0.9));
      body.yields.push_back(b.map(Map::bit_and, early, b.map(Map::lt, i, whole(below(4)))));
    }
    for (std::size_t k = 0; k < c.scalars; ++k) body.yields.push_back(pick(inner.scalars));
    if (c.number)
      body.yields.push_back(add(counters.back(), chance(70) ? whole(1 + below(2)) : number(inner)));
    hand_on(inner, c, body);
    b.region = outer;
    return body;
  }

  // The carried arrays, some of them swapped or replaced by new ones.
  void hand_on(Scope& inner, const Carried& c, Region& body) {
    std::vector<Value> yields;
    for (std::size_t i : c.arrays) yields.push_back(inner.arrays[i].now);
    for (std::size_t k = 0; k < yields.size(); ++k) {
      const bool sized = inner.arrays[c.arrays[k]].extent == 0;
      for (std::size_t j = k + 1; j < yields.size(); ++j)
        if (sized && b.type(yields[j]) == b.type(yields[k]) && chance(40)) std::swap(yields[j], yields[k]);
      if (inner.arrays.size() <= c.arrays.back() + 1) continue;
      Variable& last = inner.arrays.back();
      if (last.mine && sized && !last.extent && b.type(last.now) == b.type(yields[k]) && chance(40) &&
          std::find(yields.begin(), yields.end(), last.now) == yields.end())
        yields[k] = last.now;
    }
    body.yields.insert(body.yields.end(), yields.begin(), yields.end());
  }

  // Elements of an array computed from earlier or later ones.
  void recurrence(Scope& s) {
    Variable& a = pick(s.arrays);
    if (!a.mine || a.extent) return write(s);
    const std::size_t rank = b.shape(a.now).size();
    const Value x = pick(s.scalars);
    const int to = below(2), from = below(2);
    Region outer, inner, *around = b.region;
    const auto limit = [&](std::size_t axis) {
      return b.map(Map::sub, b.size(b.shape(a.now)[axis], i64), whole(axis == 0 ? 1 : 0));
    };
    const Value rounds = limit(0), i = b.parameter(outer, i64), p = b.parameter(outer, b.type(a.now));
    b.region = &outer;
    if (rank == 1) {
      const Value next = formula(b.load(p, {add(i, whole(from))}), chance(50) ? x : b.load(p, {whole(0)}));
      outer.yields = {b.store(p, next, {add(i, whole(to))})};
    } else {
      const Value columns = limit(1), j = b.parameter(inner, i64), q = b.parameter(inner, b.type(a.now));
      b.region = &inner;
      const Value old = b.load(q, {add(i, whole(from)), chance(60) ? j : whole(0)});
      const Value stored = b.store(q, formula(old, x), {add(i, whole(to)), j});
      const Value again = formula(b.load(stored, {add(i, whole(to)), j}), x);
      inner.yields = {chance(30) ? b.store(stored, again, {i, j}) : stored};
      b.region = &outer;
      outer.yields = b.loop(columns, {p}, inner).results;
    }
    b.region = around;
    a.now = b.loop(rounds, {a.now}, outer).results[0];
  }

  // A row that goes through a loop over the rows of an array, and rows of another array made from it.
  void recurrent(Scope& s) {
    const Variable from = pick(s.arrays);
    if (from.extent || b.shape(from.now).size() != 2 || b.shape(from.now)[1] != Dim{3}) return recurrence(s);
    const Value rounds = b.size(b.shape(from.now)[0], i64), x = pick(s.scalars);
    Region body, *outer = b.region;
    const Value i = b.parameter(body, i64);
    const Value h = b.parameter(body, {Elem::f64, {Dim{3}}}), all = b.parameter(body, b.type(from.now));
    const Value first = chance(50) ? b.zeros(b.type(h)) : b.copy(b.broadcast_to(x, {Dim{3}}));
    const Value memory = chance(70) ? b.zeros(b.type(all)) : b.copy(from.now);
    b.region = &body;
    const Value back = b.map(Map::sub, b.map(Map::sub, rounds, i), whole(1));
    const auto place = [&] {
      return std::vector<Value>{chance(30) ? back : chance(20) ? whole(0) : i, whole(0)};
    };
    const Value row = chance(70) ? b.load(from.now, place(), {Dim{3}}) : b.load(all, place(), {Dim{3}});
    const Value next = tame(b.map(Map::sin, b.map(Map::add, mul(row, h), b.broadcast_to(x, {Dim{3}}))));
    const Value kept = chance(50) ? h : next;
    body.yields = {chance(80) ? next : b.map(Map::add, h, next),
                   chance(50) ? b.store(all, kept, place()) : b.accumulate(all, kept, place())};
    b.region = outer;
    const auto results = b.loop(rounds, {first, memory}, std::move(body)).results;
    s.tensors.push_back(results[0]);
    s.arrays.push_back({results[1], true});
    s.scalars.push_back(tame(b.reduce(ir::Reducer::sum, results[0], {})));
  }

  // A function that the IR does not look into.
  void call(Scope& s) {
    const auto result = [&](int callee, std::vector<Value> operands) {
      return b.foreign(callee, std::move(operands)).op;
    };
    const Value t = pick(s.tensors);
    if (b.shape(t) == ir::Shape{Dim{3}})
      s.tensors.push_back(result(turned, {t, pick(s.scalars)}));
    else if (b.shape(t) == ir::Shape{Dim::parse("N")})
      s.scalars.push_back(result(length, {t}));
    else
      s.scalars.push_back(result(mixed, {pick(s.scalars), pick(s.scalars), number(s)}));
  }

  void statement(Scope& s) {
    const int kind = below(has_calls ? 118 : 108);
    if (kind >= 108) return call(s);
    if (kind >= 100) return recurrent(s);
    if (kind < 22) return scalar(s);
    if (kind < 36) return read(s);
    if (kind < 50) return write(s);
    if (kind < 54) return recurrence(s);
    if (kind < 62) return tensor(s);
    if (kind < 67) return whole_array(s);
    if (kind < 75) return array(s);
    if (s.depth > 3) return scalar(s);
    return kind < 84 ? branch(s) : loop(s);
  }

  void statements(Scope& s, int n) {
    for (int i = 0; i < n && budget > 0; ++i, --budget) statement(s);
  }

  RandomProgram run() {
    p.f.name = p.f.qualified = "random";
    p.sizes = {{"N", 1 + below(3)}};
    p.f.foreigns = foreigns();
    p.calls = calls();
    Scope s = inputs();
    const std::size_t written = s.arrays.size() - 1;
    while (budget > 0) statements(s, 1);
    Value total = constant(0);
    for (std::size_t i = s.scalars.size() - std::min<std::size_t>(3, s.scalars.size()); i < s.scalars.size();
         ++i)
      total = add(total, mul(constant(real()), b.map(Map::sin, s.scalars[i])));
    for (Variable& a : s.arrays)
      if (chance(60)) total = add(total, mul(constant(real()), b.map(Map::sin, b.load(a.now, place(s, a)))));
    p.f.body.yields = {total, s.arrays[written].now};
    p.f.outputs = {{ir::Output::Role::primal, -1},
                   {ir::Output::Role::argument, static_cast<int>(p.f.params.size()) - 1}};
    p.f.result = p.f[total].type;
    return std::move(p);
  }
};

}  // namespace

RandomProgram random_regions(std::uint32_t seed, int statements, bool calls) {
  return Generator(seed, statements, calls).run();
}

}  // namespace test
