// The functions of called.h as the IR describes them, and as the interpreter calls them.
#ifndef TEST_UNIT_RANDOM_CALLS_H
#define TEST_UNIT_RANDOM_CALLS_H
#include "called.h"
#include "interpreter.h"

namespace test {

/// Their numbers among the foreigns of a function.
enum Callee { mixed = 0, turned = 2, length = 4 };

inline std::vector<nndiff::ir::Foreign> foreigns() {
  using namespace nndiff::ir;
  using Argument = Foreign::Argument;
  using Role = Argument::Role;
  const Type f64{Elem::f64, {}}, i64{Elem::i64, {}}, row{Elem::f64, {Dim{3}}},
      column{Elem::f64, {Dim::parse("N")}};
  const std::string number = "double", whole = "std::int64_t", rows = "nn::Tensor<double, 3>",
                    columns = "nn::Tensor<double, nn::Dim{\"N\"}>";
  const auto of = [](const char* name, std::vector<Argument> arguments, int adjoint, const Type& result,
                     const std::string& spelling) {
    int parameter = 0;
    for (Argument& a : arguments) a.parameter = parameter++;
    return Foreign{"called::" + std::string(name), std::move(arguments), result, spelling, adjoint};
  };
  const Type none = Foreign{}.result;
  return {of("mixed",
             {{Role::value, 0, f64, "x", number},
              {Role::value, 1, f64, "y", number},
              {Role::value, 2, i64, "k", whole}},
             1, f64, number),
          of("mixed_adjoint",
             {{Role::upstream, -1, f64, "d_result", number},
              {Role::value, 1, f64, "y", number},
              {Role::value, 0, f64, "x", number},
              {Role::gradient, 1, f64, "d_y", number},
              {Role::gradient, 0, f64, "d_x", number}},
             -1, none, ""),
          of("turned", {{Role::value, 0, row, "v", rows}, {Role::value, 1, f64, "x", number}}, 3, row, rows),
          of("turned_adjoint",
             {{Role::value, 0, row, "v", rows},
              {Role::value, 1, f64, "x", number},
              {Role::upstream, -1, row, "d_result", rows},
              {Role::gradient, 0, row, "d_v", rows},
              {Role::gradient, 1, f64, "d_x", number}},
             -1, none, ""),
          of("length", {{Role::value, 0, column, "v", columns}}, 5, f64, number),
          of("length_adjoint",
             {{Role::result, -1, f64, "result", number},
              {Role::value, 0, column, "v", columns},
              {Role::upstream, -1, f64, "d_result", number},
              {Role::gradient, 0, column, "d_v", columns}},
             -1, none, "")};
}

/// A tensor with the elements of an array, and back.
template <class Tensor>
Tensor tensor_of(const Array& a) {
  Tensor t;
  if constexpr (Tensor::name_count > 0) t = Tensor(a.shape[0]);
  for (std::size_t i = 0; i < a.data.size(); ++i) t(static_cast<std::int64_t>(i)) = a.data[i];
  return t;
}
template <class Tensor>
Array array_of(const Tensor& t) {
  Array a{{t.extent(0)}, {}};
  for (std::int64_t i = 0; i < t.extent(0); ++i) a.data.push_back(t(i));
  return a;
}
inline Array array_of(double x) {
  return {{}, {x}};
}

inline Calls calls() {
  using Arguments = std::vector<Array>;
  const auto number = [](const Array& a) { return a.data.at(0); };
  Calls out;
  out["called::mixed"] = [=](const Arguments& a) -> Arguments {
    return {array_of(called::mixed(number(a[0]), number(a[1]), static_cast<std::int64_t>(number(a[2]))))};
  };
  out["called::mixed_adjoint"] = [=](const Arguments& a) -> Arguments {
    double dx = 0, dy = 0;
    called::mixed_adjoint(number(a[0]), number(a[1]), number(a[2]), dy, dx);
    return {array_of(dy), array_of(dx)};
  };
  out["called::turned"] = [=](const Arguments& a) -> Arguments {
    return {array_of(called::turned(tensor_of<called::Row>(a[0]), number(a[1])))};
  };
  out["called::turned_adjoint"] = [=](const Arguments& a) -> Arguments {
    called::Row dv;
    double dx = 0;
    called::turned_adjoint(tensor_of<called::Row>(a[0]), number(a[1]), tensor_of<called::Row>(a[2]), dv, dx);
    return {array_of(dv), array_of(dx)};
  };
  out["called::length"] = [=](const Arguments& a) -> Arguments {
    return {array_of(called::length(tensor_of<called::Column>(a[0])))};
  };
  out["called::length_adjoint"] = [=](const Arguments& a) -> Arguments {
    called::Column dv(a[1].shape[0]);
    called::length_adjoint(number(a[0]), tensor_of<called::Column>(a[1]), number(a[2]), dv);
    return {array_of(dv)};
  };
  return out;
}

}  // namespace test

#endif
