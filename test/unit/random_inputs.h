// What random programs with regions are given, and what they know of arrays.
#ifndef TEST_UNIT_RANDOM_INPUTS_H
#define TEST_UNIT_RANDOM_INPUTS_H
#include "formulas.h"

namespace test {

using nndiff::ir::Dim;

struct Variable {
  Value now;           // its latest version
  bool mine;           // may be overwritten here
  int extent = 0;      // of unknown extent: elements that are there for sure
  bool grows = false;  // made here, not behind a pointer
};

// What a statement can mention.
struct Scope {
  std::vector<Value> scalars, numbers, tensors;  // numbers: i64, not negative
  std::vector<Variable> arrays;
  int depth = 0;
};

/// Adds the arguments, with numbers to try.
struct Inputs : Formulas {
  using Formulas::Formulas;

  Value input(const std::string& name, const Type& type, std::vector<double> data, nndiff::ir::Shape actual) {
    nndiff::ir::Param param;
    param.name = name;
    const Value v = p.f.append(
        {.kind = nndiff::ir::Kind::input, .type = type, .index = static_cast<int>(p.f.params.size())});
    param.leaves.push_back({name, type, v, nndiff::ir::is_floating(type.elem)});
    p.f.params.push_back(param);
    p.inputs.push_back({extents(actual, p.sizes), std::move(data)});
    return v;
  }

  Value drawn(const std::string& name, const nndiff::ir::Shape& shape, const nndiff::ir::Shape& actual) {
    std::int64_t n = 1;
    for (auto d : extents(actual, p.sizes)) n *= d;
    std::vector<double> data(static_cast<std::size_t>(n));
    for (double& x : data) x = real();
    return input(name, {Elem::f64, shape}, std::move(data), actual);
  }

  Scope inputs() {
    const Dim N = Dim::parse("N");
    Scope s;
    s.scalars = {drawn("s", {}, {}), drawn("t", {}, {})};
    s.numbers = {input("n", i64, {static_cast<double>(below(4))}, {})};
    s.tensors = {drawn("v", {N}, {N}), drawn("u", {Dim{3}}, {Dim{3}})};
    s.arrays = {{s.tensors[0], false}, {drawn("m", {N, Dim{3}}, {N, Dim{3}}), false}};
    s.tensors.push_back(s.arrays[1].now);
    s.arrays.push_back({b.reshape(s.arrays[1].now, {Dim{3}, N}), false});
    s.arrays.push_back({drawn("q", {nndiff::ir::unknown_extent()}, {Dim{4}}), false, 4});
    s.arrays.push_back({drawn("r", {nndiff::ir::unknown_extent()}, {Dim{4}}), true, 4});
    p.f.params.back().leaves[0].written = true;
    s.arrays.push_back({drawn("w", {Dim{4}}, {Dim{4}}), true});
    p.f.params.back().leaves[0].written = true;
    return s;
  }
};

}  // namespace test

#endif
