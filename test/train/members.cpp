// Members of aggregates are counted, tied and named as declared, by all three compilers, without a macro.
// RUN: %cxx %s -o %t && %t
// RUN: %clang14 %s -o %t && %t
// RUN: %clang19 %s -o %t && %t
#include <nn/train/reflect.h>

#include <array>
#include <string>
#include <vector>

#include "check.h"

inline constexpr nn::Dim N{"N"};

struct Layer {
  nn::Tensor<float, 4, 3> w;
  nn::Tensor<float, 3> b;
};
struct Alone {
  nn::Tensor<float, 2> only;
};
struct ArrayOfOne {
  Layer layers[1];
};
struct ArrayAlone {
  Layer layers[3];
};
struct Grid {
  double numbers[2][3];
  Layer first;
  Layer grid[2][2];
  int count;
};
struct Wrapped {
  Alone alone;
};
struct Empty {};
template <int Width>
struct Wide {
  nn::Tensor<double, Width, 2> hidden_weight;
  Layer next;
};
enum class Kind { plain, fancy };
struct Mixed {
  nn::Tensor<float, N, 2> rows;
  Layer layer;
  Layer layers[2];
  std::array<Layer, 2> more;
  int heads = 3;
  Kind kind = Kind::plain;
  nn::Tensor<int, 5> table[2][2];
  float slope;
  nn::Tensor<double> number;
  nn::Tensor<bool, 1> flag;
};
namespace {
struct Hidden {
  nn::Tensor<float, 1> _name_1;
};
}  // namespace
struct Many {
  nn::Tensor<float, 1> a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19,
      a20, a21, a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32;
};

namespace {

using nn::train::member_count;
using nn::train::member_name;

static_assert(member_count<Layer> == 2 && member_count<Alone> == 1 && member_count<Wrapped> == 1);
static_assert(member_count<ArrayOfOne> == 1 && member_count<ArrayAlone> == 1 && member_count<Grid> == 4);
static_assert(member_count<Empty> == 0 && member_count<Wide<7>> == 2 && member_count<Mixed> == 10);
static_assert(member_count<Hidden> == 1 && member_count<Many> == 32);
static_assert(member_count<const Layer> == 2);

static_assert(member_name<Layer, 0> == "w" && member_name<Layer, 1> == "b");
static_assert(member_name<Grid, 2> == "grid" && member_name<Grid, 3> == "count");
static_assert(member_name<Wide<7>, 0> == "hidden_weight" && member_name<Wide<7>, 1> == "next");
static_assert(member_name<Hidden, 0> == "_name_1" && member_name<Many, 31> == "a32");

template <class A>
std::string names(const A& aggregate) {
  std::string all;
  nn::for_each_named_tensor(aggregate, [&](const nn::train::Path& path, const auto& p) {
    all += path.text() + ":" + std::to_string(nn::train::elements(p).size()) + " ";
  });
  return all;
}

void names_and_order() {
  Mixed mixed;
  mixed.rows = nn::Tensor<float, N, 2>(6);
  check(names(mixed) ==
            "rows:12 layer.w:12 layer.b:3 layers.0.w:12 layers.0.b:3 layers.1.w:12 layers.1.b:3 more.0.w:12 "
            "more.0.b:3 "
            "more.1.w:12 more.1.b:3 table.0.0:5 table.0.1:5 table.1.0:5 table.1.1:5 slope:1 number:1 flag:1 ",
        names(mixed));
  check(names(nn::Tensor<float, 3>{}) == ":3 ");
  check(names(Empty{}).empty());
  struct Local {
    Layer deep[2];
  };
  check(names(Local{}) == "deep.0.w:12 deep.0.b:3 deep.1.w:12 deep.1.b:3 ", names(Local{}));
}

void lockstep() {
  Wide<3> a, b, c, d;
  int visits = 0;
  nn::for_each_tensor(a, b, c, d, [&](auto& p, auto& q, auto& r, auto& s) {
    static_assert(std::is_same_v<decltype(p), decltype(s)> && std::is_same_v<decltype(q), decltype(r)>);
    p.fill(1), q.fill(2), r.fill(3), s.fill(4);
    ++visits;
  });
  check(visits == 3);
  check(a.next.b(2) == 1 && b.next.b(2) == 2 && c.next.w(3, 2) == 3 && d.hidden_weight(0, 0) == 4);
  const Wide<3>& fixed = a;
  nn::for_each_tensor(fixed, b, [](auto& p, auto& q) {
    static_assert(std::is_const_v<std::remove_reference_t<decltype(p)>>);
    q.fill(p.data()[0]);
  });
  check(b.hidden_weight(2, 1) == 1);
}

void copies_are_independent() {
  Layer original;
  original.w.fill(2);
  Layer zeros = nn::train::zeros_like(original);
  Layer copy;
  nn::train::copy_elements(original, copy);
  original.w(1, 1) = 5;
  check(zeros.w(1, 1) == 0 && copy.w(1, 1) == 2 && copy.w.size() == 12);
  Mixed sized, unsized;
  sized.rows = nn::Tensor<float, N, 2>(6);
  throws<nn::Error>([&] { nn::train::copy_elements(sized, unsized); }, "rows: 12 elements to copy into 0");
}

}  // namespace

int main() {
  names_and_order();
  lockstep();
  copies_are_independent();
}
