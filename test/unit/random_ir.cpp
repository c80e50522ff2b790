// Random straight-line IR programs for tests of the transforms.
#include "random_ir.h"

namespace test {

using namespace nndiff;
using ir::Dim;
using ir::Elem;
using ir::Kind;
using ir::Map;
using ir::Reducer;
using ir::Shape;
using ir::Value;

namespace {

struct Generator {
  std::mt19937 random;
  RandomProgram p;
  op::Builder b{p.f};
  std::vector<Value> pool;

  explicit Generator(std::uint32_t seed) : random(seed) {}

  int below(int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }
  double number() { return std::uniform_real_distribution<double>(-1.5, 1.5)(random); }
  Value any() { return pool[pool.size() - 1 - below(std::min<int>(6, static_cast<int>(pool.size())))]; }

  Dim dim() {
    const Dim choices[] = {Dim{1}, Dim{2}, Dim{3}, Dim{5}, Dim::parse("N"), Dim::parse("M")};
    return choices[below(6)];
  }

  void input(const std::string& name, Elem elem, const Shape& shape) {
    ir::Param param;
    param.name = name;
    const Value v = p.f.append(
        {.kind = Kind::input, .type = {elem, shape}, .index = static_cast<int>(p.f.params.size())});
    param.leaves.push_back({name, {elem, shape}, v, elem == Elem::f64});
    p.f.params.push_back(param);
    Array a{extents(shape, p.sizes), {}};
    std::int64_t n = 1;
    for (auto d : a.shape) n *= d;
    for (std::int64_t i = 0; i < n; ++i) a.data.push_back(elem == Elem::f64 ? number() : below(2));
    p.inputs.push_back(a);
    if (elem == Elem::f64) pool.push_back(v);
  }

  Value constant(double x, Value like) { return b.constant(x, b.type(like)); }

  // Values stay moderate and in every operator's smooth domain.
  Value positive(Value x) { return b.map(Map::add, b.map(Map::mul, x, x), constant(0.5, x)); }
  Value tame(Value x) { return b.map(Map::tanh, x); }

  Value unary() {
    const Value x = any();
    switch (below(14)) {
      case 0:
        return b.map(Map::exp, tame(x));
      case 1:
        return b.map(Map::log, positive(x));
      case 2:
        return b.map(Map::sqrt, positive(x));
      case 3:
        return b.map(Map::sigmoid, x);
      case 4:
        return b.map(Map::softplus, x);
      case 5:
        return b.map(Map::sin, x);
      case 6:
        return b.map(Map::neg, x);
      case 7:
        return b.map(Map::erf, x);
      case 8:
        return b.map(Map::div, constant(1, x),
                     b.map(Map::add, constant(1, x), b.map(Map::exp, b.map(Map::neg, tame(x)))));
      case 9:
        return b.map(Map::log, b.map(Map::sub, constant(1, x), b.map(Map::sigmoid, x)));
      case 10:
        return b.map(Map::log, b.map(Map::sigmoid, x));
      case 11:
        return b.map(Map::pow, positive(x), constant(1.5, x));
      case 12:
        return b.map(Map::sub, constant(1, x), x);
      default:
        return b.map(Map::mul, constant(number(), x), x);
    }
  }

  Value binary() {
    const Value x = any(), y = any();
    if (!op::broadcast_shape(b.shape(x), b.shape(y))) return unary();
    switch (below(7)) {
      case 0:
        return b.map(Map::add, x, y);
      case 1:
        return b.map(Map::sub, x, y);
      case 2:
        return tame(b.map(Map::mul, x, y));
      case 3:
        return tame(b.map(Map::div, x, positive(y)));
      case 4:
        return b.map(Map::where,
                     {b.map(Map::lt, x, b.map(Map::add, y, constant(0.01, y))), x, b.map(Map::mul, x, y)});
      case 5:
        return b.map(Map::hypot, positive(x), y);
      default:
        return b.map(Map::mul, b.map(Map::sub, constant(1, x), x), y);
    }
  }

  Value softmax_like(Value x, int axis) {
    Value z = below(2) ? x : b.map(Map::sub, x, b.reduce(Reducer::max, x, {axis}, true));
    Value e = b.map(Map::exp, z);
    Value s = b.reduce(Reducer::sum, e, {axis}, true);
    switch (below(4)) {
      case 0:
        return b.map(Map::div, e, s);
      case 1:
        return b.map(Map::sub, z, b.map(Map::log, s));
      case 2:
        return b.map(Map::log, b.map(Map::div, e, s));
      default:
        return b.map(Map::mul, e, b.map(Map::div, b.constant(1, b.type(s)), s));
    }
  }

  Value matrix_product(Value x) {
    const bool transposed = below(2) == 0;
    return tame(b.matmul(x, transposed, b.map(Map::sin, x), !transposed));
  }

  Value structured() {
    const Value x = any();
    const Shape shape = b.shape(x);
    const int rank = static_cast<int>(shape.size());
    if (rank == 0) return unary();
    const int axis = below(rank);
    switch (below(8)) {
      case 0:
        return b.reduce(Reducer::sum, x, {axis}, below(2) == 0);
      case 1:
        return b.mean(x, {axis}, below(2) == 0);
      case 2:
        return b.reduce(below(2) ? Reducer::max : Reducer::min, x, {axis}, below(2) == 0);
      case 3:
        return softmax_like(x, axis);
      case 4:
        return b.transpose(x);
      case 5:
        return rank == 2 ? matrix_product(x) : unary();
      case 6: {
        Shape wider = shape;
        wider.insert(wider.begin(), dim());
        return wider.size() <= 3 ? b.broadcast_to(x, wider) : unary();
      }
      default:
        return b.reshape(x, {ir::count(shape)});
    }
  }

  Value gram() {
    Value x = any();
    if (b.shape(x).size() != 2) return binary();
    return tame(below(2) ? b.matmul(x, false, x, true) : b.matmul(x, true, x, false));
  }

  void step() {
    Value v;
    const int kind = below(10);
    if (kind < 3)
      v = unary();
    else if (kind < 6)
      v = binary();
    else if (kind < 8)
      v = structured();
    else
      v = gram();
    pool.push_back(v);
  }

  Value pick_rows(Value x, Value index) {
    const Shape shape = b.shape(x);
    if (shape.size() != 2 || shape[0] != b.shape(index)[0] || extents({shape[1]}, p.sizes)[0] < 2)
      return x;  // labels are 0 and 1
    return b.pick(below(2) ? softmax_like(x, 1) : x, index);
  }

  RandomProgram run(int operations) {
    p.f.name = p.f.qualified = "random";
    p.sizes = {{"N", 1 + below(4)}, {"M", 2 + below(3)}};
    for (int i = 0; i < 3; ++i) input(std::string(1, static_cast<char>('a' + i)), Elem::f64, {dim(), dim()});
    input("v", Elem::f64, {dim()});
    input("s", Elem::f64, {});
    input("label", Elem::i32, {Dim::parse("N")});
    const Value label = p.f.params.back().leaves[0].value;
    for (int i = 0; i < operations; ++i) step();
    Value total = b.constant(0, {Elem::f64, {}});
    for (std::size_t i = pool.size() < 4 ? 0 : pool.size() - 4; i < pool.size(); ++i) {
      Value term = b.map(Map::sin, pick_rows(pool[i], label));
      total =
          b.map(Map::add, total, b.reduce(Reducer::sum, b.map(Map::mul, constant(number(), term), term), {}));
    }
    p.f.body.yields = {total};
    p.f.result = p.f[total].type;
    return std::move(p);
  }
};

}  // namespace

RandomProgram random_program(std::uint32_t seed, int operations) {
  return Generator(seed).run(operations);
}

}  // namespace test
